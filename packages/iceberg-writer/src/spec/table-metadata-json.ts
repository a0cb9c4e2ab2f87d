import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  longToJson,
  parseJson,
  readArray,
  readInt,
  readLong,
  readObject,
  readOptional,
  readString,
  readStringMap,
  serializeJson,
} from "./iceberg-json.ts";
import {
  lastPartitionFieldId,
  partitionFieldsFromJson,
  type PartitionSpec,
  partitionFieldsToJson,
  partitionSpecFromJson,
  partitionSpecToJson,
} from "./partition-spec.ts";
import { type Schema, schemaFromJson, schemaToJson } from "./schema.ts";
import { snapshotFromJson, snapshotToJson } from "./snapshot.ts";
import {
  MAIN_BRANCH,
  type SnapshotRef,
  snapshotRefFromJson,
  snapshotRefToJson,
} from "./snapshot-ref.ts";
import { type SortOrder, sortOrderFromJson, sortOrderToJson, UNSORTED } from "./sort-order.ts";
import {
  currentSchema,
  defaultPartitionSpec,
  snapshotById,
  type TableMetadata,
} from "./table-metadata.ts";

/** Keys that the mapping below speaks of; whatever else a file holds is carried on unchanged. */
const KNOWN_KEYS = new Set([
  "format-version",
  "table-uuid",
  "location",
  "last-sequence-number",
  "last-updated-ms",
  "last-column-id",
  "schema",
  "schemas",
  "current-schema-id",
  "partition-spec",
  "partition-specs",
  "default-spec-id",
  "last-partition-id",
  "sort-orders",
  "default-sort-order-id",
  "properties",
  "current-snapshot-id",
  "snapshots",
  "snapshot-log",
  "metadata-log",
  "refs",
]);

/**
 * Parses the text of a metadata file (spec: Table Metadata Fields). Codes: `METADATA_INVALID`;
 * `UNSUPPORTED` for format versions after 2.
 */
export function parseTableMetadata(text: string): TableMetadata {
  return tableMetadataFromJson(parseJson(text, "table metadata"));
}

/** The text of a metadata file. */
export function serializeTableMetadata(metadata: TableMetadata): string {
  return serializeJson(tableMetadataToJson(metadata));
}

/** Table metadata from its JSON form; see {@link parseTableMetadata}. */
export function tableMetadataFromJson(json: JsonValue | undefined): TableMetadata {
  const object = readObject(json, "table metadata");
  const formatVersion = formatVersionFromJson(object["format-version"]);
  const currentSnapshotId = currentSnapshotIdFromJson(object["current-snapshot-id"]);
  const unknown = Object.entries(object).filter(([key]) => !KNOWN_KEYS.has(key));
  const metadata: TableMetadata = {
    formatVersion,
    // Optional in v1 only; a table without one gets it by `assign-uuid`.
    tableUuid: readString(object["table-uuid"] ?? (formatVersion === 1 ? "" : null), "table-uuid"),
    location: readString(object["location"], "location"),
    lastSequenceNumber:
      formatVersion === 1 ? 0n : readLong(object["last-sequence-number"], "last-sequence-number"),
    lastUpdatedMs: readInt(object["last-updated-ms"], "last-updated-ms"),
    lastColumnId: readInt(object["last-column-id"], "last-column-id"),
    ...schemasFromJson(object, formatVersion),
    ...specsFromJson(object, formatVersion),
    ...sortOrdersFromJson(object, formatVersion),
    properties: readStringMap(object["properties"] ?? {}, "properties"),
    ...(currentSnapshotId === undefined ? {} : { currentSnapshotId }),
    snapshots: readArray(object["snapshots"] ?? [], "snapshots").map(snapshotFromJson),
    ...logsFromJson(object),
    refs: refsFromJson(object["refs"], currentSnapshotId),
    ...(unknown.length === 0 ? {} : { unknownFields: Object.fromEntries(unknown) }),
  };
  return checkTableMetadata(metadata);
}

function formatVersionFromJson(json: JsonValue | undefined): 1 | 2 {
  const formatVersion = readInt(json, "format-version");
  if (formatVersion === 1 || formatVersion === 2) return formatVersion;
  throw new IcebergError("UNSUPPORTED", `format version ${formatVersion} is neither 1 nor 2`);
}

/** Java writes -1 for none before v3 (spec: Appendix F, Assignment of Snapshot IDs). */
function currentSnapshotIdFromJson(json: JsonValue | undefined): bigint | undefined {
  const snapshotId = readOptional(json, "current-snapshot-id", readLong);
  return snapshotId === -1n ? undefined : snapshotId;
}

function schemasFromJson(
  object: JsonObject,
  formatVersion: 1 | 2,
): Pick<TableMetadata, "schemas" | "currentSchemaId"> {
  if (object["schemas"] === undefined && formatVersion === 1) {
    const schema = schemaFromJson(object["schema"]);
    return { schemas: [schema], currentSchemaId: schema.schemaId };
  }
  const schemas: readonly Schema[] = readArray(object["schemas"], "schemas").map(schemaFromJson);
  return { schemas, currentSchemaId: readInt(object["current-schema-id"], "current-schema-id") };
}

