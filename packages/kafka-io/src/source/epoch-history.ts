/** Offsets that were taken by one leader. */
interface EpochRun {
  readonly leaderEpoch: number;
  readonly start: number;
  end: number;
}

/** An epoch that is not known (Kafka protocol: Fetch). */
export const UNKNOWN_EPOCH = -1;

/** Leaders change seldom: older runs are let go. */
const RUNS_MAX = 16;

/**
 * Which leader epochs the records of one partition had that were read, so that a fetch can say what
 * its offset follows: a leader whose log is another answers where they part (KIP-320, KIP-595).
 */
export class EpochHistory {
  /** One behind the other without a break. */
  #runs: EpochRun[] = [];

  /** `[start, end)` was read, and taken in this epoch; what was known from `start` on is not. */
  note(leaderEpoch: number, start: number, end: number): void {
    const latest = this.#runs.at(-1);
    if (latest?.end === start && latest.leaderEpoch === leaderEpoch) {
      latest.end = end;
      return;
    }
    const before = this.#runs
      .filter((run) => run.start < start)
      .map((run) => ({ ...run, end: Math.min(run.end, start) }));
    const isContinued = before.at(-1)?.end === start;
    const kept = isContinued ? before.slice(1 - RUNS_MAX) : [];
    this.#runs = [...kept, { leaderEpoch, start, end }];
  }

  /** The epoch of the record before `offset`; unknown where it was not read. */
  before(offset: number): number {
    const run = this.#runs.find(({ start, end }) => start < offset && offset <= end);
    return run?.leaderEpoch ?? UNKNOWN_EPOCH;
  }

  clear(): void {
    this.#runs = [];
  }
}
