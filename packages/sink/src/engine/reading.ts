import type { LedgerStretch } from "../protocol/ledger.ts";
import { SinkError } from "../sink-error.ts";
import type { EngineEvent } from "./engine-event.ts";
import { isRestoring } from "./engine-state.ts";
import type { EngineState, FillingUnit, PartitionState } from "./engine-state.ts";
import { andThen, fail, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";
import { backoffMs, firstUnread, rewind } from "./rewind.ts";

type EventOf<K extends EngineEvent["kind"]> = Extract<EngineEvent, { kind: K }>;

const TRUNCATION_RETRY_MS = 1_000;
const TABLE_LOOK_MS = 100;

/**
 * A chunk is taken only at the engine's own next offset; anything else is let go, and asked for
 * anew.
 */
export function chunkFetched(state: EngineState, chunk: EventOf<"chunk-fetched">): EngineStep {
  const { chunkId, partition, requestedOffset, nextOffset } = chunk;
  const discard = { kind: "discard-chunk", chunkId } as const;
  const own = state.partitions.get(partition);
  if (own === undefined || state.phase !== "running" || state.isRevoking || isRestoring(state)) {
    return step(state, {}, [discard]);
  }
  if (requestedOffset !== own.next) {
    const { next } = own;
    return step(state, {}, [
      discard,
      {
        kind: "report",
        report: { kind: "chunk-mismatch", partition, requested: requestedOffset, next },
      },
      { kind: "seek", partition, offset: next, afterMs: 0 },
    ]);
  }
  if (chunk.count === 1 && chunk.bytes > state.settings.memoryLimitBytes) {
    return fail(
      state,
      new SinkError(
        "RECORD_TOO_LARGE",
        `the record at offset ${requestedOffset} of partition ${partition} has ${chunk.bytes} bytes, ` +
          `the memory limit is ${state.settings.memoryLimitBytes}: raise --memory-limit`,
      ),
    );
  }
  const unit = state.filling ?? openUnit(state);
  const advanced = step(state, {
    filling: unit,
    nextNumber: Math.max(state.nextNumber, unit.unitId + 1),
    partitions: withPartition(state, partition, { next: nextOffset }),
  });
  if (chunk.count > 0) {
    return andThen(advanced, (next) =>
      step(next, { filling: { ...unit, writing: unit.writing + 1 } }, [
        { kind: "write-chunk", chunkId, unitId: unit.unitId },
      ]),
    );
  }
  const gaps = nextOffset - requestedOffset;
  const stretch = { start: requestedOffset, end: nextOffset, rows: 0, dead: 0, gaps, lost: 0 };
  return andThen(advanced, (next) =>
    step(next, { filling: withStretch(unit, partition, stretch) }, [discard]),
  );
}

/** The chunk's records are in the unit's files: the unit covers their offsets. */
export function chunkWritten(state: EngineState, event: EventOf<"chunk-written">): EngineStep {
  const unit = state.filling;
  if (unit?.unitId !== event.unitId) return step(state);
  const { partition, start, end, rows, dead } = event;
  const gaps = end - start - rows - dead;
  const filled = withStretch(unit, partition, { start, end, rows, dead, gaps, lost: 0 });
  return step(state, {
    bufferedBytes: event.bufferedBytes,
    filling: { ...filled, bytes: event.unitBytes, writing: unit.writing - 1 },
  });
}

/** Files could not be written for a passing reason: the rows are read and written again. */
export function unitFailed(state: EngineState, unitId: number, reason: string): EngineStep {
  const isFilling = state.filling?.unitId === unitId;
  const isSealing = state.commit?.unitId === unitId && state.commit.stage === "sealing";
  if (!isFilling && !isSealing) return step(state);
  const writeFailures = state.writeFailures + 1;
  const dropped = step(
    state,
    { writeFailures, isCommitDue: true, ...(isSealing ? { commit: undefined } : {}) },
    [
      { kind: "report", report: { kind: "unit-dropped", reason } },
      ...(isSealing ? [{ kind: "drop-unit", unitId, keepFiles: false } as const] : []),
    ],
  );
  return andThen(dropped, (next) => rewind(next, backoffMs(writeFailures)));
}

/** Retention took records before they were read, or the log ends below what was read of it. */
export function outOfRange(state: EngineState, event: EventOf<"out-of-range">): EngineStep {
  const { partition, offset, range } = event;
  const own = state.partitions.get(partition);
  if (own === undefined || isRestoring(state)) return step(state);
  if (own.next !== offset) {
    return step(state, {}, [{ kind: "seek", partition, offset: own.next, afterMs: 0 }]);
  }
  if (offset < range.startOffset) return recordsLost(state, partition, offset, range.startOffset);
  const sinceMs = own.truncatedSinceMs ?? state.nowMs;
  const isOver =
    offset > range.endOffset && state.nowMs - sinceMs >= state.settings.truncationGraceMs;
  if (isOver) {
    return fail(
      state,
      new SinkError(
        "LOG_TRUNCATED",
        `partition ${partition} of topic ${state.identity.topic} ends at offset ${range.endOffset}, ` +
          `the table's position is ${offset}: the log was truncated or the topic created anew`,
      ),
    );
  }
  const truncatedSinceMs = offset > range.endOffset ? sinceMs : undefined;
  return step(
    state,
    { partitions: withPartition(state, partition, { next: offset, truncatedSinceMs }) },
    [{ kind: "seek", partition, offset, afterMs: TRUNCATION_RETRY_MS }],
  );
}

function recordsLost(
  state: EngineState,
  partition: number,
  start: number,
  end: number,
): EngineStep {
  const lost = end - start;
  if (state.settings.onDataLoss === "fail") {
    const late = wasReadByAnother(state, partition, start);
    if (late !== undefined) return late;
    return fail(
      state,
      new SinkError(
        "DATA_LOST",
        `retention deleted offsets ${start} to ${end - 1} of partition ${partition} of topic ` +
          `${state.identity.topic} before they were read; --on-data-loss continue goes on and ` +
          `records them as lost`,
      ),
    );
  }
  const unit = withStretch(state.filling ?? openUnit(state), partition, {
    start,
    end,
    rows: 0,
    dead: 0,
    gaps: 0,
    lost,
  });
  return step(
    state,
    {
      filling: unit,
      nextNumber: Math.max(state.nextNumber, unit.unitId + 1),
      partitions: withPartition(state, partition, { next: end }),
    },
    [
      { kind: "report", report: { kind: "records-lost", partition, start, end } },
      { kind: "seek", partition, offset: end, afterMs: 0 },
    ],
  );
}

/**
 * A member that was away for long stands below the log where the table has gone on without it. What
 * to do until that is known; undefined where nobody has read the records.
 */
function wasReadByAnother(
  state: EngineState,
  partition: number,
  next: number,
): EngineStep | undefined {
  if ((firstUnread(state, partition) ?? next) > next) return rewind(state, 0);
  const own = state.partitions.get(partition);
  if (own?.isBelowLog === true && state.reading === undefined) return undefined;
  const seek = { kind: "seek", partition, offset: next, afterMs: TABLE_LOOK_MS } as const;
  const partitions = withPartition(state, partition, { next, isBelowLog: true });
  return state.reading === undefined
    ? step(state, { partitions, reading: "look" }, [{ kind: "read-table" }, seek])
    : step(state, { partitions }, [seek]);
}

function openUnit(state: EngineState): FillingUnit {
  return {
    unitId: state.nextNumber,
    openedAtMs: state.nowMs,
    stretches: new Map(),
    rows: 0,
    dead: 0,
    bytes: 0,
    writing: 0,
  };
}

/** Chunks that are written at the same time may end in any order. */
function withStretch(unit: FillingUnit, partition: number, added: LedgerStretch): FillingUnit {
  const before = unit.stretches.get(partition);
  const stretch: LedgerStretch = {
    start: Math.min(before?.start ?? added.start, added.start),
    end: Math.max(before?.end ?? added.end, added.end),
    rows: (before?.rows ?? 0) + added.rows,
    dead: (before?.dead ?? 0) + added.dead,
    gaps: (before?.gaps ?? 0) + added.gaps,
    lost: (before?.lost ?? 0) + added.lost,
  };
  return {
    ...unit,
    rows: unit.rows + added.rows,
    dead: unit.dead + added.dead,
    stretches: new Map(unit.stretches).set(partition, stretch),
  };
}

function withPartition(
  state: EngineState,
  partition: number,
  entry: PartitionState,
): ReadonlyMap<number, PartitionState> {
  return new Map(state.partitions).set(partition, entry);
}
