/** Which replica is read for a while. */
export interface ReplicaChoice {
  /** Absent: the leader, and it is not to name another. */
  readonly nodeId?: number | undefined;
  /** Clock time after which the leader is asked anew. */
  readonly untilMs: number;
}

/** Where the reading of one partition stands, from its assignment to its revocation. */
export interface ReadState {
  readonly partition: number;
  /** That of the latest seek. */
  epoch: number;
  /** The next offset to fetch; runs ahead of `delivered` by what is fetched and not delivered. */
  fetchOffset: number;
  /** The next offset to deliver. */
  delivered: number;
  isPaused: boolean;
  /** Out of range: nothing is fetched before a seek. */
  isHalted: boolean;
  /** Absent: the leader, which may name another (KIP-392). */
  replica?: ReplicaChoice | undefined;
  /** Clock time before which it is not fetched, after an error. */
  notBeforeMs: number;
  /** Where the log ended at the latest fetch; absent before the first. */
  logEnd?: number | undefined;
  /** Errors in a row. */
  failures: number;
}

/** A partition that is read from `offset` on. */
export function createReadState(
  partition: number,
  offset: number,
  epoch: number,
  isPaused: boolean,
): ReadState {
  return {
    partition,
    epoch,
    fetchOffset: offset,
    delivered: offset,
    isPaused,
    isHalted: false,
    notBeforeMs: 0,
    failures: 0,
  };
}

/** Goes on from `offset` in a new epoch; what was fetched before is no longer wanted. */
export function seekReadState(state: ReadState, offset: number, epoch: number): void {
  state.epoch = epoch;
  state.fetchOffset = offset;
  state.delivered = offset;
  state.isHalted = false;
  state.notBeforeMs = 0;
  state.failures = 0;
}

/** The log's end of every partition of which it is known. */
export function logEndsOf(states: Iterable<ReadState>): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (const { partition, logEnd } of states) {
    if (logEnd !== undefined) ends.set(partition, logEnd);
  }
  return ends;
}

/** Whether a broker is read because a leader named it. */
export function isReplica({ replica }: ReadState, nodeId: number): boolean {
  return replica?.nodeId === nodeId;
}
