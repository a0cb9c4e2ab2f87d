import { IcebergError } from "../iceberg-error.ts";
import {
  checkPartitionSpec,
  FIRST_PARTITION_FIELD_ID,
  lastPartitionFieldId,
  type PartitionSpec,
  UNPARTITIONED,
} from "./partition-spec.ts";
import { assignFreshIds, checkSchema, type Schema } from "./schema.ts";
import { INITIAL_SEQUENCE_NUMBER } from "./snapshot.ts";
import { type SortOrder, UNSORTED } from "./sort-order.ts";
import type { TableMetadata } from "./table-metadata.ts";

/** What a new table is made of, its location settled. */
export interface NewTable {
  readonly schema: Schema;
  readonly partitionSpec?: PartitionSpec | undefined;
  readonly sortOrder?: SortOrder | undefined;
  readonly location: string;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** Properties that stand for something else in the metadata and are never stored. */
const RESERVED_PROPERTIES = new Set([
  "format-version",
  "uuid",
  "snapshot-count",
  "current-snapshot-summary",
  "current-snapshot-id",
  "current-snapshot-timestamp-ms",
  "current-schema",
  "default-partition-spec",
  "default-sort-order",
]);

/**
 * The first metadata of a table in format v2. Field ids are assigned anew from 1, partition field
 * ids from 1000, and the spec's and order's sources follow. Codes: `METADATA_INVALID`;
 * `UNSUPPORTED` for another `format-version`.
 */
export function newTableMetadata(
  table: NewTable,
  identity: { readonly uuid: string; readonly nowMs: number },
): TableMetadata {
  const formatVersion = table.properties?.["format-version"] ?? "2";
  if (formatVersion !== "2") {
    throw new IcebergError(
      "UNSUPPORTED",
      `new tables are of format version 2, not ${formatVersion}`,
    );
  }
  const { schema, lastColumnId, newIdOf } = assignFreshIds(checkSchema(table.schema), 0);
  const spec = checkPartitionSpec(freshSpec(table.partitionSpec ?? UNPARTITIONED, newIdOf), schema);
  const sortOrder = freshSortOrder(table.sortOrder ?? UNSORTED, newIdOf);
  return {
    formatVersion: 2,
    tableUuid: identity.uuid,
    location: table.location.replace(/(?<!\/)\/$/, ""),
    lastSequenceNumber: INITIAL_SEQUENCE_NUMBER,
    lastUpdatedMs: identity.nowMs,
    lastColumnId,
    schemas: [schema],
    currentSchemaId: schema.schemaId,
    partitionSpecs: [spec],
    defaultSpecId: spec.specId,
    lastPartitionId: lastPartitionFieldId(spec),
    sortOrders: [sortOrder],
    defaultSortOrderId: sortOrder.orderId,
    properties: storedProperties(table.properties ?? {}),
    snapshots: [],
    snapshotLog: [],
    metadataLog: [],
    refs: {},
  };
}

/**
 * The codec is written down as other writers do, so that a later change of defaults changes no
 * table.
 */
function storedProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  return {
    "write.parquet.compression-codec": "zstd",
    ...Object.fromEntries(
      Object.entries(properties).filter(([key]) => !RESERVED_PROPERTIES.has(key)),
    ),
  };
}

function freshSpec(spec: PartitionSpec, newIdOf: ReadonlyMap<number, number>): PartitionSpec {
  return {
    specId: 0,
    fields: spec.fields.map((field, index) => ({
      ...field,
      sourceId: freshSource(field.sourceId, newIdOf),
      fieldId: FIRST_PARTITION_FIELD_ID + index,
    })),
  };
}

function freshSortOrder(order: SortOrder, newIdOf: ReadonlyMap<number, number>): SortOrder {
  if (order.fields.length === 0) return UNSORTED;
  return {
    orderId: 1,
    fields: order.fields.map((field) => ({
      ...field,
      sourceId: freshSource(field.sourceId, newIdOf),
    })),
  };
}

function freshSource(sourceId: number, newIdOf: ReadonlyMap<number, number>): number {
  const id = newIdOf.get(sourceId);
  if (id !== undefined) return id;
  throw new IcebergError(
    "METADATA_INVALID",
    `the new table's schema has no field of id ${sourceId}`,
  );
}
