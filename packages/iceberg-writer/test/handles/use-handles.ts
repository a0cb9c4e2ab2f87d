import { registerHooks } from "node:module";

/** What writes and reads bytes, below `packages/iceberg-writer/src`; its twin has its name. */
const CODECS = [
  "spec/table-metadata-json.ts",
  "codec/avro/avro-container.ts",
  "codec/parquet/parquet-encoder.ts",
  "scan/parquet-file.ts",
];
const twins = new Map(
  CODECS.map((path) => [
    new URL(`../../src/${path}`, import.meta.url).href,
    new URL(`./${path.split("/").at(-1)}`, import.meta.url).href,
  ]),
);

/**
 * Has whatever is loaded from then on keep its values in memory, and write handles of them in the
 * place of Avro and Parquet files and of the JSON of metadata.
 */
export function useHandles(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const twin = twins.get(resolved.url);
      return twin === undefined ? resolved : { ...resolved, url: twin };
    },
  });
}

/** Loads what the codecs would load at their first use, which takes turns of the event loop. */
export async function loadCodecs(): Promise<void> {
  await Promise.all([import("hyparquet"), import("../../src/codec/parquet/check-pages.ts")]);
}

export { forgetHandles } from "./handles.ts";
