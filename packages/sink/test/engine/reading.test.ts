import { describe, expect, it } from "vitest";
import { isSealAwaited } from "../../src/engine/advance.ts";
import { recordAt } from "../protocol/table-history.ts";
import { EngineDriver, view } from "./engine-driver.ts";

describe("chunks", () => {
  it("are taken only at the engine's own next offset", () => {
    const engine = new EngineDriver().run(recordAt(10));
    const chunk = {
      kind: "chunk-fetched",
      chunkId: 1,
      partition: 0,
      count: 5,
      bytes: 500,
    } as const;
    engine.tell({ ...chunk, requestedOffset: 15, nextOffset: 20 });
    expect(engine.kinds()).toEqual(["discard-chunk", "seek"]);
    expect(engine.effect("seek")).toMatchObject({ partition: 0, offset: 10 });
    engine.tell({ ...chunk, requestedOffset: 10, nextOffset: 15 });
    expect(engine.kinds()).toEqual(["write-chunk"]);
  });

  it("of a partition that is not ours are let go", () => {
    const engine = new EngineDriver().run();
    const chunk = { requestedOffset: 0, nextOffset: 5, count: 5, bytes: 500 };
    engine.tell({ kind: "chunk-fetched", chunkId: 1, partition: 3, ...chunk });
    expect(engine.kinds()).toEqual(["discard-chunk"]);
  });

  it("count offsets without a record as gaps", () => {
    const engine = new EngineDriver().run();
    const chunk = { requestedOffset: 0, nextOffset: 5, count: 0, bytes: 0 };
    engine.tell({ kind: "chunk-fetched", chunkId: 1, partition: 0, ...chunk });
    expect(engine.state.filling?.stretches.get(0)).toMatchObject({ start: 0, end: 5, gaps: 5 });
    engine.tell({ kind: "time-passed" }, 9_999);
    expect(engine.kinds()).toEqual([]);
    engine.tell({ kind: "time-passed" }, 1);
    expect(engine.kinds()).toEqual(["seal-unit"]);
  });

  it("with a record over the memory limit have their own error", () => {
    const engine = new EngineDriver().run();
    const chunk = { requestedOffset: 0, nextOffset: 1, count: 1, bytes: 1_000_001 };
    engine.tell({ kind: "chunk-fetched", chunkId: 1, partition: 0, ...chunk });
    expect(engine.effect("finish").error).toMatchObject({ code: "RECORD_TOO_LARGE" });
  });

  it("lost to retention stop the engine, or are recorded as lost", () => {
    const range = { startOffset: 7, endOffset: 20 };
    const event = { kind: "out-of-range", partition: 0, offset: 3, range } as const;
    const strict = new EngineDriver().run(recordAt(3));
    strict.tell(event);
    expect(strict.kinds()).toEqual(["read-table", "seek"]);
    strict.tell({ kind: "table-read", view: view(recordAt(3)) });
    strict.tell(event);
    expect(strict.effect("finish").error).toMatchObject({ code: "DATA_LOST" });
    const lenient = new EngineDriver({ onDataLoss: "continue" }).run(recordAt(3));
    lenient.tell(event);
    expect(lenient.effect("seek").offset).toBe(7);
    expect(lenient.state.filling?.stretches.get(0)).toMatchObject({ start: 3, end: 7, lost: 4 });
  });

  it("below the log are no loss where another member has read them", () => {
    const engine = new EngineDriver().run(recordAt(3));
    const range = { startOffset: 7, endOffset: 20 };
    engine.tell({ kind: "out-of-range", partition: 0, offset: 3, range });
    engine.tell({ kind: "table-read", view: view(recordAt(15)) });
    engine.tell({ kind: "out-of-range", partition: 0, offset: 3, range });
    expect(engine.kinds()).toEqual(["seek"]);
    expect(engine.effect("seek").offset).toBe(15);
  });

  it("above the end of the log wait for a leader change, then stop the engine", () => {
    const engine = new EngineDriver().run(recordAt(30));
    const range = { startOffset: 0, endOffset: 20 };
    const event = { kind: "out-of-range", partition: 0, offset: 30, range } as const;
    engine.tell(event);
    expect(engine.effect("seek")).toMatchObject({ offset: 30, afterMs: 1000 });
    engine.tell(event, 29_999);
    expect(engine.kinds()).toEqual(["seek"]);
    engine.tell(event, 1);
    expect(engine.effect("finish").error).toMatchObject({ code: "LOG_TRUNCATED" });
  });
});

