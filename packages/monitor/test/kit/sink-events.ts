import type { CommittedStretch, SinkEvent, SinkStatus } from "../../src/index.ts";

/** A time of day. */
export const NOW_MS = 1_750_000_000_000;

/** A sink that reads two partitions to their ends. */
export function status(changes: Partial<SinkStatus> = {}): SinkStatus {
  const account = { first: 0, gaps: 0, lost: 0, unproved: 0 };
  return {
    phase: "running",
    isAlive: true,
    isAssigned: true,
    partitions: [
      { partition: 1, next: 50, committed: 50, logEnd: 50 },
      { partition: 0, next: 100, committed: 100, logEnd: 100 },
    ],
    ledger: new Map([
      [0, { ...account, next: 100, rows: 98, dead: 2 }],
      [1, { ...account, next: 50, rows: 50, dead: 0 }],
    ]),
    membership: { memberId: "salon-consume-1", generationId: 3, isLeader: true },
    fetchedAtMs: NOW_MS,
    bufferedBytes: 2048,
    waitingManifests: 0,
    ...changes,
  };
}

/** What a sink tells first. */
export function started(of: () => SinkStatus = status): SinkEvent {
  return {
    kind: "started",
    table: "bronze",
    topic: "ratings",
    sourceId: "ratings",
    partitionCount: 2,
    commitIntervalMs: 10_000,
    memoryLimitBytes: 256 * 1024 ** 2,
    rules: [{ name: "few", severity: "reject" }],
    status: of,
  };
}

/** A chunk of ten records that came a second apart, the newest a second ago. */
export function chunk(partition: number, start: number, end: number): SinkEvent {
  return {
    kind: "chunk-written",
    partition,
    start,
    end,
    records: end - start,
    bytes: (end - start) * 100,
    oldestMs: NOW_MS - 11_000,
    newestMs: NOW_MS - 1_000,
  };
}

/** A commit of one unit with a dead letter of every thousand records. */
export function committed(
  partition: number,
  stretch: Pick<CommittedStretch, "start" | "end"> & Partial<CommittedStretch>,
): SinkEvent {
  const { start, end, dead = 0 } = stretch;
  const whole = { gaps: 0, lost: 0, dead, rows: end - start - dead, ...stretch };
  return {
    kind: "committed",
    snapshotId: 4_611_686_018_427_387_905n,
    plan: "unit",
    stretches: new Map([[partition, whole]]),
    commitMs: 40,
    unit: {
      files: [{ rows: whole.rows, bytes: 20_000 }],
      causes: new Map(dead > 0 ? [["INVALID_JSON", dead]] : []),
      samples:
        dead > 0
          ? [{ cause: "INVALID_JSON", partition, offset: start, message: "no JSON", value: "{x" }]
          : [],
      broken: new Map([["few", 1]]),
      generalPathRecords: 3,
      fillMs: 500,
      decodeMs: 10,
      writeMs: 20,
      sealMs: 30,
    },
  };
}

/** An attempt of a commit. */
export function tried(outcome: string, reason?: string): SinkEvent {
  return { kind: "commit-tried", step: "attempt", outcome, durationMs: 5, reason };
}