function specsFromJson(
  object: JsonObject,
  formatVersion: 1 | 2,
): Pick<TableMetadata, "partitionSpecs" | "defaultSpecId" | "lastPartitionId"> {
  const isOld = formatVersion === 1 && object["partition-specs"] === undefined;
  const partitionSpecs: readonly PartitionSpec[] = isOld
    ? [{ specId: 0, fields: partitionFieldsFromJson(object["partition-spec"]) }]
    : readArray(object["partition-specs"], "partition-specs").map(partitionSpecFromJson);
  const highest = Math.max(...partitionSpecs.map(lastPartitionFieldId));
  return {
    partitionSpecs,
    defaultSpecId: isOld ? 0 : readInt(object["default-spec-id"], "default-spec-id"),
    lastPartitionId: readInt(
      object["last-partition-id"] ?? (formatVersion === 1 ? highest : null),
      "last-partition-id",
    ),
  };
}

function sortOrdersFromJson(
  object: JsonObject,
  formatVersion: 1 | 2,
): Pick<TableMetadata, "sortOrders" | "defaultSortOrderId"> {
  if (object["sort-orders"] === undefined && formatVersion === 1) {
    return { sortOrders: [UNSORTED], defaultSortOrderId: UNSORTED.orderId };
  }
  const sortOrders: readonly SortOrder[] = readArray(object["sort-orders"], "sort-orders").map(
    sortOrderFromJson,
  );
  return {
    sortOrders,
    defaultSortOrderId: readInt(object["default-sort-order-id"], "default-sort-order-id"),
  };
}

function logsFromJson(object: JsonObject): Pick<TableMetadata, "snapshotLog" | "metadataLog"> {
  return {
    snapshotLog: readArray(object["snapshot-log"] ?? [], "snapshot-log").map((item) => {
      const entry = readObject(item, "snapshot-log entry");
      return {
        timestampMs: readInt(entry["timestamp-ms"], "timestamp-ms"),
        snapshotId: readLong(entry["snapshot-id"], "snapshot-id"),
      };
    }),
    metadataLog: readArray(object["metadata-log"] ?? [], "metadata-log").map((item) => {
      const entry = readObject(item, "metadata-log entry");
      return {
        timestampMs: readInt(entry["timestamp-ms"], "timestamp-ms"),
        metadataFile: readString(entry["metadata-file"], "metadata-file"),
      };
    }),
  };
}

/** Metadata from before refs existed have a `main` at the current snapshot. */
function refsFromJson(
  json: JsonValue | undefined,
  currentSnapshotId: bigint | undefined,
): Readonly<Record<string, SnapshotRef>> {
  if (json !== undefined) {
    const entries = Object.entries(readObject(json, "refs"));
    return Object.fromEntries(entries.map(([name, ref]) => [name, snapshotRefFromJson(ref)]));
  }
  if (currentSnapshotId === undefined) return {};
  return { [MAIN_BRANCH]: { snapshotId: currentSnapshotId, type: "branch" } };
}

/** What the parts must agree on: current ids name something, and `main` is the current snapshot. */
function checkTableMetadata(metadata: TableMetadata): TableMetadata {
  currentSchema(metadata);
  defaultPartitionSpec(metadata);
  const { currentSnapshotId } = metadata;
  const main = metadata.refs[MAIN_BRANCH]?.snapshotId;
  if (main !== currentSnapshotId) {
    throw new IcebergError(
      "METADATA_INVALID",
      `current-snapshot-id ${currentSnapshotId} is not that of main, ${main}`,
    );
  }
  if (currentSnapshotId !== undefined && snapshotById(metadata, currentSnapshotId) === undefined) {
    throw new IcebergError(
      "METADATA_INVALID",
      `current-snapshot-id ${currentSnapshotId} names no snapshot`,
    );
  }
  return metadata;
}

/** The JSON form of table metadata, in the order in which other writers put the keys. */
function tableMetadataToJson(metadata: TableMetadata): JsonObject {
  const isV1 = metadata.formatVersion === 1;
  return {
    "format-version": metadata.formatVersion,
    "table-uuid": metadata.tableUuid === "" ? undefined : metadata.tableUuid,
    location: metadata.location,
    "last-sequence-number": isV1 ? undefined : longToJson(metadata.lastSequenceNumber),
    "last-updated-ms": metadata.lastUpdatedMs,
    "last-column-id": metadata.lastColumnId,
    // The single schema and spec are for readers of v1 only.
    schema: isV1 ? schemaToJson(currentSchema(metadata)) : undefined,
    "current-schema-id": metadata.currentSchemaId,
    schemas: metadata.schemas.map(schemaToJson),
    "partition-spec": isV1
      ? partitionFieldsToJson(defaultPartitionSpec(metadata).fields)
      : undefined,
    "default-spec-id": metadata.defaultSpecId,
    "partition-specs": metadata.partitionSpecs.map(partitionSpecToJson),
    "last-partition-id": metadata.lastPartitionId,
    "default-sort-order-id": metadata.defaultSortOrderId,
    "sort-orders": metadata.sortOrders.map(sortOrderToJson),
    properties: metadata.properties,
    "current-snapshot-id": longToJson(metadata.currentSnapshotId ?? -1n),
    refs: Object.fromEntries(
      Object.entries(metadata.refs).map(([name, ref]) => [name, snapshotRefToJson(ref)]),
    ),
    snapshots: metadata.snapshots.map(snapshotToJson),
    "snapshot-log": metadata.snapshotLog.map((entry) => ({
      "timestamp-ms": entry.timestampMs,
      "snapshot-id": longToJson(entry.snapshotId),
    })),
    "metadata-log": metadata.metadataLog.map((entry) => ({
      "timestamp-ms": entry.timestampMs,
      "metadata-file": entry.metadataFile,
    })),
    ...metadata.unknownFields,
  };
}
