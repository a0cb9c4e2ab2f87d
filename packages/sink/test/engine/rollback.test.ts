import { describe, expect, it } from "vitest";
import { parsePositionCopy } from "../../src/protocol/position-copy.ts";
import type { PositionReading } from "../../src/protocol/position.ts";
import { copyOf, recordAt } from "../protocol/table-history.ts";
import { EngineDriver, twoPartitionsAt, view } from "./engine-driver.ts";

const copy = parsePositionCopy(Object.values(copyOf(2, recordAt(20)))[0] ?? "");
if (copy === undefined) throw new Error("no copy");
const rolledBack: PositionReading = { kind: "rolled-back", copy, record: recordAt(10) };
const restored = recordAt(10, { undone: { snapshotId: 2n, through: 3 } });

/** An engine that has accepted a rollback and waits for the commit of it. */
function restoring(): EngineDriver {
  const engine = new EngineDriver({ onRollback: "accept" });
  engine.tell({ kind: "started" });
  engine.tell({ kind: "assigned", partitions: [0] });
  engine.tell({ kind: "table-read", view: view(rolledBack, false) });
  return engine;
}

describe("a rollback that is accepted", () => {
  it("is committed, then its dead letters are removed, then it is read from what is left", () => {
    const engine = restoring();
    expect(engine.kinds()).toEqual(["attempt-commit"]);
    const { commitId, plan } = engine.effect("attempt-commit");
    expect(plan).toEqual({ kind: "restore", main: 1n });
    engine.committed(commitId, restored);
    expect(engine.kinds()).toEqual(["remove-undone-dead-letters"]);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect([...engine.effect("begin-reading").offsets]).toEqual([[0, 10]]);
  });

  it("by another member is waited for in the same way", () => {
    const engine = restoring();
    const { commitId } = engine.effect("attempt-commit");
    const result = { kind: "superfluous", record: restored } as const;
    engine.tell({ kind: "attempt-finished", commitId, result });
    expect(engine.kinds()).toEqual(["remove-undone-dead-letters"]);
  });

  it("goes on with the removal where a start finds it not done", () => {
    const engine = new EngineDriver().run(restored);
    expect(engine.state.partitions.size).toBe(0);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect([...engine.effect("begin-reading").offsets]).toEqual([[0, 10]]);
  });

  it("while running lets go of what was read beyond it, and reads it anew", () => {
    const engine = new EngineDriver({ onRollback: "accept" }).run(recordAt(20));
    engine.chunk(20, 25);
    const commit = engine.sealed();
    engine.chunk(25, 30);
    const fenced = { kind: "fenced", view: view(rolledBack, false), mayBeApplied: false } as const;
    engine.tell({ kind: "attempt-finished", commitId: commit, result: fenced });
    expect(engine.state.filling).toBeUndefined();
    const { commitId, plan } = engine.effect("attempt-commit");
    expect(plan.kind).toBe("restore");

    // What was fetched before is not taken, wherever it was asked for.
    const chunk = { partition: 0, requestedOffset: 20, nextOffset: 22, count: 2, bytes: 200 };
    engine.tell({ kind: "chunk-fetched", chunkId: 7, ...chunk });
    expect(engine.kinds()).toEqual(["discard-chunk"]);

    engine.committed(commitId, restored);
    engine.tell({ kind: "chunk-fetched", chunkId: 8, ...chunk, requestedOffset: 10 });
    expect(engine.kinds()).toEqual(["discard-chunk"]);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect(engine.effect("seek")).toMatchObject({ partition: 0, offset: 10 });
    expect(engine.kinds()).toContain("resume");
    engine.chunk(10, 15);
  });

  it("that undid the first position of an added partition reads it from its next one", () => {
    const engine = new EngineDriver({ onRollback: "accept" }, 2).run(twoPartitionsAt(20, 2));
    engine.chunk(20, 25);
    const fenced = { kind: "fenced", view: view(rolledBack, false), mayBeApplied: false } as const;
    engine.tell({ kind: "attempt-finished", commitId: engine.sealed(), result: fenced });
    engine.committed(engine.effect("attempt-commit").commitId, restored);
    expect(engine.effect("read-log-ranges").partitions).toEqual([1]);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    const ranges = new Map([[1, { startOffset: 0, endOffset: 2 }]]);
    engine.tell({ kind: "log-ranges-read", purpose: "first-position", ranges });
    engine.committed(engine.effect("attempt-commit").commitId, twoPartitionsAt(10, 0));
    const seeks = engine.effects.filter((effect) => effect.kind === "seek");
    expect(seeks).toMatchObject([
      { partition: 0, offset: 10 },
      { partition: 1, offset: 0 },
    ]);
  });

  it("is none where rows are there beyond what it left: they would be there twice", () => {
    const engine = new EngineDriver({ onRollback: "accept" });
    engine.tell({ kind: "started" });
    engine.tell({ kind: "table-read", view: view(rolledBack, true) });
    expect(engine.effect("finish").error).toMatchObject({ code: "TABLE_ROLLED_BACK" });
  });

  it("is none of the topic that was created anew since", () => {
    const engine = new EngineDriver({ onRollback: "accept" });
    engine.tell({ kind: "started" });
    const record = recordAt(10, { partitions: 1, cluster: "another" });
    engine.tell({ kind: "table-read", view: view({ ...rolledBack, record }, false) });
    expect(engine.effect("finish").error).toMatchObject({ code: "CLUSTER_CHANGED" });
  });

  it("ends in order only when it is done", () => {
    const engine = restoring();
    const { commitId } = engine.effect("attempt-commit");
    engine.committed(commitId, restored);
    engine.tell({ kind: "stop-requested" });
    expect(engine.state.phase).toBe("stopping");
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect(engine.state.phase).toBe("stopped");
  });
});
