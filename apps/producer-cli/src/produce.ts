import { setTimeout as sleepFor } from "node:timers/promises";
import type { GeneratedEvent } from "@salon/generator";
import { dueMs, recordsDue, recordsWithin } from "./pace.ts";
import type { RecordTarget } from "./record-target.ts";
import { addToTally, EMPTY_TALLY, type Tally } from "./tally.ts";

/** So many that the wait for their acknowledgement is short beside the work on them. */
const BATCH_RECORDS_MAX = 10_000;
/** At high rates records are sent in groups this far apart, not one by one. */
const TICK_MS = 20;
/** Timers count no further than 24 days; waiting is cut into pieces far below. */
const SLEEP_MAX_MS = 60_000;

/** How long and how fast to produce. */
export interface ProducePlan {
  /** Time between two records; 0 is as fast as the target takes them. */
  readonly periodMs: number;
  readonly durationMs?: number | undefined;
  readonly count?: number | undefined;
}

/** What producing is given from outside. */
export interface ProduceComponents {
  readonly target: RecordTarget;
  readonly nextEvent: () => GeneratedEvent;
  /** Aborted: what is being written is finished, and no more is begun. */
  readonly signal: AbortSignal;
  /** Told after each group of records that the target has taken. */
  readonly onProgress: (tally: Tally, elapsedMs: number) => void;
  /** Milliseconds of a clock that only runs forward. Default: the process's. */
  readonly now?: (() => number) | undefined;
  /** Default: a timer, which ends early when the signal is aborted. */
  readonly sleep?: ((delayMs: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** How many records the plan comes to; `Infinity` where only time ends it. */
export function plannedRecords({ periodMs, durationMs, count }: ProducePlan): number {
  const within = durationMs === undefined ? Infinity : recordsWithin(periodMs, durationMs);
  return Math.min(count ?? Infinity, within);
}

/**
 * Sends events at their pace until the plan is fulfilled or the signal is aborted, and returns what
 * was sent. Where the target was slow it catches up. Errors are those of the target.
 */
export async function produce(
  plan: ProducePlan,
  components: ProduceComponents,
): Promise<{ readonly tally: Tally; readonly elapsedMs: number }> {
  const { target, nextEvent, signal, onProgress } = components;
  const { now = () => performance.now(), sleep = sleepOnTimer } = components;
  const { periodMs, durationMs = Infinity } = plan;
  const total = plannedRecords(plan);
  const startMs = now();
  let drawn = 0;
  let tally = EMPTY_TALLY;
  let writing: Promise<void> | undefined;
  const written = async (): Promise<void> => {
    await writing;
    writing = undefined;
  };
  const write = async (events: readonly GeneratedEvent[]): Promise<void> => {
    await target.write(events);
    tally = addToTally(tally, events);
    onProgress(tally, now() - startMs);
  };
  // What came due between the last tick and the end is sent in one more group.
  let hasLastGroup = total !== Infinity;
  for (;;) {
    const elapsedMs = now() - startMs;
    const isOver = elapsedMs >= durationMs;
    if (signal.aborted || drawn >= total || (isOver && !hasLastGroup)) {
      await written();
      return { tally, elapsedMs: now() - startMs };
    }
    if (isOver) hasLastGroup = false;
    const due = Math.min(recordsDue(periodMs, elapsedMs), total) - drawn;
    if (due > 0) {
      // A group is drawn while the one before it is on its way.
      const length = Math.min(due, BATCH_RECORDS_MAX);
      const events: GeneratedEvent[] = [];
      while (events.length < length) events.push(nextEvent());
      drawn += length;
      await written();
      if (signal.aborted) continue;
      writing = write(events);
      // It is waited for in another turn, which is told of its failure.
      writing.catch(() => undefined);
    } else if (writing !== undefined) {
      await written();
    } else {
      const pauseMs = Math.max(dueMs(periodMs, drawn) - elapsedMs, TICK_MS);
      await sleep(Math.min(pauseMs, durationMs - elapsedMs, SLEEP_MAX_MS), signal);
    }
  }
}

async function sleepOnTimer(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleepFor(delayMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
