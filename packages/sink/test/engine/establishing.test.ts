import type { LogRange } from "@salon/kafka-io";
import { describe, expect, it } from "vitest";
import type { EngineEvent } from "../../src/engine/engine-event.ts";
import { parsePositionCopy } from "../../src/protocol/position-copy.ts";
import { copyOf, recordAt, snapshot } from "../protocol/table-history.ts";
import { EngineDriver, ledgerAt, twoPartitionsAt, view } from "./engine-driver.ts";

const copy = parsePositionCopy(Object.values(copyOf(2, recordAt(20)))[0] ?? "");
if (copy === undefined) throw new Error("no copy");
const emptyLog: LogRange = { startOffset: 0, endOffset: 0 };

/** The answer to the question where the logs begin and end, asked for a first position. */
function firstRanges(ranges: readonly [partition: number, range: LogRange][]): EngineEvent {
  return { kind: "log-ranges-read", purpose: "first-position", ranges: new Map(ranges) };
}

/** Starts the engine on a table without a position, and measures the log of its one partition. */
function measured(engine: EngineDriver, range: LogRange): EngineDriver {
  engine.tell({ kind: "started" });
  engine.tell({ kind: "table-read", view: view({ kind: "absent" }, false) });
  engine.tell(firstRanges([[0, range]]));
  return engine;
}

describe("the first position", () => {
  it("is committed for all partitions before anything is read", () => {
    const engine = new EngineDriver({}, 2);
    engine.tell({ kind: "started" });
    engine.tell({ kind: "assigned", partitions: [1] });
    engine.tell({ kind: "table-read", view: view({ kind: "absent" }, false) });
    expect(engine.effect("read-log-ranges").partitions).toEqual([0, 1]);
    const range = { startOffset: 5, endOffset: 50 };
    engine.tell(
      firstRanges([
        [0, range],
        [1, range],
      ]),
    );
    const { plan, commitId } = engine.effect("attempt-commit");
    expect(plan.kind === "first-position" && [...plan.firstOffsets]).toEqual([
      [0, 5],
      [1, 5],
    ]);
    // At the snapshot of main whose rows were looked for, and no other.
    expect(engine.state.proved).toEqual({ mainSnapshotId: 1n });
    expect(engine.kinds()).not.toContain("begin-reading");
    const record = recordAt(5, {
      partitions: 2,
      ledger: new Map([0, 1].map((partition) => [partition, ledgerAt(5)])),
    });
    engine.committed(commitId, record);
    expect([...engine.effect("begin-reading").offsets]).toEqual([[1, 5]]);
  });

  it("of a faster member is refused where it is that of another cluster", () => {
    const engine = measured(new EngineDriver(), emptyLog);
    const { commitId } = engine.effect("attempt-commit");
    const result = { kind: "superfluous", record: recordAt(7, { cluster: "other" }) } as const;
    engine.tell({ kind: "attempt-finished", commitId, result });
    expect(engine.effect("finish").error).toMatchObject({ code: "CLUSTER_CHANGED" });
  });

  it("is measured anew where its commit is over and left nothing", () => {
    const engine = measured(new EngineDriver(), emptyLog);
    const { commitId } = engine.effect("attempt-commit");
    const unknown = { kind: "unknown", reason: "time-out" } as const;
    engine.tell({ kind: "attempt-finished", commitId, result: unknown });
    // Others rolled the table back meanwhile: whether it was applied can no longer be told.
    const burnt = { kind: "burnt", view: view({ kind: "absent" }, false) } as const;
    engine.tell({ kind: "commit-settled", commitId, result: burnt });
    expect(engine.effect("read-log-ranges").purpose).toBe("first-position");
    engine.tell(firstRanges([[0, emptyLog]]));
    expect(engine.effect("attempt-commit").commitId).not.toBe(commitId);
  });

  it("begins at the end of the log where latest is asked for", () => {
    const engine = measured(new EngineDriver({ startingOffsets: "latest" }), {
      startOffset: 5,
      endOffset: 50,
    });
    const { plan } = engine.effect("attempt-commit");
    expect(plan.kind === "first-position" && plan.firstOffsets.get(0)).toBe(50);
  });

  it("of a faster member is taken over", () => {
    const engine = measured(new EngineDriver(), emptyLog);
    const { commitId } = engine.effect("attempt-commit");
    const result = { kind: "superfluous", record: recordAt(7) } as const;
    engine.tell({ kind: "attempt-finished", commitId, result });
    expect(engine.state.phase).toBe("running");
    expect(engine.state.record?.ledger.get(0)?.next).toBe(7);
  });

  it("of an added partition is its log start, and is committed before it is read", () => {
    const engine = new EngineDriver({ startingOffsets: "latest" }).run();
    engine.tell({ kind: "partitions-counted", count: 2 });
    expect(engine.effect("read-log-ranges").partitions).toEqual([1]);
    engine.tell({ kind: "assigned", partitions: [0, 1] });
    engine.tell({ kind: "table-read", view: view(recordAt(0)) });
    expect(engine.kinds()).not.toContain("begin-reading");
    engine.tell(firstRanges([[1, { startOffset: 3, endOffset: 90 }]]));
    const { plan } = engine.effect("attempt-commit");
    expect(plan.kind === "first-position" && [...plan.firstOffsets]).toEqual([[1, 3]]);
  });
});

