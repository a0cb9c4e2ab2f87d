import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/spec/iceberg-json.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import {
  parseTableMetadata,
  serializeTableMetadata,
  tableMetadataFromJson,
} from "../../src/spec/table-metadata-json.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { tableOfV1, tableOfV2, v2Json } from "./tables.ts";

function change(from: string, to: string): () => TableMetadata {
  return () => parseTableMetadata(v2Json.replace(from, to));
}

describe("metadata of format v2", () => {
  const metadata = parseTableMetadata(v2Json);

  test("is read", () => {
    expect(metadata.lastSequenceNumber).toBe(34n);
    expect(metadata.currentSnapshotId).toBe(3055729675574597004n);
    expect(metadata.snapshots[1]).toEqual({
      snapshotId: 3055729675574597004n,
      parentSnapshotId: 3051729675574597004n,
      sequenceNumber: 34n,
      timestampMs: 1555100955770,
      manifestList: "s3://a/b/2.avro",
      summary: { operation: "append", "added-records": "5" },
      schemaId: 1,
    });
    expect(metadata.refs["main"]).toEqual({ snapshotId: 3055729675574597004n, type: "branch" });
  });

  test("is written as it was read, unknown keys included", () => {
    expect(JSON.parse(serializeTableMetadata(metadata))).toEqual(JSON.parse(v2Json));
    expect(parseTableMetadata(serializeTableMetadata(metadata))).toEqual(metadata);
    expect(metadata.unknownFields).toEqual({
      statistics: [{ "snapshot-id": 3055729675574597004n, "statistics-path": "s3://a/b.puffin" }],
    });
  });

  test("writes -1 for no current snapshot, and reads null and absence too", () => {
    const empty = tableOfV2();
    const json = serializeTableMetadata(empty);
    expect(json).toContain('"current-snapshot-id":-1');
    for (const other of [
      json.replace(":-1", ":null"),
      json.replace('"current-snapshot-id":-1,', ""),
    ]) {
      expect(parseTableMetadata(other).currentSnapshotId).toBeUndefined();
    }
  });

  test.each([
    ["table-uuid", "table-uuid is null"],
    ["schemas", "schemas is absent"],
    ["partition-specs", "partition-specs is absent"],
    ["last-partition-id", "last-partition-id is null"],
    ["sort-orders", "sort-orders is absent"],
    ["last-sequence-number", "last-sequence-number is absent"],
  ])("needs its %s", (key, message) => {
    const { [key]: _, ...rest } = { ...Object(parseJson(v2Json, "text")) };
    expect(() => tableMetadataFromJson(rest)).toThrow(message);
  });

  test("must agree with itself", () => {
    expect(change('"current-schema-id": 1', '"current-schema-id": 2')).toThrow(
      "schema 2 is not in",
    );
    expect(change('"default-spec-id": 0', '"default-spec-id": 4')).toThrow("partition spec 4");
    expect(change('-id": 3055729675574597004,\n  "refs"', '-id": 3,\n  "refs"')).toThrow(
      "current-snapshot-id 3 is not that of main, 3055729675574597004",
    );
  });
});

describe("metadata of format v1", () => {
  test("of an old writer are read", () => {
    const metadata = tableOfV1();
    expect(metadata.formatVersion).toBe(1);
    expect(metadata.schemas).toHaveLength(1);
    expect(metadata.currentSchemaId).toBe(0);
    expect(metadata.partitionSpecs).toEqual([
      {
        specId: 0,
        fields: [{ sourceId: 1, fieldId: 1000, name: "x", transform: { kind: "identity" } }],
      },
    ]);
    expect(metadata.lastPartitionId).toBe(1000);
    expect(metadata.lastSequenceNumber).toBe(0n);
    expect(metadata.currentSnapshotId).toBeUndefined();
  });

  test("are written so that an old reader understands them", () => {
    const json = JSON.parse(serializeTableMetadata(tableOfV1())) as Record<string, unknown>;
    expect(json["schema"]).toMatchObject({ "schema-id": 0, type: "struct" });
    expect(json["partition-spec"]).toMatchObject([{ name: "x", "field-id": 1000 }]);
    expect(json["last-sequence-number"]).toBeUndefined();
  });
});

test("later formats are refused", () => {
  const json = v2Json.replace('"format-version": 2', '"format-version": 3');
  expect(() => parseTableMetadata(json)).toThrow("format version 3 is neither 1 nor 2");
});

describe("a new table", () => {
  const identity = { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1_700_000_000_000 };
  const schema = {
    schemaId: 5,
    fields: [
      { id: 7, name: "id", required: true, type: { kind: "long" } },
      { id: 9, name: "ts", required: false, type: { kind: "timestamptz" } },
    ],
  } as const;

  test("has ids from 1 and partition ids from 1000, and the sources follow", () => {
    const metadata = newTableMetadata(
      {
        schema,
        location: "s3a://warehouse/db/t/",
        partitionSpec: {
          specId: 3,
          fields: [{ sourceId: 9, fieldId: 0, name: "ts_day", transform: { kind: "day" } }],
        },
        sortOrder: {
          orderId: 9,
          fields: [
            {
              transform: { kind: "identity" },
              sourceId: 7,
              direction: "asc",
              nullOrder: "nulls-first",
            },
          ],
        },
        properties: { "format-version": "2", owner: "me" },
      },
      identity,
    );
    expect(metadata.schemas[0]?.fields.map(({ id }) => id)).toEqual([1, 2]);
    expect(metadata.partitionSpecs).toEqual([
      {
        specId: 0,
        fields: [{ sourceId: 2, fieldId: 1000, name: "ts_day", transform: { kind: "day" } }],
      },
    ]);
    expect(metadata.lastPartitionId).toBe(1000);
    expect(metadata.sortOrders[0]).toMatchObject({ orderId: 1, fields: [{ sourceId: 1 }] });
    expect(metadata.properties).toEqual({ "write.parquet.compression-codec": "zstd", owner: "me" });
    expect(metadata.location).toBe("s3a://warehouse/db/t");
    expect(parseTableMetadata(serializeTableMetadata(metadata))).toEqual(metadata);
  });

  test("without partitions has no partition id yet", () => {
    const metadata = newTableMetadata({ schema, location: "file:///t" }, identity);
    expect(metadata.lastPartitionId).toBe(999);
    expect(metadata.defaultSortOrderId).toBe(0);
  });

  test("is of no other format", () => {
    const properties = { "format-version": "3" };
    expect(() => newTableMetadata({ schema, location: "file:///t", properties }, identity)).toThrow(
      "new tables are of format version 2, not 3",
    );
  });
});
