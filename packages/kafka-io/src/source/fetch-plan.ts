import type { ReadState } from "./read-state.ts";

/** Which broker is asked for what, as things stand. */
export interface FetchPlan {
  /** Partitions to be fetched, by the node id of the broker that is asked. */
  readonly byNode: ReadonlyMap<number, readonly ReadState[]>;
  /** Those that nobody leads at present. */
  readonly leaderless: readonly ReadState[];
  /** After how long the next partition is to be fetched again; infinite where none waits. */
  readonly waitMs: number;
}

/** Who is to be asked for the partitions that are neither paused nor halted. */
export function planFetches(
  states: Iterable<ReadState>,
  leaders: ReadonlyMap<number, number>,
  nowMs: number,
): FetchPlan {
  const byNode = new Map<number, ReadState[]>();
  const leaderless: ReadState[] = [];
  let waitMs = Number.POSITIVE_INFINITY;
  for (const state of states) {
    if (state.isPaused || state.isHalted) continue;
    if (state.notBeforeMs > nowMs) {
      waitMs = Math.min(waitMs, state.notBeforeMs - nowMs);
      continue;
    }
    const nodeId = leaders.get(state.partition) ?? -1;
    if (nodeId < 0) leaderless.push(state);
    else byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), state]);
  }
  return { byNode, leaderless, waitMs };
}
