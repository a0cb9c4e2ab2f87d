import { describe, expect, it } from "vitest";
import type { SinkEvent } from "../src/index.ts";
import { partitionLags } from "../src/partition-lag.ts";
import { applyEvent, openView } from "../src/sink-view.ts";
import type { SinkView } from "../src/sink-view.ts";
import { chunk, committed, NOW_MS, started, status, tried } from "./kit/sink-events.ts";

function viewAfter(...events: readonly SinkEvent[]): SinkView {
  return events.reduce((view, event) => applyEvent(view, event, NOW_MS), openView(NOW_MS - 60_000));
}

describe("the view of a sink", () => {
  it("counts what was read, and what of it was committed", () => {
    const { totals } = viewAfter(
      started(),
      { kind: "assigned", partitions: [0, 1] },
      chunk(0, 0, 10),
      chunk(1, 0, 5),
      tried("committed"),
      committed(0, { start: 0, end: 10, dead: 2 }),
    );
    expect(totals).toMatchObject({
      recordsRead: [10, 5],
      bytesRead: 1_500,
      rows: 8,
      causes: new Map([["INVALID_JSON", 2]]),
      broken: new Map([["few", 1]]),
      commits: new Map([["unit", 1]]),
      tries: new Map([["committed", 1]]),
      files: 1,
      fileBytes: 20_000,
      generalPathRecords: 3,
      assignments: 1,
    });
  });

  it("counts the attempts of each commit for itself", () => {
    const { commits } = viewAfter(
      started(),
      tried("conflict"),
      tried("unknown", "time-out"),
      { kind: "commit-tried", step: "settle", outcome: "committed", durationMs: 9 },
      committed(0, { start: 0, end: 10 }),
      tried("committed"),
      committed(0, { start: 10, end: 12 }),
    );
    expect(commits.map(({ attempts, conflicts, rows }) => ({ attempts, conflicts, rows }))).toEqual(
      [
        { attempts: 1, conflicts: 0, rows: 2 },
        { attempts: 2, conflicts: 1, rows: 10 },
      ],
    );
  });

  it("keeps the newest commits and a few samples of each cause, however many there are", () => {
    const events = Array.from({ length: 80 }, (_, index) =>
      committed(0, { start: index * 10, end: index * 10 + 10, dead: 1 }),
    );
    const { commits, samples } = viewAfter(started(), ...events);
    expect(commits).toHaveLength(50);
    expect(commits[0]?.ranges[0]).toMatchObject({ partition: 0, start: 790, end: 800 });
    expect(samples.map(({ offset }) => offset)).toEqual([790, 780, 770, 760, 750]);
  });

  it("knows the age of the newest committed record", () => {
    const events = [started(), chunk(0, 0, 10)];
    expect(viewAfter(...events).newestCommittedMs).toBeUndefined();
    const view = viewAfter(...events, committed(0, { start: 0, end: 10 }));
    expect(view.newestCommittedMs).toBe(NOW_MS - 1_000);
  });

  it("forgets what was dropped: it is read again", () => {
    const view = viewAfter(started(), chunk(0, 0, 10), { kind: "unit-dropped", reason: "fenced" });
    expect(view.reading).toEqual([]);
    expect(view.totals.droppedUnits).toBe(1);
  });
});

describe("lag", () => {
  const behind = status({
    partitions: [
      { partition: 1, next: 50, committed: 50, logEnd: 50 },
      { partition: 0, next: 110, committed: 100, logEnd: 130 },
      { partition: 2, next: 0, committed: 0, logEnd: 7 },
      { partition: 3, next: 0 },
    ],
  });

  it("is the offsets between position and end, and the age of the oldest that was read", () => {
    const view = viewAfter(started(), chunk(0, 100, 110));
    expect(partitionLags(view, behind, NOW_MS)).toEqual([
      { partition: 0, committed: 100, logEnd: 130, records: 30, seconds: 11 },
      { partition: 1, committed: 50, logEnd: 50, records: 0, seconds: 0 },
      // Nothing of it was read: there is no age to tell.
      { partition: 2, committed: 0, logEnd: 7, records: 7, seconds: undefined },
      {
        partition: 3,
        committed: undefined,
        logEnd: undefined,
        records: undefined,
        seconds: undefined,
      },
    ]);
  });

  it("is none before there is a sink", () => {
    expect(partitionLags(openView(NOW_MS), undefined, NOW_MS)).toEqual([]);
  });

  it("stays bounded where commits fail for hours", () => {
    const chunks = Array.from({ length: 1_000 }, (_, index) =>
      chunk(0, index * 10, index * 10 + 10),
    );
    const stretches = viewAfter(started(), ...chunks).reading[0] ?? [];
    expect(stretches.length).toBeLessThanOrEqual(64);
    expect(stretches[0]).toMatchObject({ start: 0 });
    expect(stretches.at(-1)).toMatchObject({ end: 10_000, oldestMs: NOW_MS - 11_000 });
  });
});
