import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import type { Snapshot } from "../../src/spec/snapshot.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { parseTableMetadata } from "../../src/spec/table-metadata-json.ts";
import type { TableUpdate } from "../../src/spec/table-update.ts";

/** A table of format v2 with everything that the spec's table of metadata fields names. */
export const v2Json = `{
  "format-version": 2,
  "table-uuid": "6c2f0a5e-4c52-4f0b-9a0b-3a5d6d1d2f11",
  "location": "s3://bucket/test/location",
  "last-sequence-number": 34,
  "last-updated-ms": 1602638573590,
  "last-column-id": 3,
  "current-schema-id": 1,
  "schemas": [
    { "type": "struct", "schema-id": 0,
      "fields": [{ "id": 1, "name": "x", "required": true, "type": "long" }] },
    { "type": "struct", "schema-id": 1, "identifier-field-ids": [1, 2],
      "fields": [
        { "id": 1, "name": "x", "required": true, "type": "long" },
        { "id": 2, "name": "y", "required": true, "type": "long", "doc": "comment" },
        { "id": 3, "name": "z", "required": false, "type": "decimal(9, 2)" }] }
  ],
  "default-spec-id": 0,
  "partition-specs": [{ "spec-id": 0, "fields": [
    { "name": "x", "transform": "identity", "source-id": 1, "field-id": 1000 }] }],
  "last-partition-id": 1000,
  "default-sort-order-id": 3,
  "sort-orders": [{ "order-id": 3, "fields": [
    { "transform": "bucket[4]", "source-id": 3, "direction": "desc", "null-order": "nulls-last" }] }],
  "properties": { "commit.retry.num-retries": "1" },
  "current-snapshot-id": 3055729675574597004,
  "refs": {
    "main": { "snapshot-id": 3055729675574597004, "type": "branch" },
    "audit": { "snapshot-id": 3051729675574597004, "type": "tag", "max-ref-age-ms": 10000000 }
  },
  "snapshots": [
    { "snapshot-id": 3051729675574597004, "timestamp-ms": 1515100955770, "sequence-number": 33,
      "summary": { "operation": "append" }, "manifest-list": "s3://a/b/1.avro" },
    { "snapshot-id": 3055729675574597004, "parent-snapshot-id": 3051729675574597004,
      "timestamp-ms": 1555100955770, "sequence-number": 34,
      "summary": { "operation": "append", "added-records": "5" },
      "manifest-list": "s3://a/b/2.avro", "schema-id": 1 }
  ],
  "snapshot-log": [
    { "snapshot-id": 3051729675574597004, "timestamp-ms": 1515100955770 },
    { "snapshot-id": 3055729675574597004, "timestamp-ms": 1555100955770 }
  ],
  "metadata-log": [{ "metadata-file": "s3://bucket/v1.json", "timestamp-ms": 1515100955000 }],
  "statistics": [
    { "snapshot-id": 3055729675574597004, "statistics-path": "s3://a/b.puffin" }
  ]
}`;

/** A table as a writer of format v1 left it that knew neither schema ids nor spec ids. */
export function tableOfV1(): TableMetadata {
  return parseTableMetadata(`{
    "format-version": 1,
    "table-uuid": "d20125c8-7284-442c-9aea-15fee620737c",
    "location": "s3://bucket/test/location",
    "last-updated-ms": 1602638573874,
    "last-column-id": 2,
    "schema": { "type": "struct", "fields": [
      { "id": 1, "name": "x", "required": true, "type": "long" },
      { "id": 2, "name": "y", "required": true, "type": "long" }] },
    "partition-spec": [{ "name": "x", "transform": "identity", "source-id": 1 }],
    "properties": {},
    "current-snapshot-id": -1,
    "snapshots": []
  }`);
}

/** An empty table of two columns, created at 1,000 ms. */
export function tableOfV2(): TableMetadata {
  return newTableMetadata(
    {
      location: "memory://t",
      schema: {
        schemaId: 0,
        fields: [
          { id: 1, name: "id", required: true, type: { kind: "long" } },
          { id: 2, name: "ts", required: false, type: { kind: "timestamptz" } },
        ],
      },
    },
    { uuid: "1b1d7f5c-0f5d-4a7e-8d53-5d4a51c6a001", nowMs: 1000 },
  );
}

/** A snapshot whose sequence number and time follow from its id: 7 is number 7 at 7,000 ms. */
export function snapshotOf(id: number, parentId?: number): Snapshot {
  return {
    snapshotId: BigInt(id),
    ...(parentId === undefined ? {} : { parentSnapshotId: BigInt(parentId) }),
    sequenceNumber: BigInt(id),
    timestampMs: id * 1000,
    manifestList: `memory://t/metadata/snap-${id}.avro`,
    summary: { operation: "append" },
    schemaId: 0,
  };
}

/** The updates of an append to `main`. */
export function appendOf(id: number, parentId?: number): readonly TableUpdate[] {
  return [
    { action: "add-snapshot", snapshot: snapshotOf(id, parentId) },
    {
      action: "set-snapshot-ref",
      refName: "main",
      ref: { snapshotId: BigInt(id), type: "branch" },
    },
  ];
}
