import type { ReadState, ReplicaChoice } from "./read-state.ts";

/** What one broker is asked for. */
export interface BrokerFetch {
  readonly nodeId: number;
  readonly states: readonly ReadState[];
  /** Whether it may answer with another replica to read (KIP-392). */
  readonly mayRefer: boolean;
}

/** Which broker is asked for what, as things stand. */
export interface FetchPlan {
  readonly fetches: readonly BrokerFetch[];
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
    const nodeId = replicaOf(state, nowMs)?.nodeId ?? leaders.get(state.partition) ?? -1;
    if (nodeId < 0) leaderless.push(state);
    else byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), state]);
  }
  const fetches = [...byNode].map(([nodeId, read]) => ({
    nodeId,
    states: read,
    // One that has just failed would be named again.
    mayRefer: read.every((state) => {
      const replica = replicaOf(state, nowMs);
      return replica === undefined || replica.nodeId !== undefined;
    }),
  }));
  return { fetches, leaderless, waitMs };
}

function replicaOf({ replica }: ReadState, nowMs: number): ReplicaChoice | undefined {
  return replica !== undefined && nowMs < replica.untilMs ? replica : undefined;
}

/** Another partition comes first each time: the first is sure to get a whole batch (KIP-74). */
export function inTurn(states: readonly ReadState[], turn: number): ReadState[] {
  const first = turn % states.length;
  return [...states.slice(first), ...states.slice(0, first)];
}
