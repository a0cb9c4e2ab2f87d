import { describe, expect, it } from "vitest";
import { recordAt } from "../protocol/table-history.ts";
import { EngineDriver, twoPartitionsAt, view } from "./engine-driver.ts";

describe("the end", () => {
  it("comes after flush, commit and outbox", () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    const commitId = engine.sealed();
    engine.chunk(5, 8);
    engine.tell({ kind: "stop-requested" });
    expect(engine.kinds()).toEqual(["pause"]);
    const entry = { table: "d", schemaId: 0, specId: 0, manifest: "m", length: 1, rows: 1 };
    engine.committed(commitId, recordAt(5));
    expect(engine.kinds()).toContain("seal-unit");
    engine.committed(engine.sealed(), recordAt(8, { pending: [{ sequence: 2, ...entry }] }));
    expect(engine.kinds()).toContain("apply-dead-letters");
    engine.tell({ kind: "dead-letters-applied", through: 2 });
    expect(engine.effect("finish").error).toBeUndefined();
  });

  it("of available-now is where the table's position has reached the ends of the start", () => {
    const engine = new EngineDriver({ trigger: "available-now" });
    engine.tell({ kind: "started" });
    engine.tell({ kind: "table-read", view: view(recordAt(0)) });
    expect(engine.effect("read-log-ranges").purpose).toBe("targets");
    const ranges = new Map([[0, { startOffset: 0, endOffset: 8 }]]);
    engine.tell({ kind: "log-ranges-read", purpose: "targets", ranges });
    engine.tell({ kind: "assigned", partitions: [0] });
    engine.tell({ kind: "table-read", view: view(recordAt(0)) });
    engine.chunk(0, 5);
    engine.committed(engine.sealed(), recordAt(5));
    engine.chunk(5, 9);
    expect(engine.kinds()).toEqual(["seal-unit"]);
    engine.committed(engine.sealed(), recordAt(9));
    expect(engine.kinds()).toContain("finish");
  });

  it("of available-now waits for what other members read", () => {
    const engine = new EngineDriver({ trigger: "available-now" }, 2);
    engine.tell({ kind: "started" });
    engine.tell({ kind: "table-read", view: view(twoPartitionsAt(4, 0)) });
    const range = { startOffset: 0, endOffset: 4 };
    engine.tell({
      kind: "log-ranges-read",
      purpose: "targets",
      ranges: new Map([
        [0, range],
        [1, range],
      ]),
    });
    expect(engine.kinds()).toEqual([]);
    engine.tell({ kind: "time-passed" }, 1_000);
    expect(engine.kinds()).toEqual(["read-table"]);
    engine.tell({ kind: "table-read", view: view(twoPartitionsAt(4, 4)) });
    expect(engine.kinds()).toEqual(["finish"]);
  });
});
