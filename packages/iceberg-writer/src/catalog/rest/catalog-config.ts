import { parseJson, readObject, readOptional, readStringMap } from "../../spec/iceberg-json.ts";
import type { Properties } from "./rest-settings.ts";

/** What a server says of itself and of its clients (REST spec: CatalogConfig). */
export interface CatalogConfig {
  /** Ours, between the server's defaults and its overrides. */
  readonly properties: Properties;
}

/** Reads the answer to `GET /v1/config`. `METADATA_INVALID`. */
export function readCatalogConfig(given: Properties, text: string): CatalogConfig {
  const config = readObject(parseJson(text, "catalog configuration"), "catalog configuration");
  return {
    properties: {
      ...readOptional(config["defaults"], "defaults", readStringMap),
      ...given,
      ...readOptional(config["overrides"], "overrides", readStringMap),
    },
  };
}
