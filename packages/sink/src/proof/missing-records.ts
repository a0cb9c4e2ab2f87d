import type { OffsetRange } from "../protocol/source-record.ts";
import { offsetsOf } from "./chunk-records.ts";
import type { TopicAccount } from "./offset-account.ts";
import { OffsetSampler } from "./offset-sample.ts";
import type { OffsetSample } from "./offset-sample.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { readTopic } from "./read-topic.ts";
import type { OpenTopic } from "./read-topic.ts";
import type { Holes } from "./recovered-ledger.ts";

/** The records of one partition that the topic has, and the tables do not. */
export interface MissingRecords {
  readonly offsets: OffsetSample;
  /** Where reading began in the end: retention may have moved the start of the log. */
  readonly start: number;
}

/** Asks the topic about every hole that it still covers; partitions without any are left out. */
export async function readMissingRecords({
  topic,
  openTopic,
  account,
  holes,
  signal,
  onProgress,
}: ProofOperation & {
  readonly topic: string;
  readonly openTopic: OpenTopic;
  readonly account: TopicAccount;
  readonly holes: ReadonlyMap<number, Holes>;
}): Promise<ReadonlyMap<number, MissingRecords>> {
  const ranges = new Map<number, OffsetRange>();
  for (const [partition, { asked }] of holes) if (asked) ranges.set(partition, asked);
  if (ranges.size === 0) return new Map();
  const samplers = new Map([...ranges.keys()].map((key) => [key, new OffsetSampler()]));
  const starts = new Map([...ranges].map(([partition, { start }]) => [partition, start]));
  await using source = await openTopic(topic, [...ranges.keys()]);
  await readTopic(source, {
    ranges,
    onChunk: (chunk) => {
      const { partition } = chunk;
      const { found } = account.partition(partition);
      const end = ranges.get(partition)?.end ?? 0;
      for (const [offset] of offsetsOf(chunk)) {
        if (offset < end && !found.has(offset)) samplers.get(partition)?.add(offset);
      }
    },
    onRestart: (partition, start) => {
      samplers.set(partition, new OffsetSampler());
      starts.set(partition, start);
    },
    signal,
    onProgress,
  });
  return new Map(
    [...samplers].map(([partition, sampler]) => [
      partition,
      { offsets: sampler.sample(), start: starts.get(partition) ?? 0 },
    ]),
  );
}
