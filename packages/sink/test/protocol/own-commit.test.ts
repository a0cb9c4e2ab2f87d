import { describe, expect, it } from "vitest";
import { planOwnCommit, recordAdditions } from "../../src/protocol/own-commit.ts";
import type { CommitContext, CommitPlan } from "../../src/protocol/own-commit.ts";
import { serializeSourceRecord } from "../../src/protocol/source-record.ts";
import { copyOf, recordAt, snapshot, tableWith } from "./table-history.ts";

const identity = { sourceId: "ratings", cluster: "cluster-1", topic: "ratings", partitions: 1 };
const context = { identity, appliedThrough: 0 };
/** Rows were looked for at this snapshot of main, and there were none. */
const newAt = (mainSnapshotId: bigint | undefined): CommitContext => ({
  ...context,
  proved: { mainSnapshotId },
});

function unit(start: number, end: number, dead = 0): CommitPlan {
  const stretch = { start, end, rows: end - start - dead, dead, gaps: 0, lost: 0 };
  return { kind: "unit", stretches: new Map([[0, stretch]]) };
}

describe("planOwnCommit", () => {
  const at10 = tableWith([snapshot(1, undefined, recordAt(10))], 1, copyOf(1, recordAt(10)));

  it("extends the ledger of the base", () => {
    const planned = planOwnCommit(at10, unit(10, 15, 2), context);
    expect(planned.kind === "write" && planned.record.ledger.get(0)).toEqual({
      first: 0,
      next: 15,
      rows: 13,
      dead: 2,
      gaps: 0,
      lost: 0,
      unproved: 0,
    });
    expect(planned.kind === "write" && planned.record.unit.get(0)).toEqual({ start: 10, end: 15 });
  });

  it.each([
    ["behind the unit: a rewound group", 11],
    ["ahead of the unit: another member was faster", 9],
  ])("fences a unit whose start is not the position, %s", (_, start) => {
    expect(planOwnCommit(at10, unit(start, 20), context).kind).toBe("fenced");
  });

  it("fences a unit of a partition without a position", () => {
    const stretch = { start: 0, end: 0, rows: 0, dead: 0, gaps: 0, lost: 0 };
    const plan: CommitPlan = { kind: "unit", stretches: new Map([[7, stretch]]) };
    expect(planOwnCommit(at10, plan, context).kind).toBe("fenced");
  });

  it("fences a gap-only unit like any other", () => {
    const stretch = { start: 12, end: 14, rows: 0, dead: 0, gaps: 2, lost: 0 };
    const plan: CommitPlan = { kind: "unit", stretches: new Map([[0, stretch]]) };
    expect(planOwnCommit(at10, plan, context).kind).toBe("fenced");
  });

  it("fences a unit after a rollback", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))],
      1,
      copyOf(2, recordAt(20)),
    );
    expect(planOwnCommit(table, unit(10, 20), context)).toMatchObject({
      kind: "fenced",
      reading: { kind: "rolled-back" },
    });
  });

  it("states the position that a rollback left, and names what was undone", () => {
    const table = tableWith(
      [snapshot(1, undefined, recordAt(10)), snapshot(2, 1, recordAt(20))],
      1,
      copyOf(2, recordAt(20)),
    );
    const restored = planOwnCommit(table, { kind: "restore", main: 1n }, context);
    // Behind every sequence number that was ever given.
    const undone = { snapshotId: 2n, through: 3 };
    expect(restored).toEqual({ kind: "write", record: recordAt(10, { undone }) });
    expect(planOwnCommit(table, { kind: "restore", main: 2n }, context).kind).toBe("fenced");
    expect(planOwnCommit(at10, { kind: "restore", main: 1n }, context).kind).toBe("superfluous");
  });

  it("goes back to the first offsets where main begins anew", () => {
    const recorded = recordAt(20, { applied: 1, unit: new Map([[0, { start: 10, end: 20 }]]) });
    const table = tableWith([snapshot(1, undefined), snapshot(2, undefined, recorded)], 1, {
      ...copyOf(2, recorded),
    });
    const restored = planOwnCommit(table, { kind: "restore", main: 1n }, context);
    const empty = { first: 0, next: 0, rows: 0, dead: 0, gaps: 0, lost: 0, unproved: 0 };
    expect(restored).toEqual({
      kind: "write",
      record: recordAt(0, {
        ledger: new Map([[0, empty]]),
        undone: { snapshotId: 2n, through: 3 },
      }),
    });
  });

  it("carries an accepted rollback until its dead letters are gone", () => {
    const undone = { snapshotId: 2n, through: 3 };
    const table = tableWith([snapshot(3, undefined, recordAt(10, { undone }))], 3);
    const undoneAfter = (appliedThrough: number, plan: CommitPlan): unknown => {
      const planned = planOwnCommit(table, plan, { ...context, appliedThrough });
      return planned.kind === "write" ? planned.record.undone : planned.kind;
    };
    const added: CommitPlan = { kind: "first-position", firstOffsets: new Map([[1, 0]]) };
    // Nothing is decided before: what is left of the position cannot go on.
    expect(undoneAfter(2, unit(10, 20))).toBe("fenced");
    expect(undoneAfter(3, unit(10, 20))).toBeUndefined();
    expect(undoneAfter(2, { kind: "refresh" })).toEqual(undone);
    expect(undoneAfter(2, added)).toEqual(undone);
    expect(undoneAfter(3, { kind: "refresh" })).toBeUndefined();
  });

  it("writes the first position of all partitions, and finds that of a faster member", () => {
    const plan: CommitPlan = { kind: "first-position", firstOffsets: new Map([[0, 7]]) };
    const first = planOwnCommit(tableWith([], undefined), plan, newAt(undefined));
    expect(first.kind === "write" && first.record.ledger.get(0)?.first).toBe(7);
    expect(planOwnCommit(at10, plan, context).kind).toBe("superfluous");
  });

  it("adds positions only for partitions beyond the recorded count", () => {
    const grown = { ...context, identity: { ...identity, partitions: 2 } };
    const added: CommitPlan = { kind: "first-position", firstOffsets: new Map([[1, 3]]) };
    const planned = planOwnCommit(at10, added, grown);
    if (planned.kind !== "write") throw new Error(planned.kind);
    expect(planned.record.partitions).toBe(2);
    expect(planned.record.ledger.get(0)?.next).toBe(10);
    expect(planned.record.ledger.get(1)).toMatchObject({ first: 3, next: 3 });
  });

  it("leaves partitions that a faster member did not see to be measured as added ones", () => {
    // Measured for a new source, the ends of the log: what is in the added partition would be lost.
    const ends = new Map([
      [0, 99],
      [1, 50],
    ]);
    const grown = { ...context, identity: { ...identity, partitions: 2 } };
    const plan: CommitPlan = { kind: "first-position", firstOffsets: ends };
    expect(planOwnCommit(at10, plan, grown).kind).toBe("superfluous");
  });

  it("fences the first position of a topic that came first under another source id", () => {
    const other = snapshot(1, undefined, undefined, {
      "salon.source.second": serializeSourceRecord(recordAt(4)),
    });
    const plan: CommitPlan = { kind: "first-position", firstOffsets: new Map([[0, 7]]) };
    expect(planOwnCommit(tableWith([other], 1), plan, newAt(1n)).kind).toBe("fenced");
  });

  it("fences a first position on any snapshot but that whose rows were looked for", () => {
    // Own snapshots may have been there since, which others expired together with the copy.
    const foreign = tableWith([snapshot(4, 3)], 4);
    const plan: CommitPlan = { kind: "first-position", firstOffsets: new Map([[0, 7]]) };
    expect(planOwnCommit(foreign, plan, newAt(4n)).kind).toBe("write");
    expect(planOwnCommit(foreign, plan, newAt(undefined)).kind).toBe("fenced");
    expect(planOwnCommit(foreign, plan, newAt(3n)).kind).toBe("fenced");
    expect(planOwnCommit(foreign, plan, context).kind).toBe("fenced");
    const proved = { mainSnapshotId: 4n, copySnapshotId: 2n };
    expect(planOwnCommit(foreign, plan, { ...context, proved }).kind).toBe("fenced");
  });

  it("fences positions of added partitions in a table that has none at all", () => {
    const plan: CommitPlan = { kind: "first-position", firstOffsets: new Map([[1, 7]]) };
    expect(planOwnCommit(tableWith([], undefined), plan, newAt(undefined)).kind).toBe("fenced");
  });

  it("puts dead letters into the outbox under its own sequence number, and drops applied ones", () => {
    const entry = { table: "d", schemaId: 0, specId: 0, manifest: "m", length: 1, rows: 1 };
    const pending = [
      { sequence: 1, ...entry },
      { sequence: 2, ...entry },
    ];
    const base = tableWith([snapshot(4, undefined, recordAt(10, { pending }))], 4);
    const plan: CommitPlan = { ...unit(10, 12), deadLetters: { ...entry, rows: 5 } } as CommitPlan;
    const planned = planOwnCommit(base, plan, { identity, appliedThrough: 1 });
    if (planned.kind !== "write") throw new Error(planned.kind);
    expect(planned.record.pending.map(({ sequence }) => sequence)).toEqual([2, 5]);
    expect(planned.record.applied).toBe(1);
  });

  it("states a proved copy anew only at the very snapshot it was proved at", () => {
    const cut = tableWith([snapshot(4, 3)], 4, copyOf(2, recordAt(20)));
    const provedAt = (mainSnapshotId: bigint): CommitContext => ({
      ...context,
      proved: { mainSnapshotId, copySnapshotId: 2n },
    });
    const restore = { kind: "restore", main: 4n } as const;
    // What was decided after the copy, and nobody knows of any more, is shut out.
    const undone = { snapshotId: 2n, through: 5 };
    expect(planOwnCommit(cut, restore, provedAt(4n))).toEqual({
      kind: "write",
      record: recordAt(20, { undone }),
    });
    expect(planOwnCommit(cut, restore, provedAt(3n)).kind).toBe("fenced");
    expect(planOwnCommit(cut, restore, context).kind).toBe("fenced");
    expect(planOwnCommit(cut, unit(20, 21), provedAt(4n)).kind).toBe("fenced");
  });

  it("shuts out what may have been decided before a first position, but in an untouched table", () => {
    const plan: CommitPlan = { kind: "first-position", firstOffsets: new Map([[0, 7]]) };
    const planned = planOwnCommit(tableWith([snapshot(4, 3)], 4), plan, newAt(4n));
    expect(planned).toMatchObject({ kind: "write", record: { undone: { through: 5 } } });
    const first = planOwnCommit(tableWith([], undefined), plan, newAt(undefined));
    expect(first.kind === "write" && first.record.undone).toBeUndefined();
  });

  it("does not take the proof of one copy for another, where a rollback brought main back", () => {
    const proved = { mainSnapshotId: 4n, copySnapshotId: 2n };
    // Own snapshot 5 was committed on 4 and undone; expired or not, its copy tells of 25.
    const copy = copyOf(5, recordAt(25));
    for (const undone of [[], [snapshot(5, 4, recordAt(25))]]) {
      const back = tableWith([snapshot(4, 3), ...undone], 4, copy);
      const restore = { kind: "restore", main: 4n } as const;
      expect(planOwnCommit(back, restore, { ...context, proved }).kind).toBe("fenced");
    }
  });
});

describe("recordAdditions", () => {
  it("writes summary and property, and carries other sources on", () => {
    const base = tableWith([snapshot(6, undefined, recordAt(10), { "salon.source.b": "kept" })], 6);
    const { summary, setProperties } = recordAdditions(base, "ratings", recordAt(12), 99n);
    expect(Object.keys(summary).sort()).toEqual(["salon.source.b", "salon.source.ratings"]);
    expect(summary["salon.source.b"]).toBe("kept");
    expect(JSON.parse(setProperties["salon.source.ratings"] ?? "")).toMatchObject({
      snapshot: "99",
      sequence: 7,
    });
  });
});
