import { IcebergError } from "../iceberg-error.ts";
import { stripTrailingSlash } from "../io/location.ts";
import {
  parseJson,
  readArray,
  readObject,
  readOptional,
  readString,
  readStringMap,
} from "../spec/iceberg-json.ts";
import type { JsonObject } from "../spec/iceberg-json.ts";
import type { RestClientOptions } from "./rest-client.ts";

/** Properties of a catalog under Iceberg's names. */
export type Properties = Readonly<Record<string, string>>;

const requestTimeoutDefaultMs = 60_000;

/**
 * How to send requests: `uri`, `token`, `header.*` and `rest.client.socket-timeout-ms`.
 *
 * Errors: `SETTINGS_INVALID`; `UNSUPPORTED` for OAuth2 and for AWS signatures.
 */
export function restClientOf(
  properties: Properties,
  fetch: typeof globalThis.fetch,
): RestClientOptions {
  checkAuthentication(properties);
  const uri = properties["uri"];
  if (uri === undefined || !URL.canParse(uri)) {
    throw new IcebergError("SETTINGS_INVALID", `uri "${uri ?? ""}" of the REST catalog is no URL`);
  }
  const headers: Record<string, string> = {
    "x-iceberg-access-delegation": "vended-credentials",
  };
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("header.")) headers[name.slice("header.".length).toLowerCase()] = value;
  }
  const token = properties["token"];
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const timeout = properties["rest.client.socket-timeout-ms"];
  return {
    uri: stripTrailingSlash(uri),
    headers,
    timeoutMs: timeout === undefined ? requestTimeoutDefaultMs : Number(timeout),
    fetch,
  };
}

function checkAuthentication(properties: Properties): void {
  const type = properties["rest.auth.type"] ?? "none";
  const isSigned = properties["rest.sigv4-enabled"] === "true" || type === "sigv4";
  const isOauth = properties["token"] === undefined && properties["credential"] !== undefined;
  if (isSigned || isOauth) {
    throw new IcebergError(
      "UNSUPPORTED",
      `${isSigned ? "AWS signatures" : "OAuth2 credentials"} are not supported for a REST ` +
        "catalog; give a bearer token as property token",
    );
  }
}

/**
 * Our properties between the defaults and the overrides of the server (REST spec: CatalogConfig).
 */
export function configuredProperties(given: Properties, text: string): Properties {
  const config = readObject(parseJson(text, "catalog configuration"), "catalog configuration");
  return {
    ...readOptional(config["defaults"], "defaults", readStringMap),
    ...given,
    ...readOptional(config["overrides"], "overrides", readStringMap),
  };
}

/** The properties of a table's storage: the catalog's, then what the server sent with the table. */
export function storageProperties(
  properties: Properties,
  location: string,
  answer: JsonObject,
): Properties {
  return {
    ...properties,
    ...readOptional(answer["config"], "config", readStringMap),
    ...credentialsFor(location, answer),
  };
}

/**
 * The credentials with the longest prefix of the table's location (REST spec: StorageCredential).
 */
function credentialsFor(location: string, answer: JsonObject): Properties {
  const credentials =
    readOptional(answer["storage-credentials"], "storage-credentials", readArray) ?? [];
  let best: { readonly prefix: string; readonly config: Properties } | undefined;
  for (const item of credentials) {
    const object = readObject(item, "storage credential");
    const prefix = readString(object["prefix"], "prefix of a storage credential");
    if (!location.startsWith(prefix) || prefix.length < (best?.prefix.length ?? 0)) continue;
    best = { prefix, config: readStringMap(object["config"], "config of a storage credential") };
  }
  return best?.config ?? {};
}
