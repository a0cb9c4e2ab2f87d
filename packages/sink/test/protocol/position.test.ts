import { describe, expect, it } from "vitest";
import { otherSources, readOtherSources, readPosition } from "../../src/protocol/position.ts";
import { serializeSourceRecord, sourceKey } from "../../src/protocol/source-record.ts";
import { copyOf, recordAt, snapshot, tableWith } from "./table-history.ts";

const other = "0a1b2c3d-0000-4000-8000-000000000002";

describe("readPosition, by the table of PROTOCOL section 3", () => {
  it("takes the newest own snapshot of main's line", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))],
      2,
      copyOf(2, recordAt(20)),
    );
    const reading = readPosition(table, "ratings");
    expect(reading).toMatchObject({ kind: "recorded", snapshotId: 2n, isCopyStale: false });
    expect(reading).toHaveProperty("foreignSnapshots", []);
  });

  it("takes the snapshot below those of others, and names them", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1), snapshot(3, 2)],
      3,
      copyOf(1, recordAt(10)),
    );
    const reading = readPosition(table, "ratings");
    expect(reading).toMatchObject({ kind: "recorded", snapshotId: 1n, isCopyStale: false });
    expect(
      reading.kind === "recorded" && reading.foreignSnapshots.map((s) => s.snapshotId),
    ).toEqual([3n, 2n]);
  });

  it.each([
    ["missing", {}],
    ["older", copyOf(1, recordAt(10))],
    ["of another table", copyOf(2, recordAt(20), other)],
    ["no JSON", { [sourceKey("ratings")]: "{" }],
  ])("believes the snapshot where the copy is %s", (_, properties) => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))],
      2,
      properties,
    );
    expect(readPosition(table, "ratings")).toMatchObject({
      kind: "recorded",
      snapshotId: 2n,
      isCopyStale: true,
    });
  });

  it("takes a copy of the same record for a good one, however it is written", () => {
    const key = sourceKey("ratings");
    const [written = ""] = Object.values(copyOf(2, recordAt(20)));
    const spaced = JSON.stringify(JSON.parse(written), undefined, 2);
    const snapshots = [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))];
    const reading = readPosition(tableWith(snapshots, 2, { [key]: spaced }), "ratings");
    expect(reading).toMatchObject({ kind: "recorded", snapshotId: 2n, isCopyStale: false });
  });

  it("knows a rollback by a newer copy whose snapshot is not in main's line", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))],
      1,
      copyOf(2, recordAt(20)),
    );
    const reading = readPosition(table, "ratings");
    expect(reading).toMatchObject({ kind: "rolled-back", copy: { snapshotId: 2n } });
    expect(reading.kind === "rolled-back" && reading.record?.ledger.get(0)?.next).toBe(10);
  });

  it("knows a rollback below snapshots of others too", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20)), snapshot(3, 1)],
      3,
      copyOf(2, recordAt(20)),
    );
    expect(readPosition(table, "ratings").kind).toBe("rolled-back");
  });

  it.each([
    ["uncertain", 1],
    ["rolled-back", 0],
  ])(
    "is %s where main is back at what an accepted rollback had undone with %d dead",
    (kind, dead) => {
      const [left, undone] = [recordAt(10), recordAt(20)];
      const first = undone.ledger.get(0)!;
      const withDead = {
        ...undone,
        ledger: new Map([[0, { ...first, rows: first.rows - dead, dead: first.dead + dead }]]),
      };
      const accepted = { ...left, undone: { snapshotId: 2n, through: 3 } };
      const snapshots = [snapshot(1, undefined, left), snapshot(2, 1, withDead)];
      const table = tableWith([...snapshots, snapshot(3, 1, accepted)], 2, copyOf(3, accepted));
      expect(readPosition(table, "ratings")).toMatchObject({ kind, copy: { snapshotId: 3n } });
    },
  );

  it("knows no rollback where only snapshots of others were undone that carried the record on", () => {
    const carried = snapshot(2, 1, recordAt(10), { "salon.source.other": "its own" });
    const table = tableWith([snapshot(1, undefined, recordAt(10)), carried], 1);
    expect(readPosition(table, "ratings").kind).toBe("recorded");
  });

  it("takes the copy where expiry ends the line at its very snapshot", () => {
    const table = tableWith([snapshot(3, 2)], 3, copyOf(2, recordAt(20)));
    const reading = readPosition(table, "ratings");
    expect(reading.kind === "expired" && reading.record.ledger.get(0)?.next).toBe(20);
  });

  it("cannot tell where the line ends at any other missing parent", () => {
    const table = tableWith([snapshot(4, 3)], 4, copyOf(2, recordAt(20)));
    expect(readPosition(table, "ratings").kind).toBe("uncertain");
  });

  it.each([
    ["the line begins without us", [snapshot(5, undefined)], 5],
    ["there is no main", [], undefined],
  ])("knows a replaced table: %s", (_, snapshots, main) => {
    const table = tableWith(snapshots, main, copyOf(2, recordAt(20)));
    expect(readPosition(table, "ratings").kind).toBe("replaced");
  });

  it("knows nothing of a table that says nothing", () => {
    expect(readPosition(tableWith([], undefined), "ratings").kind).toBe("absent");
    expect(readPosition(tableWith([snapshot(1, undefined)], 1), "ratings").kind).toBe("absent");
  });

  it("refuses a cherry-pick of an own snapshot", () => {
    const picked = snapshot(3, 1, undefined, { "source-snapshot-id": "2" });
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20)), picked],
      3,
      copyOf(1, recordAt(10)),
    );
    expect(readPosition(table, "ratings")).toEqual({ kind: "foreign-replay", snapshotId: 3n });
  });

  it("throws POSITION_INVALID for an own snapshot that nobody can read", () => {
    const broken = snapshot(1, undefined, undefined, { [sourceKey("ratings")]: "{}" });
    expect(() => readPosition(tableWith([broken], 1), "ratings")).toThrow(
      expect.objectContaining({ code: "POSITION_INVALID" }),
    );
  });
});

