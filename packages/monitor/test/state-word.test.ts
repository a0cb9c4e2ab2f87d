import { describe, expect, it } from "vitest";
import { checkHealth, checkReadiness } from "../src/health.ts";
import type { SinkEvent, SinkStatus } from "../src/index.ts";
import { applyEvent, openView } from "../src/sink-view.ts";
import type { SinkView } from "../src/sink-view.ts";
import { sinkState } from "../src/state-word.ts";
import { committed, NOW_MS, started, status, tried } from "./kit/sink-events.ts";

function viewAfter(...events: readonly SinkEvent[]): SinkView {
  return events.reduce((view, event) => applyEvent(view, event, NOW_MS), openView(NOW_MS));
}

const trouble = (code: string, message: string): SinkEvent => ({ kind: "trouble", code, message });
const settled = committed(0, { start: 0, end: 10 });

interface Case {
  readonly name: string;
  readonly events?: readonly SinkEvent[];
  readonly status?: SinkStatus;
  readonly afterMs?: number;
  readonly word: string;
  readonly reason: RegExp;
}

const commit = { stage: "attempting", failures: 0, wasUnknown: false };
const filling = { rows: 5, dead: 0, bytes: 100, ageMs: 45_000 };
const cases: readonly Case[] = [
  { name: "nothing was told", word: "starting", reason: /opening/ },
  {
    name: "Kafka is away at the start",
    events: [trouble("KAFKA_UNREACHABLE", "no broker answers")],
    word: "starting",
    reason: /no broker answers/,
  },
  {
    name: "there is no position yet",
    events: [started()],
    status: status({ phase: "establishing" }),
    word: "starting",
    reason: /where to begin/,
  },
  {
    name: "the group gave nothing yet",
    events: [started()],
    status: status({ isAssigned: false }),
    word: "starting",
    reason: /waiting for partitions/,
  },
  {
    name: "all is committed",
    events: [started(), settled],
    status: status(),
    word: "running",
    reason: /everything is committed/,
  },
  {
    name: "records are on their way",
    events: [started(), settled],
    status: status({ partitions: [{ partition: 0, next: 9, committed: 1, logEnd: 1_501 }] }),
    word: "running",
    reason: /^1,500 records are not committed yet$/,
  },
  {
    name: "others have every partition",
    events: [started()],
    status: status({ partitions: [] }),
    word: "running",
    reason: /other members/,
  },
  {
    name: "memory is full and a commit is under way",
    events: [started()],
    status: status({ pausedBecause: "a commit is under way", commit }),
    word: "running",
    reason: /memory limit/,
  },
  {
    name: "the outbox is full",
    events: [started()],
    status: status({ pausedBecause: "dead letters wait for their table" }),
    word: "paused",
    reason: /dead letters wait/,
  },
  {
    name: "it ends",
    events: [started()],
    status: status({ phase: "stopping" }),
    word: "paused",
    reason: /ending/,
  },
  {
    name: "Kafka went away",
    events: [started(), trouble("KAFKA_UNREACHABLE", "no broker answers")],
    status: status({ fetchedAtMs: NOW_MS - 5_000 }),
    word: "degraded",
    reason: /no broker answers/,
  },
  {
    name: "Kafka is back",
    events: [started(), trouble("KAFKA_UNREACHABLE", "no broker answers")],
    status: status({ fetchedAtMs: NOW_MS + 1 }),
    word: "running",
    reason: /everything/,
  },
  {
    name: "trouble is long ago",
    events: [started(), trouble("CATALOG_UNAVAILABLE", "catalog is away")],
    status: status(),
    afterMs: 31_000,
    word: "running",
    reason: /everything/,
  },
  {
    name: "an outcome is unknown",
    events: [started(), tried("unknown", "time-out")],
    status: status({ commit: { ...commit, stage: "settling", failures: 1, wasUnknown: true } }),
    word: "degraded",
    reason: /not known.*: time-out/,
  },
  {
    name: "another writer was faster once",
    events: [started(), tried("conflict", "main moved")],
    status: status({ commit: { ...commit, failures: 1 } }),
    word: "running",
    reason: /everything/,
  },
  {
    name: "a commit fails again and again",
    events: [started(), tried("unavailable", "503 of the catalog")],
    status: status({ commit: { ...commit, failures: 4 } }),
    word: "degraded",
    reason: /failed 4 times.*503 of the catalog/,
  },
  {
    name: "a commit is overdue",
    events: [started(), settled],
    status: status({ filling }),
    afterMs: 40_000,
    word: "degraded",
    reason: /nothing was committed for 40 s/,
  },
  {
    name: "an idle sink has nothing to commit",
    events: [started(), settled],
    status: status(),
    afterMs: 4_000_000,
    word: "running",
    reason: /everything/,
  },
  {
    name: "it hangs",
    events: [started()],
    status: status({ isAlive: false }),
    word: "degraded",
    reason: /hung/,
  },
  {
    name: "it ended in order",
    events: [started(), { kind: "ended" }],
    status: status({ phase: "stopped" }),
    word: "stopped",
    reason: /in order/,
  },
  {
    name: "it failed",
    events: [started(), { kind: "ended", error: new Error("offsets are lost") }],
    status: status({ phase: "failed" }),
    word: "stopped",
    reason: /offsets are lost/,
  },
];

describe("the state's word", () => {
  it.each(cases)("is $word where $name", ({ events = [], status: at, afterMs = 0, ...state }) => {
    const { word, reason } = sinkState(viewAfter(...events), at, NOW_MS + afterMs);
    expect(word).toBe(state.word);
    expect(reason).toMatch(state.reason);
  });
});

function probed(at: SinkStatus | undefined, ...events: readonly SinkEvent[]): string {
  const view = viewAfter(...events);
  const alive = checkHealth(view, at, NOW_MS).isPassed;
  const ready = checkReadiness(view, at, NOW_MS).isPassed;
  return `${alive ? "alive" : "dead"}, ${ready ? "ready" : "not ready"}`;
}

describe("a probe", () => {
  it.each([
    ["at the start", undefined, [], "alive, not ready"],
    ["without a position", status({ phase: "establishing" }), [started()], "alive, not ready"],
    ["without partitions yet", status({ isAssigned: false }), [started()], "alive, not ready"],
    ["that reads", status(), [started()], "alive, ready"],
    ["whose others read all", status({ partitions: [] }), [started()], "alive, ready"],
    ["whose catalog is away", status(), [started(), trouble("X", "away")], "alive, ready"],
    ["that hangs", status({ isAlive: false }), [started()], "dead, not ready"],
    ["that ends", status({ phase: "stopping" }), [started()], "alive, not ready"],
    [
      "that ended",
      status({ phase: "stopped" }),
      [started(), { kind: "ended" } as const],
      "alive, not ready",
    ],
    [
      "that failed",
      status({ phase: "failed" }),
      [started(), { kind: "ended", error: new Error("x") } as const],
      "dead, not ready",
    ],
  ])("of a sink %s", (_, at, events, expected) => {
    expect(probed(at, ...events)).toBe(expected);
  });
});