describe("partitions that are added", () => {
  const added = firstRanges([[1, { startOffset: 3, endOffset: 90 }]]);

  it("wait with their position for a commit that began while the log was measured", () => {
    const engine = new EngineDriver().run();
    engine.tell({ kind: "partitions-counted", count: 2 });
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    engine.tell(added);
    expect(engine.kinds()).toEqual([]);
    engine.committed(commitId, recordAt(5));
    expect(engine.effect("read-log-ranges").partitions).toEqual([1]);
    engine.tell(added);
    expect(engine.effect("attempt-commit").plan.kind).toBe("first-position");
  });

  it("are measured by the member that has them, though it has not counted them itself", () => {
    const engine = new EngineDriver().run();
    engine.tell({ kind: "assigned", partitions: [1] });
    expect(engine.effect("read-log-ranges").partitions).toEqual([1]);
    engine.tell({ kind: "table-read", view: view(recordAt(0)) });
    engine.tell(added);
    const { commitId } = engine.effect("attempt-commit");
    engine.committed(commitId, twoPartitionsAt(0, 3));
    expect([...engine.effect("begin-reading").offsets]).toEqual([[1, 3]]);
  });

  it("are taken over from a member that saw them first", () => {
    const engine = new EngineDriver().run();
    engine.tell({ kind: "assigned", partitions: [0] });
    engine.tell({ kind: "table-read", view: view(twoPartitionsAt(0, 3)) });
    expect(engine.kinds()).toEqual(["count-partitions"]);
    engine.tell({ kind: "partitions-counted", count: 2 });
    expect(engine.kinds()).toEqual(["begin-reading"]);
  });

  it("of a topic that was created anew with fewer are refused before they are read", () => {
    const engine = new EngineDriver().run(twoPartitionsAt(0, 3));
    expect(engine.kinds()).toEqual([]);
    engine.tell({ kind: "partitions-counted", count: 1 });
    expect(engine.effect("finish").error).toMatchObject({ code: "PARTITIONS_SHRUNK" });
  });

  it.each([
    ["the same id", "first", []],
    ["another id", "second", ["finish"]],
  ])("of a topic with %s are counted, or refused", (_, topicId, effects) => {
    const engine = new EngineDriver().run();
    engine.state = { ...engine.state, identity: { ...engine.state.identity, topicId: "first" } };
    engine.tell({ kind: "partitions-counted", count: 1, topicId });
    expect(engine.kinds()).toEqual(effects);
    expect(engine.state.phase).toBe(effects.length === 0 ? "running" : "failed");
  });
});

describe("a table that says something else", () => {
  it.each([
    ["rows without a position", view({ kind: "absent" }, true), "POSITION_UNKNOWN"],
    [
      "dead letters without a position",
      { ...view({ kind: "absent" }, false), appliedThrough: 3 },
      "POSITION_UNKNOWN",
    ],
    ["a rollback", view({ kind: "rolled-back", copy, record: recordAt(10) }), "TABLE_ROLLED_BACK"],
    ["a replaced table", view({ kind: "replaced", copy }), "TABLE_REPLACED"],
    ["an uncertain copy", view({ kind: "uncertain", copy }, false), "POSITION_UNCERTAIN"],
    [
      "a copy that is older than dead letters",
      { ...view({ kind: "uncertain", copy }, true), appliedThrough: 3 },
      "POSITION_UNCERTAIN",
    ],
    ["a replay", view({ kind: "foreign-replay", snapshotId: 3n }), "FOREIGN_REPLAY"],
    ["another cluster", view(recordAt(1, { cluster: "other" })), "CLUSTER_CHANGED"],
    ["undone dead letters", view(recordAt(1, { applied: 3 })), "DEAD_LETTERS_UNDONE"],
    [
      "the topic under another source id",
      { ...view(recordAt(1)), others: new Map([["second", recordAt(1)]]) },
      "SOURCE_CONFLICT",
    ],
  ])("stops the engine with its own error: %s", (_, seen, code) => {
    const engine = new EngineDriver();
    engine.tell({ kind: "started" });
    engine.tell({ kind: "table-read", view: seen });
    expect(engine.effect("finish").error).toMatchObject({ code: code });
    expect(engine.state.phase).toBe("failed");
  });

  it("is stated anew where rows prove the copy, before anything is read", () => {
    const engine = new EngineDriver();
    engine.tell({ kind: "started" });
    engine.tell({ kind: "assigned", partitions: [0] });
    engine.tell({ kind: "table-read", view: view({ kind: "uncertain", copy }, true) });
    const { commitId, plan } = engine.effect("attempt-commit");
    expect(plan).toEqual({ kind: "restore", main: 1n });
    expect(engine.state.proved).toEqual({ mainSnapshotId: 1n, copySnapshotId: 2n });
    engine.committed(commitId, recordAt(20, { undone: { snapshotId: 2n, through: 3 } }));
    expect(engine.kinds()).toEqual(["remove-undone-dead-letters"]);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect([...engine.effect("begin-reading").offsets]).toEqual([[0, 20]]);
  });
});

describe("an idle sink", () => {
  it("brings its position above the snapshots of others", () => {
    const engine = new EngineDriver().run(recordAt(5));
    engine.tell({ kind: "time-passed" }, 3_600_000);
    expect(engine.kinds()).toEqual(["read-table"]);
    const reading = {
      kind: "recorded",
      record: recordAt(5),
      snapshotId: 1n,
      isCopyStale: false,
      foreignSnapshots: [snapshot(2, 1)],
    } as const;
    engine.tell({ kind: "table-read", view: view(reading) });
    expect(engine.effect("attempt-commit").plan.kind).toBe("refresh");
  });

  it("leaves the table alone where nobody else wrote", () => {
    const engine = new EngineDriver().run(recordAt(5));
    engine.tell({ kind: "time-passed" }, 3_600_000);
    engine.tell({ kind: "table-read", view: view(recordAt(5)) });
    expect(engine.kinds()).toEqual([]);
  });
});
