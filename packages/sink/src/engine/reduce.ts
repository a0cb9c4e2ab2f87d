import { advance, timePassed } from "./advance.ts";
import { assigned, partitionsCounted, revoked } from "./assignment.ts";
import { attemptFinished, commitSettled, unitSealed } from "./committing.ts";
import type { EngineEvent } from "./engine-event.ts";
import { isRestoring } from "./engine-state.ts";
import type { EngineState } from "./engine-state.ts";
import { andThen, fail, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";
import { logRangesRead, tableRead } from "./establishing.ts";
import { isOtherTopic, topicRecreated } from "../protocol/source-identity.ts";
import { rewind } from "./rewind.ts";
import { chunkFetched, chunkWritten, outOfRange, unitFailed } from "./reading.ts";

/**
 * The engine: what each event does to each state, without any effect of its own (SPEC.md holds the
 * table). `nowMs` is the time of the event; time never goes back here.
 */
export function reduce(before: EngineState, event: EngineEvent, nowMs: number): EngineStep {
  const state: EngineState = { ...before, nowMs: Math.max(before.nowMs, nowMs) };
  if (state.phase === "stopped" || state.phase === "failed") return afterTheEnd(state, event);
  return andThen(handle(state, event), advance);
}

function handle(state: EngineState, event: EngineEvent): EngineStep {
  switch (event.kind) {
    case "started":
      if (state.phase !== "establishing") return step(state);
      return step(state, { reading: "establish" }, [{ kind: "read-table" }]);
    case "time-passed":
      return timePassed(state);
    case "table-read":
      return tableRead(state, event.view);
    case "log-ranges-read":
      return logRangesRead(state, event.purpose, event.ranges);
    case "assigned":
      return assigned(state, event.partitions);
    case "revoked":
      return revoked(state);
    case "partitions-counted":
      return isOtherTopic(state.identity, event.topicId)
        ? fail(state, topicRecreated(state.identity, event.topicId))
        : partitionsCounted(state, event.count);
    case "topic-recreated":
      return fail(state, topicRecreated(state.identity, event.topicId));
    case "chunk-fetched":
      return chunkFetched(state, event);
    case "chunk-written":
      return chunkWritten(state, event);
    case "out-of-range":
      return outOfRange(state, event);
    case "unit-failed":
      return unitFailed(state, event.unitId, event.reason);
    case "unit-sealed":
      return unitSealed(state, event.unitId, event.deadLetters);
    case "attempt-finished":
      return attemptFinished(state, event.commitId, event.result);
    case "commit-settled":
      return commitSettled(state, event.commitId, event.result);
    case "dead-letters-applied":
      return deadLettersApplied(state, event.through);
    case "stop-requested":
      return step(state, { phase: "stopping" });
    case "failed":
      return fail(state, event.error);
    default:
      return event satisfies never;
  }
}

/** The dead-letter table has gone on; after a rollback reading begins anew from what is left. */
function deadLettersApplied(state: EngineState, through: number): EngineStep {
  const applied: EngineState = {
    ...state,
    isApplying: false,
    appliedThrough: Math.max(state.appliedThrough, through),
  };
  return isRestoring(state) && !isRestoring(applied) ? rewind(applied, 0) : step(applied);
}

/** Whatever comes late finds its partitions released and its chunks let go. */
function afterTheEnd(state: EngineState, event: EngineEvent): EngineStep {
  switch (event.kind) {
    case "chunk-fetched":
      return step(state, {}, [{ kind: "discard-chunk", chunkId: event.chunkId }]);
    case "revoked":
      return step(state, {}, [{ kind: "release-partitions" }]);
    case "assigned":
      return step(state, {}, [{ kind: "begin-reading", offsets: new Map() }]);
    default:
      return step(state);
  }
}