describe("chunks that are written at the same time", () => {
  it("are sealed when all of them are written, in whatever order", () => {
    const engine = new EngineDriver().run();
    const unitId = engine.fetched(0, 5);
    engine.fetched(5, 8);
    const gap = { requestedOffset: 8, nextOffset: 9, count: 0, bytes: 0 };
    engine.tell({ kind: "chunk-fetched", chunkId: 3, partition: 0, ...gap });
    engine.written(unitId, 5, 8);
    expect(engine.kinds()).toEqual([]);
    engine.written(unitId, 0, 5, { dead: 2 });
    expect(engine.kinds()).toEqual(["seal-unit"]);
    expect(engine.state.commit?.plan).toMatchObject({
      stretches: new Map([[0, { start: 0, end: 9, rows: 6, dead: 2, gaps: 1, lost: 0 }]]),
    });
  });

  it("are no more than they are where the unit waits to be sealed", () => {
    const engine = new EngineDriver({ commitRows: 5 }).run();
    const first = engine.fetched(0, 1);
    expect(isSealAwaited(engine.state)).toBe(false);
    engine.written(first, 0, 1);
    engine.committed(engine.sealed(), recordAt(1));
    const unitId = engine.fetched(1, 6);
    engine.fetched(6, 9);
    expect(isSealAwaited(engine.state)).toBe(false);
    engine.written(unitId, 1, 6);
    expect(isSealAwaited(engine.state)).toBe(true);
    engine.written(unitId, 6, 9);
    expect(engine.kinds()).toEqual(["seal-unit"]);
    expect(isSealAwaited(engine.state)).toBe(false);
  });

  it("are all given up with their unit, and belong to no later one", () => {
    const engine = new EngineDriver().run();
    const unitId = engine.fetched(0, 5);
    engine.fetched(5, 8);
    engine.tell({ kind: "unit-failed", unitId, reason: "no room" });
    expect(engine.kinds()).toEqual(["drop-unit", "seek", "pause"]);
    engine.tell({ kind: "time-passed" }, 100);
    const again = engine.fetched(0, 5);
    engine.written(unitId, 5, 8);
    engine.tell({ kind: "unit-failed", unitId, reason: "no room" });
    expect(engine.kinds()).toEqual([]);
    engine.written(again, 0, 5);
    expect(engine.kinds()).toEqual(["seal-unit"]);
  });
});

describe("an assignment", () => {
  it("that is revoked waits for the commit of what was read", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.committed(engine.sealed(), recordAt(5));
    engine.chunk(5, 8);
    engine.tell({ kind: "revoked" });
    expect(engine.kinds()).toEqual(["seal-unit"]);
    engine.committed(engine.sealed(), recordAt(8));
    expect(engine.kinds()).toContain("release-partitions");
  });

  it("begins behind the own commit that is still in flight", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.sealed();
    engine.tell({ kind: "assigned", partitions: [0] });
    engine.tell({ kind: "table-read", view: view(recordAt(0)) });
    expect(engine.effect("begin-reading").offsets.get(0)).toBe(5);
  });

  it("drops what was filling for the one before", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.committed(engine.sealed(), recordAt(5));
    engine.chunk(5, 8);
    engine.tell({ kind: "assigned", partitions: [0] });
    expect(engine.kinds()).toEqual(["drop-unit", "read-table"]);
  });
});

describe("a pause", () => {
  it("is asked of the source only when it has partitions", () => {
    const entry = { table: "d", schemaId: 0, specId: 0, manifest: "m", length: 1, rows: 1 };
    const full = recordAt(5, { pending: [{ sequence: 3, ...entry }] });
    const engine = new EngineDriver({ pendingManifestsMax: 1 });
    engine.tell({ kind: "started" });
    engine.tell({ kind: "table-read", view: view(full) });
    expect(engine.kinds()).toEqual(["apply-dead-letters"]);
    engine.tell({ kind: "assigned", partitions: [0] });
    engine.tell({ kind: "table-read", view: view(full) });
    expect(engine.kinds()).toEqual(["begin-reading", "pause"]);
  });
});
