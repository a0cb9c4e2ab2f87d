import type { EngineEffect } from "./engine-effect.ts";
import type { EngineState, PartitionState } from "./engine-state.ts";
import { andThen, step } from "./engine-step.ts";
import type { EngineStep } from "./engine-step.ts";

const RETRY_WAIT_MIN_MS = 100;
const RETRY_WAIT_MAX_MS = 10_000;

/** How long to wait after so many failures in a row; the shell adds jitter. */
export function backoffMs(failures: number): number {
  return Math.min(RETRY_WAIT_MIN_MS * 2 ** (failures - 1), RETRY_WAIT_MAX_MS);
}

/** Drops the filling unit and reads on, after a while, from what is committed or about to be. */
export function rewind(state: EngineState, afterMs: number): EngineStep {
  const effects: EngineEffect[] = [];
  if (state.filling !== undefined) {
    effects.push({ kind: "drop-unit", unitId: state.filling.unitId, keepFiles: false });
  }
  const partitions = new Map<number, PartitionState>();
  for (const [partition, own] of state.partitions) {
    const next = firstUnread(state, partition);
    if (next === undefined) {
      // A rollback undid its first position: it is sought when it has another.
      partitions.set(partition, own);
      continue;
    }
    partitions.set(partition, { next });
    effects.push({ kind: "seek", partition, offset: next, afterMs: 0 });
  }
  return step(
    state,
    { filling: undefined, bufferedBytes: 0, partitions, heldUntilMs: state.nowMs + afterMs },
    effects,
  );
}

/**
 * Reads on from the new record where partitions have a first position again that a rollback undid.
 */
export function soughtWherePlaced(before: EngineState, taken: EngineStep): EngineStep {
  const { record, partitions } = taken.state;
  const isPlaced = [...partitions.keys()].some(
    (partition) => before.record?.ledger.has(partition) === false && record?.ledger.has(partition),
  );
  return isPlaced ? andThen(taken, (next) => rewind(next, 0)) : taken;
}

/**
 * Where reading of a partition goes on: behind the commit under way, else at the table's position.
 */
export function firstUnread(state: EngineState, partition: number): number | undefined {
  const plan = state.commit?.plan;
  const stretch = plan?.kind === "unit" ? plan.stretches.get(partition) : undefined;
  return stretch?.end ?? state.record?.ledger.get(partition)?.next;
}
