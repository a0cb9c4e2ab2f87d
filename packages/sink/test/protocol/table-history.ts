import type { Snapshot, TableMetadata } from "@salon/iceberg-writer";
import { sourceKey, serializeSourceRecord } from "../../src/protocol/source-record.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { serializePositionCopy } from "../../src/protocol/position-copy.ts";

const TABLE_UUID = "0a1b2c3d-0000-4000-8000-000000000001";

/** A record of one partition that stands at `next`. */
export function recordAt(next: number, changes: Partial<SourceRecord> = {}): SourceRecord {
  return {
    cluster: "cluster-1",
    topic: "ratings",
    partitions: 1,
    ledger: new Map([[0, { first: 0, next, rows: next, dead: 0, gaps: 0, lost: 0, unproved: 0 }]]),
    unit: new Map(),
    pending: [],
    applied: 0,
    ...changes,
  };
}

/** A snapshot with id and sequence number alike; own when it has a record. */
export function snapshot(
  id: number,
  parent: number | undefined,
  own?: SourceRecord,
  summary: Record<string, string> = {},
): Snapshot {
  return {
    snapshotId: BigInt(id),
    ...(parent === undefined ? {} : { parentSnapshotId: BigInt(parent) }),
    sequenceNumber: BigInt(id),
    timestampMs: id * 1000,
    manifestList: `memory://t/metadata/snap-${id}.avro`,
    summary: {
      operation: "append",
      ...(own === undefined ? {} : { [sourceKey("ratings")]: serializeSourceRecord(own) }),
      ...summary,
    },
  };
}

/** The property that names a snapshot with a record. */
export function copyOf(
  id: number,
  record: SourceRecord,
  tableUuid = TABLE_UUID,
): Record<string, string> {
  const copy = { tableUuid, snapshotId: BigInt(id), sequenceNumber: id, record };
  return { [sourceKey("ratings")]: serializePositionCopy(copy) };
}

/** A table with these snapshots, `main` at one of them. */
export function tableWith(
  snapshots: readonly Snapshot[],
  main: number | undefined,
  properties: Record<string, string> = {},
): TableMetadata {
  return {
    formatVersion: 2,
    tableUuid: TABLE_UUID,
    location: "memory://t",
    lastSequenceNumber: snapshots.reduce(
      (last, { sequenceNumber }) => (sequenceNumber > last ? sequenceNumber : last),
      0n,
    ),
    lastUpdatedMs: 0,
    lastColumnId: 0,
    schemas: [{ schemaId: 0, fields: [] }],
    currentSchemaId: 0,
    partitionSpecs: [{ specId: 0, fields: [] }],
    defaultSpecId: 0,
    lastPartitionId: 999,
    sortOrders: [{ orderId: 0, fields: [] }],
    defaultSortOrderId: 0,
    properties,
    ...(main === undefined ? {} : { currentSnapshotId: BigInt(main) }),
    snapshots,
    snapshotLog: [],
    metadataLog: [],
    refs: main === undefined ? {} : { main: { snapshotId: BigInt(main), type: "branch" } },
  };
}
