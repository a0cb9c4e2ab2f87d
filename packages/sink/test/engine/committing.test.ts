import { describe, expect, it } from "vitest";
import { wakeAtMs } from "../../src/engine/advance.ts";
import { recordAt } from "../protocol/table-history.ts";
import { EngineDriver, view } from "./engine-driver.ts";

describe("a unit", () => {
  it("is committed at once when it is the first, later an interval after the one before", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.committed(engine.sealed(), recordAt(5));
    expect([...engine.effect("mirror-offsets").offsets]).toEqual([[0, 5]]);
    engine.tell({ kind: "time-passed" }, 4_000);
    engine.chunk(5, 6);
    expect(engine.kinds()).toEqual([]);
    expect(wakeAtMs(engine.state)).toBe(10_000);
    engine.tell({ kind: "time-passed" }, 6_000);
    expect(engine.kinds()).toEqual(["seal-unit"]);
  });

  it("is committed at once after a rest that was longer than the interval", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.committed(engine.sealed(), recordAt(5));
    engine.tell({ kind: "time-passed" }, 35_000);
    expect(engine.kinds()).toEqual([]);
    engine.chunk(5, 6);
    engine.committed(engine.sealed(), recordAt(6));
    engine.chunk(6, 7);
    expect(engine.kinds()).toEqual([]);
    expect(wakeAtMs(engine.state)).toBe(45_000);
  });

  it.each([
    ["rows", { commitRows: 10 }],
    ["bytes", { commitBytes: 100 }],
    ["memory", { memoryLimitBytes: 2000 }],
  ])("is committed by %s, and pauses reading behind one in flight", (_, limits) => {
    const engine = new EngineDriver(limits).run();
    engine.chunk(0, 1);
    const first = engine.sealed();
    engine.chunk(1, 11);
    expect(engine.kinds()).toEqual(["pause"]);
    engine.committed(first, recordAt(1));
    expect(engine.kinds()).toEqual(["mirror-offsets", "seal-unit", "resume"]);
  });

  it("that is fenced is dropped with the one behind it, and the table's position is taken", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    engine.chunk(5, 8);
    const result = { kind: "fenced", view: view(recordAt(6)), mayBeApplied: false } as const;
    engine.tell({ kind: "attempt-finished", commitId, result });
    const drops = engine.effects.filter((effect) => effect.kind === "drop-unit");
    expect(drops).toMatchObject([{ keepFiles: false }, { keepFiles: false }]);
    expect(engine.effect("seek").offset).toBe(6);
    engine.chunk(6, 7);
    expect(engine.kinds()).toEqual(["seal-unit"]);
  });

  it("is never dropped with its files after an unknown outcome", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    const unknown = { kind: "unknown", reason: "time-out" } as const;
    engine.tell({ kind: "attempt-finished", commitId, result: unknown });
    expect(engine.kinds()).toEqual(["settle-commit"]);
    engine.tell({ kind: "commit-settled", commitId, result: { kind: "absent" } });
    expect(engine.effect("attempt-commit").commitId).toBe(commitId);
    const fenced = { kind: "fenced", view: view(recordAt(6)), mayBeApplied: false } as const;
    engine.tell({ kind: "attempt-finished", commitId, result: fenced });
    expect(engine.effect("drop-unit").keepFiles).toBe(true);
  });

  it.each([
    ["rejected without proof", { kind: "fenced", view: view(recordAt(6)), mayBeApplied: true }],
    ["undone", { kind: "burnt", view: view(recordAt(6)) }],
  ] as const)("keeps its files where its snapshot may be known to the table: %s", (_, result) => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    engine.tell({ kind: "attempt-finished", commitId, result });
    expect(engine.effect("drop-unit").keepFiles).toBe(true);
  });

  it("asks for no time while only an answer can lead on", () => {
    const engine = new EngineDriver({ lookIntervalMs: 1000 }).run();
    engine.chunk(0, 5);
    engine.sealed();
    engine.tell({ kind: "time-passed" }, 60_000);
    expect(wakeAtMs(engine.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it("that is unsettled holds back the next one", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    const unknown = { kind: "unknown", reason: "time-out" } as const;
    engine.tell({ kind: "attempt-finished", commitId, result: unknown });
    engine.chunk(5, 8);
    engine.tell({ kind: "time-passed" }, 60_000);
    expect(engine.kinds()).not.toContain("seal-unit");
    const result = { kind: "committed", record: recordAt(5), snapshotId: 9n } as const;
    engine.tell({ kind: "commit-settled", commitId, result });
    expect(engine.kinds()).toContain("seal-unit");
  });

  it("keeps its commit through conflicts, with the wait growing", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    const waits = [1, 2, 3].map(() => {
      const result = { kind: "conflict", reason: "main moved" } as const;
      engine.tell({ kind: "attempt-finished", commitId, result });
      return engine.effect("attempt-commit").afterMs;
    });
    expect(waits).toEqual([0, 200, 400]);
  });

  it("tries again long before the one that was faster commits again", () => {
    const engine = new EngineDriver({ commitIntervalMs: 1_000 }).run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    const waits = ["conflict", "conflict", "conflict", "conflict", "conflict", "unavailable"].map(
      (kind) => {
        const result = { kind: kind as "conflict" | "unavailable", reason: "main moved" };
        engine.tell({ kind: "attempt-finished", commitId, result });
        return engine.effect("attempt-commit").afterMs;
      },
    );
    expect(waits).toEqual([0, 100, 100, 100, 100, 3_200]);
  });

  it("whose files fail is read again", () => {
    const engine = new EngineDriver().run(recordAt(4));
    engine.chunk(4, 9);
    const { unitId } = engine.effect("seal-unit");
    engine.tell({ kind: "unit-failed", unitId, reason: "store is away" });
    expect(engine.effect("seek")).toMatchObject({ offset: 4, afterMs: 0 });
    expect(engine.state.commit).toBeUndefined();
    expect(engine.kinds()).toContain("pause");
    expect(wakeAtMs(engine.state)).toBe(100);
    engine.tell({ kind: "time-passed" }, 100);
    expect(engine.kinds()).toEqual(["resume"]);
  });
});

describe("the outbox", () => {
  const entry = { table: "d", schemaId: 0, specId: 0, manifest: "m", length: 1, rows: 1 };
  const pending = [{ sequence: 3, ...entry }];

  it("is applied as soon as it is seen, and not twice", () => {
    const engine = new EngineDriver().run(recordAt(5, { pending }));
    expect(engine.state.isApplying).toBe(true);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect(engine.state).toMatchObject({ isApplying: false, appliedThrough: 3 });
    engine.tell({ kind: "time-passed" });
    expect(engine.kinds()).toEqual([]);
  });

  it("pauses the sink where too many entries wait", () => {
    const engine = new EngineDriver({ pendingManifestsMax: 1 }).run(recordAt(5, { pending }));
    expect(engine.state.isPaused).toBe(true);
    engine.tell({ kind: "dead-letters-applied", through: 3 });
    expect(engine.kinds()).toEqual(["resume"]);
  });
});
