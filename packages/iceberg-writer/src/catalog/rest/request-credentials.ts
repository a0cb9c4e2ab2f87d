import { IcebergError } from "../../iceberg-error.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import type { StorageCredential } from "../../io/vended-credentials.ts";
import { identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { Endpoints } from "./endpoints.ts";
import { sendRest } from "./rest-client.ts";
import type { RestClient } from "./rest-client.ts";
import type { RestPaths } from "./rest-paths.ts";
import { expectAnswer } from "./rest-reply.ts";
import { catalogPlace } from "./rest-settings.ts";
import { vendedStorageOf } from "./vended-storage.ts";

/** A table whose credentials end. */
export interface CredentialRequest {
  readonly client: RestClient;
  readonly paths: RestPaths;
  readonly endpoints: Endpoints;
  readonly identifier: TableIdentifier;
  /** Where the server gives newer ones; absent: where the specification has it. */
  readonly endpoint: string | undefined;
}

/**
 * Asks the server for newer credentials of a table (REST spec: loadCredentials, loadTable).
 *
 * Errors: `ACCESS_DENIED` where it gives none, `CATALOG_UNAVAILABLE` (retryable),
 * `CATALOG_UNAUTHORIZED`.
 */
export async function requestCredentials(
  { client, paths, endpoints, identifier, endpoint }: CredentialRequest,
  options: OperationOptions,
): Promise<readonly StorageCredential[]> {
  const doing = `renew the credentials of table ${identifierToString(identifier)}`;
  const table = paths.table(identifier);
  const path =
    credentialsPath(client.uri, endpoint) ??
    (endpoints.has("loadCredentials") ? `${table}/credentials` : `${table}?snapshots=refs`);
  const reply = await sendRest(client, { method: "GET", path }, options);
  const at = catalogPlace(client.uri);
  const answer = expectAnswer({ reply, statuses: [200], doing, at });
  const { credentials } = vendedStorageOf({}, answer);
  if (credentials.length > 0) return credentials;
  throw new IcebergError("ACCESS_DENIED", `cannot ${doing}: ${at} gave none`);
}

/** Undefined where the endpoint is not the catalog's: our proof is shown to nobody else. */
function credentialsPath(uri: string, endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  if (!/^[a-z]+:/iu.test(endpoint)) return `/${endpoint.replace(/^\/+/u, "")}`;
  return endpoint.startsWith(`${uri}/`) ? endpoint.slice(uri.length) : undefined;
}
