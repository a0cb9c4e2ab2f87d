import { describe, expect, test } from "vitest";
import { applyUpdates } from "../../src/spec/apply-updates.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { parseTableMetadata } from "../../src/spec/table-metadata-json.ts";
import type { TableUpdate } from "../../src/spec/table-update.ts";
import { appendOf, snapshotOf, tableOfV1, tableOfV2, v2Json } from "./tables.ts";

/** Applies commits one after the other, a second apart, each with its previous metadata file. */
function commitAll(base: TableMetadata, ...commits: (readonly TableUpdate[])[]): TableMetadata {
  return commits.reduce<TableMetadata>(
    (metadata, updates, index) =>
      applyUpdates(metadata, updates, {
        nowMs: metadata.lastUpdatedMs + 1000,
        previousMetadataFile: `v${index + 1}.json`,
      }),
    base,
  );
}

const main = (id: number): TableUpdate => ({
  action: "set-snapshot-ref",
  refName: "main",
  ref: { snapshotId: BigInt(id), type: "branch" },
});

describe("an append", () => {
  const metadata = commitAll(tableOfV2(), appendOf(2), appendOf(3, 2));

  test("moves main, the sequence number and the time", () => {
    expect(metadata.currentSnapshotId).toBe(3n);
    expect(metadata.refs).toEqual({ main: { snapshotId: 3n, type: "branch" } });
    expect(metadata.lastSequenceNumber).toBe(3n);
    expect(metadata.lastUpdatedMs).toBe(3000);
  });

  test("is logged with its time, and so is the metadata file before it", () => {
    expect(metadata.snapshotLog).toEqual([
      { timestampMs: 2000, snapshotId: 2n },
      { timestampMs: 3000, snapshotId: 3n },
    ]);
    expect(metadata.metadataLog).toEqual([
      { timestampMs: 1000, metadataFile: "v1.json" },
      { timestampMs: 2000, metadataFile: "v2.json" },
    ]);
  });

  test("does not touch its base", () => {
    const base = Object.freeze(tableOfV2());
    commitAll(base, appendOf(2));
    expect(base).toEqual(tableOfV2());
  });

  test("of a known snapshot id is refused", () => {
    expect(() => commitAll(metadata, appendOf(2))).toThrow("snapshot already exists for id 2");
  });

  test("must have a sequence number after the last one", () => {
    const snapshot = { ...snapshotOf(9), sequenceNumber: 3n };
    expect(() => commitAll(metadata, [{ action: "add-snapshot", snapshot }])).toThrow(
      "has the sequence number 3, which does not follow the last one, 3",
    );
  });
});

