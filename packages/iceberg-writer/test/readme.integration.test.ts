import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createWorkDirectory,
  startNodeProgram,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { CatalogReference } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const folder = join(import.meta.dirname, "..");
const blocks = Array.from(
  (await readFile(join(folder, "README.md"), "utf8")).matchAll(/^```ts\n([^]*?)^```$/gm),
  ([, text = ""]) => text,
);
const [program = ""] = blocks;

/** The README's catalog of a type at the services of this run. */
function openingOf(type: string, replaced: Readonly<Record<string, string>>): string {
  const opening = blocks.find(
    (block) => block.startsWith("await using catalog") && block.includes(`type: "${type}"`),
  );
  if (opening === undefined) throw new Error(`the README opens no ${type} catalog`);
  return Object.entries(replaced).reduce((text, [from, to]) => text.replaceAll(from, to), opening);
}

/** Runs the README's program with another catalog, in a namespace of its own. */
async function runWith(opening: string, namespace: string): Promise<string> {
  await using directory = await createWorkDirectory("readme");
  const text = program
    .replace(/^await using catalog = .*\n/m, opening)
    .replace('"db.ratings"', `"${namespace}.ratings"`);
  const entry = join(folder, "dist", "readme", `${namespace}.ts`);
  await mkdir(join(entry, ".."), { recursive: true });
  await writeFile(entry, text);
  await using run = await startNodeProgram({ entry, cwd: directory.path });
  expect({ ...(await run.exit), stderr: run.stderr() }).toEqual({ code: 0, stderr: "" });
  return run.stdout();
}

describe("the README's program", () => {
  const { s3, bucket, restCatalog } = useSharedServices();
  const namespace = `readme_${randomUUID().slice(0, 8)}`;
  const store = {
    "http://localhost:9000": s3.endpoint,
    '"admin"': JSON.stringify(s3.accessKeyId),
    '"password"': JSON.stringify(s3.secretAccessKey),
  };
  const cases: readonly (readonly [string, string, CatalogReference])[] = [
    [
      "S3",
      openingOf("hadoop", { ...store, "s3a://warehouse": `s3a://${bucket}/readme` }),
      { kind: "hadoop", warehouse: `s3a://${bucket}/readme`, s3 },
    ],
    [
      "REST",
      openingOf("rest", { ...store, "http://localhost:8181": restCatalog.uri }),
      { kind: "rest", uri: restCatalog.uri, s3 },
    ],
  ];

  it.each(cases)("runs on %s, and others read what it wrote", async (_, opening, catalog) => {
    expect(await runWith(opening, namespace)).toBe("1 [ 'customer_id', 'comment', 'rated_at' ]\n");
    for (const engine of ["pyiceberg", "duckdb"] as const) {
      const reader = await useSharedReader(engine);
      const rows = await reader.readTable({ catalog, table: `${namespace}.ratings` });
      expect(rows).toMatchObject([{ customer_id: 7, comment: "Lovely!" }]);
    }
  });
});
