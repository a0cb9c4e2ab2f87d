import type { JsonObject } from "../../spec/iceberg-json.ts";
import { partitionSpecToJson } from "../../spec/partition-spec.ts";
import { schemaToJson } from "../../spec/schema.ts";
import { sortOrderToJson } from "../../spec/sort-order.ts";
import { tableRequirementToJson } from "../../spec/table-requirement.ts";
import { type TableUpdate, tableUpdateToJson } from "../../spec/table-update.ts";
import type { CreateTableRequest, TableCommit } from "../catalog.ts";
import type { TableIdentifier } from "../table-identifier.ts";

/** The body of a request that creates a table (REST spec: CreateTableRequest). */
export function createTableToJson(name: string, request: CreateTableRequest): JsonObject {
  return {
    name,
    schema: schemaToJson(request.schema),
    "stage-create": false,
    properties: { ...request.properties },
    ...(request.location === undefined ? {} : { location: request.location }),
    ...(request.partitionSpec === undefined
      ? {}
      : { "partition-spec": partitionSpecToJson(request.partitionSpec) }),
    ...(request.sortOrder === undefined
      ? {}
      : { "write-order": sortOrderToJson(request.sortOrder) }),
  };
}

/** The body of a request that changes a table (REST spec: CommitTableRequest). */
export function tableCommitToJson(identifier: TableIdentifier, commit: TableCommit): JsonObject {
  return {
    identifier: { namespace: identifier.namespace, name: identifier.name },
    requirements: commit.requirements.map(tableRequirementToJson),
    updates: commit.updates.flatMap(withSingleSnapshots).map(tableUpdateToJson),
  };
}

/** Servers built on older versions of Iceberg refuse to remove several snapshots by one update. */
function withSingleSnapshots(update: TableUpdate): readonly TableUpdate[] {
  if (update.action !== "remove-snapshots") return [update];
  return update.snapshotIds.map((id) => ({ ...update, snapshotIds: [id] }));
}
