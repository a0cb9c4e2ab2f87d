import { IcebergError } from "../../iceberg-error.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import { identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { Endpoints } from "./endpoints.ts";
import { sendRest } from "./rest-client.ts";
import type { RestClient } from "./rest-client.ts";
import type { RestPaths } from "./rest-paths.ts";
import { isStatus } from "./rest-reply.ts";

/** A name under which there is no table, but may be a view. */
export interface ViewProbe {
  readonly client: RestClient;
  readonly paths: RestPaths;
  readonly endpoints: Endpoints;
  readonly identifier: TableIdentifier;
}

/** `UNSUPPORTED` where the name is that of a view: tables and views share their names. */
export async function refuseView(
  { client, paths, endpoints, identifier }: ViewProbe,
  options?: OperationOptions,
): Promise<void> {
  if (!endpoints.has("loadView")) return;
  const reply = await sendRest(client, { method: "GET", path: paths.view(identifier) }, options);
  if (!isStatus(reply, 200)) return;
  const name = identifierToString(identifier);
  throw new IcebergError("UNSUPPORTED", `${name} is a view, which cannot be used as a table`, {
    context: { identifier },
  });
}
