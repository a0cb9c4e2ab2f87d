import type { StagedDeadLetters } from "../protocol/own-commit.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import type { AttemptResult, EngineEvent, TableView } from "./engine-event.ts";
import type { EngineEffect } from "./engine-effect.ts";
import type { CommitInFlight, EngineState } from "./engine-state.ts";
import { grownIdentity, identityError } from "../protocol/source-identity.ts";
import { andThen, fail, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";
import { takePosition } from "./establishing.ts";
import { backoffMs, rewind, soughtWherePlaced } from "./rewind.ts";

type SettledResult = Extract<EngineEvent, { kind: "commit-settled" }>["result"];

/** The unit's files are written: its commit is sent. */
export function unitSealed(
  state: EngineState,
  unitId: number,
  deadLetters: StagedDeadLetters | undefined,
): EngineStep {
  const commit = state.commit;
  if (commit?.unitId !== unitId || commit.plan.kind !== "unit") return step(state);
  const plan = { ...commit.plan, deadLetters };
  return attempt(state, { ...commit, plan }, 0);
}

/** What became of an attempt decides what comes next; only a known failure may be tried anew. */
export function attemptFinished(
  state: EngineState,
  commitId: number,
  result: AttemptResult,
): EngineStep {
  const commit = state.commit;
  if (commit?.commitId !== commitId) return step(state);
  switch (result.kind) {
    case "committed":
      return committed(state, commit, result.record, result.snapshotId);
    case "superfluous": {
      const mismatch = identityError(result.record, grownIdentity(state.identity, result.record));
      return mismatch === undefined
        ? positionFound(state, result.record)
        : fail({ ...state, commit: undefined }, mismatch);
    }
    case "conflict":
    case "unavailable": {
      const failures = commit.failures + 1;
      const isConflict = result.kind === "conflict";
      const waitMs = isConflict ? conflictWaitMs(state, failures) : backoffMs(failures);
      const next = attempt(state, { ...commit, failures }, waitMs);
      return withReport(next, result.kind, result.reason);
    }
    case "unknown": {
      const failures = commit.failures + 1;
      const next = settle(state, { ...commit, failures, wasUnknown: true }, backoffMs(failures));
      return withReport(next, result.kind, result.reason);
    }
    case "fenced":
      return dropped(state, commit, result, commit.wasUnknown || result.mayBeApplied);
    case "burnt":
      return dropped(state, commit, result, true);
    default:
      return result satisfies never;
  }
}

/** An unknown outcome is known now, or asked for again. */
export function commitSettled(
  state: EngineState,
  commitId: number,
  result: SettledResult,
): EngineStep {
  const commit = state.commit;
  if (commit?.commitId !== commitId) return step(state);
  switch (result.kind) {
    case "committed":
      return committed(state, commit, result.record, result.snapshotId);
    case "absent":
      return attempt(state, commit, 0);
    case "unavailable": {
      const failures = commit.failures + 1;
      const next = settle(state, { ...commit, failures }, backoffMs(failures));
      return withReport(next, result.kind, result.reason);
    }
    case "burnt":
      return dropped(state, commit, result, true);
    default:
      return result satisfies never;
  }
}

function attempt(state: EngineState, commit: CommitInFlight, afterMs: number): EngineStep {
  const { commitId, unitId, plan } = commit;
  return step(state, { commit: { ...commit, stage: "attempting" } }, [
    { kind: "attempt-commit", commitId, unitId, plan, afterMs },
  ]);
}

function settle(state: EngineState, commit: CommitInFlight, afterMs: number): EngineStep {
  return step(state, { commit: { ...commit, stage: "settling" } }, [
    { kind: "settle-commit", commitId: commit.commitId, afterMs },
  ]);
}

function committed(
  state: EngineState,
  commit: CommitInFlight,
  record: SourceRecord,
  snapshotId: bigint,
): EngineStep {
  const { plan, failures } = commit;
  const effects: EngineEffect[] = [
    { kind: "report", report: { kind: "committed", snapshotId, plan, record, failures } },
  ];
  if (plan.kind === "unit") {
    const offsets = new Map([...plan.stretches].map(([partition, { end }]) => [partition, end]));
    effects.push({ kind: "mirror-offsets", offsets });
  }
  const bufferedBytes = state.filling === undefined ? 0 : state.bufferedBytes;
  return andThen(positionFound(state, record), (next) =>
    step(next, { bufferedBytes, writeFailures: 0 }, effects),
  );
}

function positionFound(state: EngineState, record: SourceRecord): EngineStep {
  const found = step(state, {
    record,
    identity: grownIdentity(state.identity, record),
    commit: undefined,
    lastLookMs: state.nowMs,
    phase: state.phase === "establishing" ? "running" : state.phase,
  });
  return soughtWherePlaced(state, found);
}

/** The unit is not to be written: the table's own position is where reading goes on. */
function dropped(
  state: EngineState,
  commit: CommitInFlight,
  { kind, view }: { readonly kind: string; readonly view: TableView },
  keepFiles: boolean,
): EngineStep {
  const drop: EngineEffect[] =
    commit.unitId === undefined ? [] : [{ kind: "drop-unit", unitId: commit.unitId, keepFiles }];
  const without = step(state, { commit: undefined, isCommitDue: true }, [
    ...drop,
    { kind: "report", report: { kind: "unit-dropped", reason: kind } },
  ]);
  return andThen(
    andThen(without, (next) => takePosition(next, view)),
    (next) => (next.phase === "failed" ? step(next) : rewind(next, 0)),
  );
}

function withReport(next: EngineStep, outcome: string, reason: string): EngineStep {
  const report = { kind: "attempt-failed", outcome, reason } as const;
  return { state: next.state, effects: [{ kind: "report", report }, ...next.effects] };
}

/**
 * Another writer was faster, and as a member commits once in an interval: the sooner the next try,
 * the surer it is over before that one's next. Whoever waits about as long loses to it each time.
 */
function conflictWaitMs({ settings }: EngineState, failures: number): number {
  return failures === 1 ? 0 : Math.min(backoffMs(failures), settings.commitIntervalMs / 10);
}
