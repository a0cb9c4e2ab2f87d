import { sealFilling } from "./commit-start.ts";
import { isRestoring } from "./engine-state.ts";
import type { EngineState, FillingUnit, PartitionState } from "./engine-state.ts";
import { andThen, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";
import { firstUnread } from "./rewind.ts";

/** How often a member whose own partitions are done looks whether the others' are. */
const OTHERS_LOOK_MS = 1_000;

/** What follows from the state alone; runs after every event. */
export function advance(state: EngineState): EngineStep {
  if (state.phase !== "running" && state.phase !== "stopping") return step(state);
  const moves = [measure, begin, seal, applyDeadLetters, pauseOrResume, release, finish];
  return moves.reduce<EngineStep>((done, move) => andThen(done, move), step(state));
}

/** Looks at the table where it is time to. */
export function timePassed(state: EngineState): EngineStep {
  if (state.phase !== "running" || state.reading !== undefined || state.commit !== undefined) {
    return step(state);
  }
  if (state.nowMs < nextLookMs(state)) return step(state);
  return step(state, { reading: "look" }, [{ kind: "read-table" }]);
}

/**
 * When the engine next wants to be told that time has passed; infinite where nothing waits for it.
 */
export function wakeAtMs(state: EngineState): number {
  const { phase, filling, commit } = state;
  const times: number[] = [];
  // What waits for an answer goes on with that: time alone changes nothing, and is not asked for.
  if (phase === "running" && commit === undefined && state.reading === undefined) {
    times.push(nextLookMs(state));
  }
  if (filling?.writing === 0 && commit === undefined) {
    times.push(commitDueMs(state));
  }
  if (state.heldUntilMs > state.nowMs) times.push(state.heldUntilMs);
  return Math.min(...times);
}

function nextLookMs(state: EngineState): number {
  const waitsForOthers = state.targets !== undefined && areOwnTargetsReached(state);
  return state.lastLookMs + (waitsForOthers ? OTHERS_LOOK_MS : state.settings.lookIntervalMs);
}

/**
 * Measures the log for partitions without a position, and for the ends that `available-now` reads
 * to.
 */
function measure(state: EngineState): EngineStep {
  const { record, identity, settings } = state;
  const isBusy = state.isMeasuring || state.isCounting || state.commit !== undefined;
  if (record === undefined || isBusy) return step(state);
  const count = identity.partitions - record.partitions;
  if (count > 0) {
    const partitions = Array.from({ length: count }, (_, index) => record.partitions + index);
    return step(state, { isMeasuring: true }, [
      { kind: "read-log-ranges", purpose: "first-position", partitions },
    ]);
  }
  if (settings.trigger !== "available-now" || state.targets !== undefined) return step(state);
  const partitions = settings.assign ?? [...record.ledger.keys()];
  return step(state, { isMeasuring: true }, [
    { kind: "read-log-ranges", purpose: "targets", partitions },
  ]);
}

/** Begins the assigned partitions, once each has a position in the table. */
function begin(state: EngineState): EngineStep {
  const { awaiting, record, reading } = state;
  const isBusy =
    reading !== undefined || state.isMeasuring || state.isCounting || isRestoring(state);
  if (awaiting === undefined || record === undefined || isBusy) return step(state);
  const waitsForTargets = state.settings.trigger === "available-now" && state.targets === undefined;
  if (waitsForTargets || awaiting.some((partition) => !record.ledger.has(partition))) {
    return step(state);
  }
  const offsets = new Map<number, number>();
  const partitions = new Map<number, PartitionState>();
  for (const partition of awaiting) {
    const next = firstUnread(state, partition);
    if (next === undefined) continue;
    offsets.set(partition, next);
    partitions.set(partition, { next });
  }
  // What was paused while it was given back may be this member's again.
  const resume = { kind: "resume", partitions: [...partitions.keys()] } as const;
  return step(state, { awaiting: undefined, partitions, isPaused: false }, [
    { kind: "begin-reading", offsets },
    ...(state.isPaused ? [resume] : []),
  ]);
}

function seal(state: EngineState): EngineStep {
  return isSealDue(state) ? sealFilling(state) : step(state);
}

function isSealDue(state: EngineState): boolean {
  const { filling } = state;
  if (filling === undefined || state.commit !== undefined || filling.writing > 0) return false;
  if (filling.stretches.size === 0) return state.isRevoking || state.phase === "stopping";
  return isSealWanted(state, filling);
}

/**
 * Whether the filling unit is to be sealed and waits for chunks that are being written: more of
 * them would make it wait for ever.
 */
export function isSealAwaited(state: EngineState): boolean {
  const { filling, commit } = state;
  if (filling === undefined || commit !== undefined || filling.writing === 0) return false;
  return isSealWanted(state, filling);
}

function isSealWanted(state: EngineState, filling: FillingUnit): boolean {
  if (state.isRevoking || state.phase === "stopping") return true;
  const hasRecords = filling.rows + filling.dead > 0;
  return (
    (state.isCommitDue && hasRecords) ||
    isFull(state) ||
    areOwnTargetsReached(state) ||
    state.nowMs >= commitDueMs(state)
  );
}

/** Units follow each other at this interval; after a longer rest one need not wait for it. */
function commitDueMs({ lastSealMs, settings }: EngineState): number {
  return lastSealMs + settings.commitIntervalMs;
}

/**
 * The filling unit has what one commit may have, or half of the memory: the other is for the next.
 */
function isFull(state: EngineState): boolean {
  const { filling, settings } = state;
  if (filling === undefined) return false;
  return (
    filling.rows + filling.dead >= settings.commitRows ||
    filling.bytes >= settings.commitBytes ||
    state.bufferedBytes >= settings.memoryLimitBytes / 2
  );
}

function applyDeadLetters(state: EngineState): EngineStep {
  const { record } = state;
  if (state.isApplying || state.commit?.plan.kind === "restore") return step(state);
  if (record !== undefined && isRestoring(state)) {
    return step(state, { isApplying: true }, [{ kind: "remove-undone-dead-letters", record }]);
  }
  const waiting = waitingManifests(state);
  if (waiting.length === 0) return step(state);
  return step(state, { isApplying: true }, [
    { kind: "apply-dead-letters", pending: waiting, applied: record?.applied ?? 0 },
  ]);
}

/** Manifests of dead letters that are decided and not in their table yet. */
export function waitingManifests(
  state: EngineState,
): NonNullable<EngineState["record"]>["pending"] {
  const pending = state.record?.pending ?? [];
  return pending.filter((entry) => entry.sequence > state.appliedThrough);
}

/** Reading pauses where there is no room, no use or no store for what would be read. */
function pauseOrResume(state: EngineState): EngineStep {
  // Without partitions there is nothing to pause, at the start not even a source that could.
  if (state.partitions.size === 0) return step(state);
  const reason = reasonToPause(state);
  const isPaused = reason !== undefined;
  if (isPaused === state.isPaused) return step(state);
  const partitions = [...state.partitions.keys()];
  return step(state, { isPaused }, [
    { kind: isPaused ? "pause" : "resume", partitions },
    {
      kind: "report",
      report: isPaused ? { kind: "paused", reason } : { kind: "resumed" },
    },
  ]);
}

/** Why nothing may be read; undefined where something may be. */
export function reasonToPause(state: EngineState): string | undefined {
  if (state.phase === "stopping") return "the sink ends";
  if (state.nowMs < state.heldUntilMs) return "what was read could not be written";
  if (isRestoring(state)) return "what was undone is removed first";
  if (waitingManifests(state).length >= state.settings.pendingManifestsMax) {
    return "dead letters wait for their table";
  }
  return state.commit !== undefined && isFull(state) ? "a commit is under way" : undefined;
}

function release(state: EngineState): EngineStep {
  const isBusy = state.filling !== undefined || state.commit !== undefined;
  if (!state.isRevoking || isBusy) return step(state);
  return step(state, { isRevoking: false, partitions: new Map() }, [
    { kind: "release-partitions" },
  ]);
}

function finish(state: EngineState): EngineStep {
  const isBusy = state.filling !== undefined || state.commit !== undefined;
  if (isBusy || state.isApplying || waitingManifests(state).length > 0) return step(state);
  if (isRestoring(state)) return step(state);
  if (state.phase !== "stopping" && !areTargetsReached(state)) return step(state);
  return step(state, { phase: "stopped" }, [{ kind: "finish" }]);
}

/** Whether the table's position has reached every end that was there at the start. */
function areTargetsReached(state: EngineState): boolean {
  const { targets, record } = state;
  if (targets === undefined || record === undefined) return false;
  return [...targets].every(([partition, end]) => (record.ledger.get(partition)?.next ?? 0) >= end);
}

/** Whether this member has read its partitions to their ends. */
function areOwnTargetsReached(state: EngineState): boolean {
  const { targets } = state;
  if (targets === undefined) return false;
  return [...state.partitions].every(
    ([partition, { next }]) => next >= (targets.get(partition) ?? 0),
  );
}
