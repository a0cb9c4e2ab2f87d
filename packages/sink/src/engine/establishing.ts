import type { LogRange } from "@salon/kafka-io";
import { isBelowWatermark } from "../protocol/dead-letter-watermark.ts";
import type { ProvedPosition } from "../protocol/own-commit.ts";
import { rollbackOf } from "../protocol/rollback.ts";
import type { Rollback } from "../protocol/rollback.ts";
import { grownIdentity, identityError, sourceConflict } from "../protocol/source-identity.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError, UNDONE_WAY_ON } from "../sink-error.ts";
import { startCommit } from "./commit-start.ts";
import type { TableView } from "./engine-event.ts";
import type { EngineState } from "./engine-state.ts";
import { andThen, fail, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";
import { rewind, soughtWherePlaced } from "./rewind.ts";

/** What was asked of the table is there. */
export function tableRead(state: EngineState, view: TableView): EngineStep {
  const purpose = state.reading;
  const looked: EngineState = { ...state, reading: undefined, lastLookMs: state.nowMs };
  const taken = takePosition(looked, view);
  if (taken.state.record === undefined || taken.state.phase === "failed") return taken;
  const isCovered = view.reading.kind !== "recorded" || view.reading.foreignSnapshots.length > 0;
  const isIdle = taken.state.commit === undefined && taken.state.filling === undefined;
  if (purpose !== "look" || !isCovered || !isIdle) return taken;
  // Snapshots of others lie above the position: expiry could leave only the copy.
  const refresh = startCommit(taken.state, { kind: "refresh" });
  return { state: refresh.state, effects: [...taken.effects, ...refresh.effects] };
}

/**
 * Takes over what a fresh view of the table says of the position, or fails with what is wrong with
 * it; a new source measures its log.
 */
export function takePosition(state: EngineState, view: TableView): EngineStep {
  const conflict = sourceConflict(view.others, state.identity);
  if (conflict !== undefined) return fail(state, conflict);
  if (isNewTo(view) && state.record === undefined) return measure(state, view);
  const left = acceptedRollback(state, view)?.left ?? provedCopy(view);
  if (left !== undefined) return restore(state, view, left);
  const record = positionOf(state, view);
  if (record instanceof SinkError) return fail(state, record);
  // Another member may have seen a topic grow that this one has not: only the topic can tell.
  const identity = grownIdentity(state.identity, record);
  const hasGrown = identity !== state.identity;
  const mismatch = identityError(record, identity);
  if (mismatch !== undefined) return fail(state, mismatch);
  if (view.appliedThrough < record.applied) return fail(state, deadLettersUndone(record, view));
  const isStale = view.reading.kind === "recorded" && view.reading.isCopyStale;
  const taken = step(
    state,
    {
      record,
      identity,
      isCounting: state.isCounting || hasGrown,
      phase: state.phase === "establishing" ? "running" : state.phase,
      appliedThrough: Math.max(state.appliedThrough, view.appliedThrough),
      proved: undefined,
    },
    [
      ...(hasGrown ? [{ kind: "count-partitions" } as const] : []),
      ...(isStale ? [{ kind: "report", report: { kind: "copy-stale" } } as const] : []),
    ],
  );
  return soughtWherePlaced(state, taken);
}

/** Nothing is known of the source, no rows are there, and no dead letters were. */
function isNewTo({ reading, evidence, appliedThrough }: TableView): boolean {
  return (
    reading.kind === "absent" && evidence === false && !isBelowWatermark(reading, appliedThrough)
  );
}

/** The position of a copy that rows prove, where no later dead letters speak against it. */
function provedCopy({ reading, evidence, appliedThrough }: TableView): SourceRecord | undefined {
  if (reading.kind !== "uncertain" || evidence !== true) return undefined;
  return isBelowWatermark(reading, appliedThrough) ? undefined : reading.copy.record;
}

/** Asks where the log of each partition begins and ends, for the first position. */
function measure(state: EngineState, { appliedThrough, mainSnapshotId }: TableView): EngineStep {
  const partitions = Array.from({ length: state.identity.partitions }, (_, index) => index);
  return step(state, { appliedThrough, isMeasuring: true, proved: { mainSnapshotId } }, [
    { kind: "read-log-ranges", purpose: "first-position", partitions },
  ]);
}

/**
 * The rollback that is to be accepted; rows beyond what it left, whoever brought them, would be
 * there twice.
 */
function acceptedRollback(state: EngineState, view: TableView): Rollback | undefined {
  if (state.settings.onRollback !== "accept" || view.evidence !== false) return undefined;
  return rollbackOf(view.reading);
}

/** States a position anew that main's line does not have; what was read beyond it is let go. */
function restore(state: EngineState, view: TableView, left: SourceRecord): EngineStep {
  const error = identityError(left, grownIdentity(state.identity, left));
  if (error !== undefined) return fail(state, error);
  if (view.appliedThrough < left.applied) return fail(state, deadLettersUndone(left, view));
  const dropped = rewind(state, 0);
  // A commit under way finds out for itself, and looks at the table anew.
  if (state.commit !== undefined) return dropped;
  const { mainSnapshotId, reading } = view;
  const copySnapshotId = reading.kind === "uncertain" ? reading.copy.snapshotId : undefined;
  const appliedThrough = Math.max(state.appliedThrough, view.appliedThrough);
  const proved: ProvedPosition = { mainSnapshotId, copySnapshotId };
  return andThen(step(dropped.state, { appliedThrough, proved }, dropped.effects), (next) =>
    startCommit(next, { kind: "restore", main: mainSnapshotId }),
  );
}

function deadLettersUndone(record: SourceRecord, view: TableView): SinkError {
  return new SinkError(
    "DEAD_LETTERS_UNDONE",
    `the dead-letter table was undone: it has what was decided up to sequence ` +
      `${view.appliedThrough}, the main table counts on ${record.applied}; restore it, or ` +
      `run ${UNDONE_WAY_ON}`,
  );
}

function positionOf(state: EngineState, view: TableView): SourceRecord | SinkError {
  const { reading, appliedThrough } = view;
  const source = `source ${state.identity.sourceId}`;
  const isBelow = isBelowWatermark(reading, appliedThrough);
  switch (reading.kind) {
    case "recorded":
    case "expired":
      return reading.record;
    case "uncertain":
      return new SinkError(
        "POSITION_UNCERTAIN",
        `the snapshots that recorded the position of ${source} are gone, and ` +
          (isBelow ? "dead letters were decided after its copy" : "its last row is not there") +
          `: run salon-table recover-position`,
      );
    case "rolled-back":
      return new SinkError(
        "TABLE_ROLLED_BACK",
        `the table was rolled back: snapshot ${reading.copy.snapshotId}, which recorded the newest ` +
          `position of ${source}, is no longer in main's line; roll forward to it, or ` +
          wayOnFrom(view),
        { context: { undoneSnapshotId: reading.copy.snapshotId.toString() } },
      );
    case "replaced":
      return new SinkError(
        "TABLE_REPLACED",
        `the table was replaced: nothing in main's line recorded the position of ${source}, ` +
          `which snapshot ${reading.copy.snapshotId} did; ${wayOnFrom(view)}`,
      );
    case "foreign-replay":
      return new SinkError(
        "FOREIGN_REPLAY",
        `snapshot ${reading.snapshotId} brought rows of ${source} into the table a second time: ` +
          `roll it back or delete its rows`,
      );
    case "absent":
      if (state.record !== undefined) {
        return new SinkError(
          "TABLE_REPLACED",
          `the table no longer records a position of ${source}: it was replaced while it was read`,
        );
      }
      if (isBelow && view.evidence === false) {
        return new SinkError(
          "POSITION_UNKNOWN",
          `the dead-letter table holds records of ${source}, of which the table has no position: ` +
            `run salon-table recover-position, or drop the dead-letter table to begin anew`,
        );
      }
      return new SinkError(
        "POSITION_UNKNOWN",
        `the table holds rows of topic ${state.identity.topic} but no position of ${source}: run ` +
          `salon-table recover-position to compute it from the rows (adopt, where a Spark job wrote ` +
          `them), or use another --table`,
      );
    default:
      return reading satisfies never;
  }
}

/** Where rows are left that are beyond the position, it has to be computed from them. */
function wayOnFrom({ evidence }: TableView): string {
  return evidence === true
    ? "run salon-table recover-position: rows of the topic are there beyond what is left of it"
    : "go on from the position that is left of it by --on-rollback accept";
}

/** Writes first positions from the log's ends, or keeps the ends as targets. */
export function logRangesRead(
  state: EngineState,
  purpose: "first-position" | "targets",
  ranges: ReadonlyMap<number, LogRange>,
): EngineStep {
  const measured: EngineState = { ...state, isMeasuring: false };
  if (purpose === "targets") {
    const targets = new Map([...ranges].map(([partition, range]) => [partition, range.endOffset]));
    return step(measured, { targets });
  }
  // Measured anew when the commit under way is done; ends of the log would be older by then.
  if (state.commit !== undefined) return step(measured);
  const known = state.record?.partitions ?? 0;
  const firstOffsets = new Map<number, number>();
  for (const [partition, range] of ranges) {
    // A partition that was added later is read whole, whatever the first ones began with.
    const isWhole = known > 0 || state.settings.startingOffsets === "earliest";
    firstOffsets.set(partition, isWhole ? range.startOffset : range.endOffset);
  }
  return startCommit(measured, { kind: "first-position", firstOffsets });
}
