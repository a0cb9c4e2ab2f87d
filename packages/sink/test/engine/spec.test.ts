import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AttemptResult, EngineEvent } from "../../src/engine/engine-event.ts";
import type { PositionReading } from "../../src/protocol/position.ts";
import { SinkError } from "../../src/sink-error.ts";
import { recordAt } from "../protocol/table-history.ts";
import { EngineDriver, view } from "./engine-driver.ts";

const spec = readFileSync(new URL("../../SPEC.md", import.meta.url), "utf8");

/** The cells of the table in a section, without their backticks; its heading row is left out. */
function tableOf(section: string): string[][] {
  const text = spec.split(/^## /m).find((part) => part.startsWith(section)) ?? "";
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

const range = { startOffset: 0, endOffset: 9 };
const fetched = { chunkId: 1, requestedOffset: 0, nextOffset: 5, count: 5, bytes: 9 };
const written = { start: 0, end: 5, rows: 5, dead: 0, unitBytes: 9, bufferedBytes: 9 };

/** One event of every kind, none of which belongs to anything that is under way. */
const events: { readonly [K in EngineEvent["kind"]]: Extract<EngineEvent, { kind: K }> } = {
  started: { kind: "started" },
  "time-passed": { kind: "time-passed" },
  "table-read": { kind: "table-read", view: view(recordAt(0)) },
  "log-ranges-read": { kind: "log-ranges-read", purpose: "targets", ranges: new Map([[0, range]]) },
  assigned: { kind: "assigned", partitions: [0] },
  revoked: { kind: "revoked" },
  "partitions-counted": { kind: "partitions-counted", count: 1 },
  "topic-recreated": { kind: "topic-recreated", topicId: "another" },
  "chunk-fetched": { kind: "chunk-fetched", partition: 0, ...fetched },
  "chunk-written": { kind: "chunk-written", unitId: 99, partition: 0, ...written },
  "out-of-range": { kind: "out-of-range", partition: 0, offset: 20, range },
  "unit-failed": { kind: "unit-failed", unitId: 99, reason: "store is away" },
  "unit-sealed": { kind: "unit-sealed", unitId: 99 },
  "attempt-finished": {
    kind: "attempt-finished",
    commitId: 99,
    result: { kind: "unknown", reason: "time-out" },
  },
  "commit-settled": { kind: "commit-settled", commitId: 99, result: { kind: "absent" } },
  "dead-letters-applied": { kind: "dead-letters-applied", through: 0 },
  "stop-requested": { kind: "stop-requested" },
  failed: { kind: "failed", error: new SinkError("DATA_LOST", "gone") },
};

const results: Record<AttemptResult["kind"], true> = {
  committed: true,
  superfluous: true,
  conflict: true,
  unavailable: true,
  unknown: true,
  fenced: true,
  burnt: true,
};

const readings: Record<PositionReading["kind"], true> = {
  recorded: true,
  expired: true,
  uncertain: true,
  "rolled-back": true,
  replaced: true,
  "foreign-replay": true,
  absent: true,
};

const phases: Record<"establishing" | "running" | "stopping", () => EngineDriver> = {
  establishing: () => {
    const engine = new EngineDriver();
    engine.tell({ kind: "started" });
    return engine;
  },
  running: () => new EngineDriver().run(),
  stopping: () => {
    const engine = new EngineDriver().run();
    engine.chunk(0, 5);
    engine.tell({ kind: "stop-requested" });
    return engine;
  },
};

describe("SPEC.md", () => {
  it("has a row for every event, and for no other", () => {
    const names = tableOf("4.").map(([name]) => name);
    expect(new Set(names)).toEqual(new Set(Object.keys(events)));
    expect(names.length).toBe(Object.keys(events).length);
  });

  it("has a row for every result of an attempt", () => {
    const names = tableOf("5.").map(([name]) => name?.replace("settled ", ""));
    expect(new Set(names)).toEqual(new Set([...Object.keys(results), "absent"]));
  });

  it("has a row for every reading of the position", () => {
    const names = new Set(tableOf("3.").map(([name]) => name?.split(/[ ,]/)[0]));
    expect(names).toEqual(new Set(Object.keys(readings)));
  });

  it("knows which events change nothing in which phase", () => {
    for (const [name, ...cells] of tableOf("4.")) {
      for (const [index, [phase, begin]] of Object.entries(phases).entries()) {
        if (cells[index] !== "–") continue;
        const engine = begin();
        const before = engine.state;
        const event = Object.values(events).find(({ kind }) => kind === name);
        if (event === undefined) throw new Error(`no event ${name}`);
        engine.tell(event);
        expect({ name, phase, effects: engine.effects }).toEqual({ name, phase, effects: [] });
        expect(engine.state).toEqual(before);
      }
    }
  });

  it.each(["stopped", "failed"] as const)("lets everything go once the engine has %s", (phase) => {
    const lettingGo: Partial<Record<EngineEvent["kind"], string>> = {
      "chunk-fetched": "discard-chunk",
      revoked: "release-partitions",
      assigned: "begin-reading",
    };
    for (const event of Object.values(events)) {
      const engine = new EngineDriver().run();
      engine.tell(phase === "stopped" ? events["stop-requested"] : events.failed);
      expect(engine.state.phase).toBe(phase);
      engine.tell(event);
      const expected = lettingGo[event.kind];
      const kinds = [event.kind, ...engine.kinds()];
      expect(kinds).toEqual(expected === undefined ? [event.kind] : [event.kind, expected]);
      expect(engine.state.phase).toBe(phase);
    }
  });
});
