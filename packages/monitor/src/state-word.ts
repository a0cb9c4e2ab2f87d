import { partitionLags, totalLag } from "./partition-lag.ts";
import type { SinkStatus } from "./sink-event.ts";
import type { SinkView, Trouble } from "./sink-view.ts";

/** The states of a sink, in the order of a life. */
export const STATE_WORDS = ["starting", "running", "degraded", "paused", "stopped"] as const;

/** A state of a sink in one word. */
type StateWord = (typeof STATE_WORDS)[number];

/** A state of a sink, and why it is that. */
export interface SinkState {
  readonly word: StateWord;
  readonly reason: string;
}

/** How long trouble is told of that is not known to be over. */
const TROUBLE_MS = 30_000;
/** Attempts of one commit that failed before that is more than another writer being faster. */
const FAILURES_MIN = 2;
const COMMIT_INTERVALS_MAX = 3;
const COMMIT_OVERDUE_MIN_MS = 10_000;

/** The state that a view is, `status` being that of the same moment. */
export function sinkState(
  view: SinkView,
  status: SinkStatus | undefined,
  nowMs: number,
): SinkState {
  const { ended } = view;
  if (ended !== undefined) {
    return { word: "stopped", reason: ended.error ?? "it ended in order" };
  }
  const trouble = currentTrouble(view, status, nowMs);
  if (status === undefined) {
    const reason = trouble?.message ?? "opening table and topic";
    return { word: "starting", reason };
  }
  if (status.phase === "stopped" || status.phase === "failed") {
    return { word: "stopped", reason: "what is under way is coming to its end" };
  }
  if (!status.isAlive) {
    return { word: "degraded", reason: "hung: what it does has not ended for too long" };
  }
  const degraded =
    trouble?.message ?? commitTrouble(view, status) ?? overdueCommit(view, status, nowMs);
  if (degraded !== undefined) return { word: "degraded", reason: degraded };
  if (status.phase === "stopping") {
    return { word: "paused", reason: "ending: what was read is being committed" };
  }
  return undisturbedState(view, status, nowMs);
}

/** Trouble that is not known to be over. */
function currentTrouble(
  { trouble, committedAtMs }: SinkView,
  status: SinkStatus | undefined,
  nowMs: number,
): Trouble | undefined {
  if (trouble === undefined || nowMs - trouble.atMs > TROUBLE_MS) return undefined;
  const isKafka = trouble.code?.startsWith("KAFKA_") === true;
  const provedAtMs = isKafka ? status?.fetchedAtMs : committedAtMs;
  return provedAtMs !== undefined && provedAtMs > trouble.atMs ? undefined : trouble;
}

function commitTrouble({ tries }: SinkView, { commit }: SinkStatus): string | undefined {
  if (commit === undefined) return undefined;
  const because = tries.reason === undefined ? "" : `: ${tries.reason}`;
  if (commit.stage === "settling") {
    return `whether a commit was applied is not known and being found out${because}`;
  }
  if (commit.failures < FAILURES_MIN) return undefined;
  return `a commit failed ${commit.failures} times and is tried again${because}`;
}

function overdueCommit(view: SinkView, status: SinkStatus, nowMs: number): string | undefined {
  const { subject, committedAtMs } = view;
  if (subject === undefined || committedAtMs === undefined || !status.isAssigned) return undefined;
  const sinceMs = nowMs - committedAtMs;
  const limitMs = Math.max(subject.commitIntervalMs * COMMIT_INTERVALS_MAX, COMMIT_OVERDUE_MIN_MS);
  // Without a unit there is nothing that a commit could have carried.
  const waitedMs = Math.min(sinceMs, status.filling?.ageMs ?? (status.commit ? sinceMs : 0));
  if (waitedMs < limitMs) return undefined;
  return `nothing was committed for ${Math.round(sinceMs / 1_000)} s, and records wait for it`;
}

function undisturbedState(view: SinkView, status: SinkStatus, nowMs: number): SinkState {
  if (status.phase === "establishing") {
    return { word: "starting", reason: "finding out where to begin" };
  }
  if (!status.isAssigned) {
    return { word: "starting", reason: "waiting for partitions and their positions" };
  }
  if (status.partitions.length === 0) {
    return { word: "running", reason: "other members of the group have all partitions" };
  }
  const { pausedBecause } = status;
  if (pausedBecause !== undefined && status.commit === undefined) {
    return { word: "paused", reason: pausedBecause };
  }
  if (pausedBecause !== undefined) {
    return { word: "running", reason: "memory limit reached: reading waits for a commit" };
  }
  const { records = 0 } = totalLag(partitionLags(view, status, nowMs));
  if (records === 0) return { word: "running", reason: "everything is committed" };
  const count = records.toLocaleString("en-US");
  return {
    word: "running",
    reason: `${count} ${records === 1 ? "record is" : "records are"} not committed yet`,
  };
}