describe("the snapshot log", () => {
  test("leaves out what a commit added and moved main past", () => {
    const metadata = commitAll(tableOfV2(), [...appendOf(2), ...appendOf(3, 2)]);
    expect(metadata.snapshots).toHaveLength(2);
    expect(metadata.snapshotLog).toEqual([{ timestampMs: 3000, snapshotId: 3n }]);
  });

  test("tells of main only", () => {
    const branch: TableUpdate = {
      action: "set-snapshot-ref",
      refName: "audit",
      ref: { snapshotId: 3n, type: "branch" },
    };
    const metadata = commitAll(tableOfV2(), appendOf(2), [
      { action: "add-snapshot", snapshot: snapshotOf(3, 2) },
      branch,
    ]);
    expect(metadata.currentSnapshotId).toBe(2n);
    expect(metadata.snapshotLog).toHaveLength(1);
    expect(metadata.refs["audit"]?.snapshotId).toBe(3n);
  });

  test("has a rollback at the time of the rollback", () => {
    const metadata = commitAll(tableOfV2(), appendOf(2), appendOf(3, 2), [main(2)]);
    expect(metadata.snapshotLog.at(-1)).toEqual({ timestampMs: 4000, snapshotId: 2n });
    expect(metadata.lastUpdatedMs).toBe(4000);
    expect(metadata.lastSequenceNumber).toBe(3n);
  });

  test("loses what lies before an expired snapshot", () => {
    const expire: TableUpdate = { action: "remove-snapshots", snapshotIds: [3n] };
    const metadata = commitAll(tableOfV2(), appendOf(2), appendOf(3, 2), appendOf(4, 3), [expire]);
    expect(metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([2n, 4n]);
    expect(metadata.snapshotLog).toEqual([{ timestampMs: 4000, snapshotId: 4n }]);
  });
});

describe("removing snapshots", () => {
  const base = parseTableMetadata(v2Json);

  test("removes the refs that point at them", () => {
    const metadata = commitAll(base, [
      { action: "remove-snapshots", snapshotIds: [3051729675574597004n] },
    ]);
    expect(Object.keys(metadata.refs)).toEqual(["main"]);
    expect(metadata.unknownFields).toEqual(base.unknownFields);
  });

  test("removes their statistics, and the current snapshot with main", () => {
    const metadata = commitAll(base, [
      { action: "remove-snapshots", snapshotIds: [3055729675574597004n] },
    ]);
    expect(metadata.currentSnapshotId).toBeUndefined();
    expect(Object.keys(metadata.refs)).toEqual(["audit"]);
    expect(metadata.snapshotLog).toEqual([]);
    expect(metadata.unknownFields).toEqual({ statistics: [] });
  });

  test("that are not there changes nothing", () => {
    expect(commitAll(base, [{ action: "remove-snapshots", snapshotIds: [1n] }])).toBe(base);
  });
});

describe("refs", () => {
  const base = commitAll(tableOfV2(), appendOf(2));

  test("must point at a snapshot, and main must be a branch", () => {
    expect(() => commitAll(base, [main(9)])).toThrow("ref main cannot be set to snapshot 9");
    const tag: TableUpdate = {
      action: "set-snapshot-ref",
      refName: "main",
      ref: { snapshotId: 2n, type: "tag" },
    };
    expect(() => commitAll(base, [tag])).toThrow("main must be a branch");
  });

  test("that stay the same are no change", () => {
    expect(commitAll(base, [main(2)])).toBe(base);
  });

  test("may change their retention without an entry in the log", () => {
    const ref = { snapshotId: 2n, type: "branch", minSnapshotsToKeep: 5 } as const;
    const metadata = commitAll(base, [{ action: "set-snapshot-ref", refName: "main", ref }]);
    expect(metadata.refs["main"]).toEqual(ref);
    expect(metadata.snapshotLog).toHaveLength(1);
  });

  test("are removed, and main with it the current snapshot", () => {
    const metadata = commitAll(base, [{ action: "remove-snapshot-ref", refName: "main" }]);
    expect(metadata.refs).toEqual({});
    expect(metadata.currentSnapshotId).toBeUndefined();
  });
});

describe("schemas, specs and orders", () => {
  const base = tableOfV2();
  const wider = {
    schemaId: -1,
    fields: [
      ...(base.schemas[0]?.fields ?? []),
      { id: 3, name: "note", required: false, type: { kind: "string" } },
    ],
  } as const;

  test("are added under the next id, and -1 is the last one added", () => {
    const metadata = commitAll(base, [
      { action: "add-schema", schema: wider },
      { action: "set-current-schema", schemaId: -1 },
      {
        action: "add-spec",
        spec: {
          specId: 0,
          fields: [{ sourceId: 2, fieldId: 1000, name: "ts_day", transform: { kind: "day" } }],
        },
      },
      { action: "set-default-spec", specId: -1 },
      {
        action: "add-sort-order",
        sortOrder: {
          orderId: 7,
          fields: [
            {
              transform: { kind: "identity" },
              sourceId: 1,
              direction: "asc",
              nullOrder: "nulls-first",
            },
          ],
        },
      },
      { action: "set-default-sort-order", sortOrderId: -1 },
    ]);
    expect(metadata.currentSchemaId).toBe(1);
    expect(metadata.lastColumnId).toBe(3);
    expect(metadata.defaultSpecId).toBe(1);
    expect(metadata.lastPartitionId).toBe(1000);
    expect(metadata.defaultSortOrderId).toBe(1);
  });

  test("of equal content keep their ids", () => {
    const schema = { ...wider, fields: base.schemas[0]?.fields ?? [] };
    const updates: TableUpdate[] = [
      { action: "add-schema", schema },
      { action: "set-current-schema", schemaId: -1 },
      { action: "add-spec", spec: { specId: 5, fields: [] } },
      { action: "set-default-spec", specId: -1 },
    ];
    expect(commitAll(base, updates)).toBe(base);
  });

  test("that were not added have no last one", () => {
    expect(() => commitAll(base, [{ action: "set-current-schema", schemaId: -1 }])).toThrow(
      "no schema was added that could be the last one",
    );
    expect(() => commitAll(base, [{ action: "set-default-spec", specId: 4 }])).toThrow(
      "partition spec 4 is not in the table's metadata",
    );
  });
});

describe("the rest", () => {
  test("properties are set and removed", () => {
    const metadata = commitAll(
      tableOfV2(),
      [{ action: "set-properties", updates: { a: "1", b: "2" } }],
      [{ action: "remove-properties", removals: ["a", "never"] }],
    );
    expect(metadata.properties).toMatchObject({ b: "2" });
    expect(metadata.properties).not.toHaveProperty("a");
  });

  test("the metadata log keeps what its property says", () => {
    const limit: TableUpdate = {
      action: "set-properties",
      updates: { "write.metadata.previous-versions-max": "2" },
    };
    const metadata = commitAll(tableOfV2(), [limit], appendOf(2), appendOf(3, 2), appendOf(4, 3));
    const files = metadata.metadataLog.map(({ metadataFile }) => metadataFile);
    expect(files).toEqual(["v3.json", "v4.json"]);
  });

  test("a clock that was set back does not show", () => {
    const updates: TableUpdate[] = [{ action: "set-location", location: "memory://u" }];
    const metadata = applyUpdates(tableOfV2(), updates, { nowMs: 5 });
    expect(metadata.lastUpdatedMs).toBe(1000);
    expect(metadata.location).toBe("memory://u");
  });

  test("a uuid is assigned once", () => {
    const assign: TableUpdate = { action: "assign-uuid", uuid: "other" };
    expect(() => commitAll(tableOfV2(), [assign])).toThrow("has the uuid 1b1d7f5c");
    const without = { ...tableOfV1(), tableUuid: "" };
    expect(commitAll(without, [assign]).tableUuid).toBe("other");
  });

  test("v1 is upgraded in the commit that first counts sequence numbers", () => {
    const metadata = commitAll(tableOfV1(), [
      { action: "upgrade-format-version", formatVersion: 2 },
      ...appendOf(1_700_000_000),
    ]);
    expect(metadata.formatVersion).toBe(2);
    expect(metadata.lastSequenceNumber).toBe(1_700_000_000n);
  });

  test("no updates are no change", () => {
    const base = tableOfV2();
    expect(commitAll(base, [])).toBe(base);
  });
});
