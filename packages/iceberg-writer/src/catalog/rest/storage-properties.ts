import {
  readArray,
  readObject,
  readOptional,
  readString,
  readStringMap,
} from "../../spec/iceberg-json.ts";
import type { JsonObject } from "../../spec/iceberg-json.ts";
import type { Properties } from "./rest-settings.ts";

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
