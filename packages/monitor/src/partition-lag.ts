import { oldestOf } from "./read-stretches.ts";
import type { SinkStatus } from "./sink-event.ts";
import type { SinkView } from "./sink-view.ts";

/** How far a partition is behind. */
export interface PartitionLag {
  readonly partition: number;
  /** The next offset to be committed; absent before the table has a position. */
  readonly committed?: number | undefined;
  readonly logEnd?: number | undefined;
  /** Offsets between the two; absent where one is not known. */
  readonly records?: number | undefined;
  /**
   * Age of the oldest record that was read and is not committed, by Kafka's timestamps; 0 without
   * lag, absent where nothing of it was read yet.
   */
  readonly seconds?: number | undefined;
}

/** The lag of every partition that a sink reads, ascending. */
export function partitionLags(
  view: SinkView,
  status: SinkStatus | undefined,
  nowMs: number,
): readonly PartitionLag[] {
  const partitions = status?.partitions ?? [];
  return partitions
    .map(({ partition, committed, logEnd }): PartitionLag => {
      const records =
        committed === undefined || logEnd === undefined
          ? undefined
          : Math.max(logEnd - committed, 0);
      const oldestMs = oldestOf(view.reading[partition] ?? []);
      const seconds =
        records === 0 ? 0 : oldestMs && Math.max(Math.round(nowMs - oldestMs), 0) / 1_000;
      return { partition, committed, logEnd, records, seconds };
    })
    .toSorted((a, b) => a.partition - b.partition);
}

/** Of all partitions together: the sum of the records, and the worst of the seconds. */
export function totalLag(lags: readonly PartitionLag[]): {
  readonly records: number | undefined;
  readonly seconds: number | undefined;
} {
  const records = lags.flatMap(({ records }) => records ?? []);
  const seconds = lags.flatMap(({ seconds }) => seconds ?? []);
  return {
    records: records.length === 0 ? undefined : records.reduce((a, b) => a + b, 0),
    seconds: seconds.length === 0 ? undefined : Math.max(...seconds),
  };
}
