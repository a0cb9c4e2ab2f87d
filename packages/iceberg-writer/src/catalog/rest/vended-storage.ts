import {
  readArray,
  readObject,
  readOptional,
  readString,
  readStringMap,
} from "../../spec/iceberg-json.ts";
import type { JsonObject, JsonValue } from "../../spec/iceberg-json.ts";
import type { StorageCredential } from "../../io/vended-credentials.ts";
import type { Properties } from "./rest-settings.ts";

/** What a server says of a table's storage (REST spec: LoadTableResult). */
export interface VendedStorage {
  /** The catalog's properties, then those of the table; without vended credentials. */
  readonly properties: Properties;
  /** Empty where the server vends none. */
  readonly credentials: readonly StorageCredential[];
  /** Where newer credentials are given; absent where only the table itself brings them. */
  readonly credentialsEndpoint?: string;
}

const credentialNames: ReadonlySet<string> = new Set([
  "s3.access-key-id",
  "s3.secret-access-key",
  "s3.session-token",
  "s3.session-token-expires-at-ms",
]);

/** What a storage of ours reads; the rest of a configuration may be another one with every load. */
const storageName = /^(?:(?:spark\.)?hadoop\.)?(?:s3|client|fs)\./u;

/** Reads a loaded table's `config` and `storage-credentials`. `METADATA_INVALID`. */
export function vendedStorageOf(properties: Properties, answer: JsonObject): VendedStorage {
  const config = readOptional(answer["config"], "config", readStringMap) ?? {};
  const own = vendedConfig(config);
  const endpoint = config["client.refresh-credentials-endpoint"];
  const plain = Object.entries(config).filter(
    ([name]) => storageName.test(name) && (own === undefined || !credentialNames.has(name)),
  );
  return {
    properties: { ...properties, ...Object.fromEntries(plain) },
    credentials: [
      ...(own === undefined ? [] : [{ prefix: "", properties: own }]),
      ...readStorageCredentials(answer),
    ],
    ...(endpoint === undefined ? {} : { credentialsEndpoint: endpoint }),
  };
}

/** Of a loaded table, or of an answer that holds nothing else. */
function readStorageCredentials(answer: JsonObject): readonly StorageCredential[] {
  const credentials = readOptional(answer["storage-credentials"], "storage-credentials", readArray);
  return (credentials ?? []).map(storageCredential);
}

function storageCredential(json: JsonValue): StorageCredential {
  const object = readObject(json, "storage credential");
  return {
    prefix: readString(object["prefix"], "prefix of a storage credential"),
    properties: readStringMap(object["config"], "config of a storage credential"),
  };
}

/** Servers of before `storage-credentials` put them into the table's configuration. */
function vendedConfig(config: Properties): Properties | undefined {
  if (config["s3.session-token"] === undefined) return undefined;
  return Object.fromEntries(Object.entries(config).filter(([name]) => credentialNames.has(name)));
}