describe("otherSources", () => {
  it("carries the keys of the newest snapshot with any source, unchanged", () => {
    const key = sourceKey("other/é");
    const table = tableWith(
      [
        snapshot(1, undefined, recordAt(10), { [key]: "whatever it says" }),
        snapshot(2, 1, undefined, { unrelated: "x" }),
      ],
      2,
    );
    expect(key).toBe("salon.source.other%2F%C3%A9");
    expect(otherSources(table, "ratings")).toEqual({ [key]: "whatever it says" });
  });

  it("carries a key that names no source, as anybody may set one", () => {
    const table = tableWith([snapshot(1, undefined, recordAt(10), { "salon.source.%E0": "y" })], 1);
    const metadata = { ...table, properties: { ...table.properties, "salon.source.50%": "x" } };
    expect(otherSources(metadata, "ratings")).toEqual({ "salon.source.%E0": "y" });
    expect(readOtherSources(metadata, "ratings")).toEqual(new Map());
  });

  it("does not carry what a rollback left, which would hide it from the source", () => {
    const other = { "salon.source.other": "whatever it says" };
    const left = [snapshot(1, undefined, recordAt(10), other), snapshot(2, 1, recordAt(20), other)];
    const table = tableWith(left, 1, copyOf(2, recordAt(20)));
    expect(otherSources(table, "other")).toEqual({});
    expect(otherSources(table, "third")).toEqual(other);
    // A commit of the other source above it leaves the rollback to be seen.
    const above = snapshot(3, 1, undefined, other);
    const next = tableWith([...left, above], 3, copyOf(2, recordAt(20)));
    expect(readPosition(next, "ratings").kind).toBe("rolled-back");
    expect(otherSources(next, "other")).toEqual({});
  });

  it("brings back what is recorded below a commit that did not carry it", () => {
    const other = { "salon.source.other": "its own" };
    const line = [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, undefined, other)];
    const key = sourceKey("ratings");
    expect(Object.keys(otherSources(tableWith(line, 2, copyOf(1, recordAt(10))), "other"))).toEqual(
      [key],
    );
  });

  it("brings back what expiry left only in a property", () => {
    const record = recordAt(20);
    const table = tableWith([snapshot(3, 2)], 3, copyOf(2, record));
    expect(otherSources(table, "second")).toEqual({
      [sourceKey("ratings")]: serializeSourceRecord(record),
    });
  });
});
