import { IcebergError } from "../iceberg-error.ts";
import type { JsonObject } from "./iceberg-json.ts";
import type { PartitionSpec } from "./partition-spec.ts";
import type { Schema } from "./schema.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SnapshotRef } from "./snapshot-ref.ts";
import type { SortOrder } from "./sort-order.ts";

/** One change of `main` (spec: Table Metadata Fields, `snapshot-log`). */
export interface SnapshotLogEntry {
  readonly timestampMs: number;
  readonly snapshotId: bigint;
}

/** A previous metadata file (spec: Table Metadata Fields, `metadata-log`). */
export interface MetadataLogEntry {
  readonly timestampMs: number;
  readonly metadataFile: string;
}

/** The whole of a table's metadata file (spec: Table Metadata Fields). */
export interface TableMetadata {
  readonly formatVersion: 1 | 2;
  readonly tableUuid: string;
  readonly location: string;
  readonly lastSequenceNumber: bigint;
  readonly lastUpdatedMs: number;
  readonly lastColumnId: number;
  readonly schemas: readonly Schema[];
  readonly currentSchemaId: number;
  readonly partitionSpecs: readonly PartitionSpec[];
  readonly defaultSpecId: number;
  readonly lastPartitionId: number;
  readonly sortOrders: readonly SortOrder[];
  readonly defaultSortOrderId: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Equal to the snapshot of `refs.main`; absent when there is none. */
  readonly currentSnapshotId?: bigint;
  readonly snapshots: readonly Snapshot[];
  readonly snapshotLog: readonly SnapshotLogEntry[];
  readonly metadataLog: readonly MetadataLogEntry[];
  readonly refs: Readonly<Record<string, SnapshotRef>>;
  /** Top-level keys that this library does not know (`statistics`, …), kept as they were read. */
  readonly unknownFields?: JsonObject;
}

/** The schema of an id; `METADATA_INVALID` where there is none. */
export function schemaById(metadata: TableMetadata, schemaId: number): Schema {
  const schema = metadata.schemas.find((candidate) => candidate.schemaId === schemaId);
  return schema ?? throwMissing(metadata, "schema", schemaId);
}

/** The schema that new data are written with. */
export function currentSchema(metadata: TableMetadata): Schema {
  return schemaById(metadata, metadata.currentSchemaId);
}

/** The partition spec of an id; `METADATA_INVALID` where there is none. */
export function partitionSpecById(metadata: TableMetadata, specId: number): PartitionSpec {
  const spec = metadata.partitionSpecs.find((candidate) => candidate.specId === specId);
  return spec ?? throwMissing(metadata, "partition spec", specId);
}

/** The partition spec that new data are written with. */
export function defaultPartitionSpec(metadata: TableMetadata): PartitionSpec {
  return partitionSpecById(metadata, metadata.defaultSpecId);
}

/** The snapshot of an id, or undefined where it is not (or no longer) in the metadata. */
export function snapshotById(metadata: TableMetadata, snapshotId: bigint): Snapshot | undefined {
  return metadata.snapshots.find((snapshot) => snapshot.snapshotId === snapshotId);
}

/** The head of `main`, or undefined for a table without data. */
export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const { currentSnapshotId } = metadata;
  return currentSnapshotId === undefined ? undefined : snapshotById(metadata, currentSnapshotId);
}

function throwMissing(metadata: TableMetadata, what: string, id: number): never {
  throw new IcebergError("METADATA_INVALID", `${what} ${id} is not in the table's metadata`, {
    context: { tableUuid: metadata.tableUuid, id },
  });
}
