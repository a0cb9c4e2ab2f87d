import {
  parseJson,
  readArray,
  readObject,
  readOptional,
  readString,
  readStringMap,
} from "../../spec/iceberg-json.ts";
import { durationMs } from "./idempotency.ts";
import type { Properties } from "./rest-settings.ts";

/** What a server says of itself and of its clients (REST spec: CatalogConfig). */
export interface CatalogConfig {
  /** Ours, between the server's defaults and its overrides. */
  readonly properties: Properties;
  /** What the server says that it answers; absent where it does not say. */
  readonly endpoints?: readonly string[];
  /** How long the server remembers idempotency keys; absent where it knows none. */
  readonly idempotencyKeyLifetimeMs?: number;
}

/** Reads the answer to `GET /v1/config`. `METADATA_INVALID`. */
export function readCatalogConfig(given: Properties, text: string): CatalogConfig {
  const config = readObject(parseJson(text, "catalog configuration"), "catalog configuration");
  const lifetime = readOptional(
    config["idempotency-key-lifetime"],
    "idempotency-key-lifetime",
    readString,
  );
  const lifetimeMs = lifetime === undefined ? undefined : durationMs(lifetime);
  const endpoints = readOptional(config["endpoints"], "endpoints", readArray);
  const tokenServer = given["oauth2-server-uri"];
  return {
    // An empty list is none, as Iceberg Java reads it.
    ...(endpoints === undefined || endpoints.length === 0
      ? {}
      : { endpoints: endpoints.map((endpoint) => readString(endpoint, "endpoint")) }),
    ...(lifetimeMs === undefined ? {} : { idempotencyKeyLifetimeMs: lifetimeMs }),
    properties: {
      ...readOptional(config["defaults"], "defaults", readStringMap),
      ...given,
      ...readOptional(config["overrides"], "overrides", readStringMap),
      // Who was told where our secret goes does not let the catalog send it elsewhere.
      ...(tokenServer === undefined ? {} : { "oauth2-server-uri": tokenServer }),
    },
  };
}
