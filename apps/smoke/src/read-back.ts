import type { KafkaSource, RecordChunk, SentBatch } from "@salon/kafka-io";
import { type PlacedRating, recordOf, type SmokeRating } from "./smoke-rating.ts";

/** What is read, and whom to tell. */
export interface Reading {
  readonly ratings: readonly SmokeRating[];
  readonly sent: readonly SentBatch[];
  /** Told how many were found. */
  readonly onFound: (count: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads from where the ratings came to stand until each of them was found, byte for byte; in the
 * order of `ratings`. Rejects with the reason of the signal when that is aborted.
 */
export async function readBack(
  source: KafkaSource,
  { ratings, sent, onFound, signal }: Reading,
): Promise<readonly PlacedRating[]> {
  const open = new Map(ratings.map((rating) => [recordOf(rating).value.toString(), rating]));
  const found = new Map<SmokeRating, PlacedRating>();
  const end = Promise.withResolvers<void>();
  const onAbort = (): void => end.reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort);
  try {
    await source.start({
      onAssigned: async (partitions) =>
        new Map(partitions.map((each) => [each, begin(sent, each)])),
      onRevoked: async () => {},
      onChunk: async (chunk) => {
        for (const { value, ...place } of valuesOf(chunk)) {
          const rating = open.get(value);
          if (rating !== undefined) found.set(rating, { rating, ...place });
        }
        onFound(found.size);
        if (found.size === ratings.length) end.resolve();
      },
      onOutOfRange: async (partition, offset) => {
        end.reject(new Error(`offset ${offset} of partition ${partition} is gone again`));
      },
      onTrouble: () => {},
      isAlive: () => true,
    });
    await end.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await source.stop();
  }
  return ratings.flatMap((rating) => found.get(rating) ?? []);
}

function begin(sent: readonly SentBatch[], partition: number): number {
  const offsets = sent.filter((batch) => batch.partition === partition);
  return Math.min(...offsets.map(({ baseOffset }) => baseOffset));
}

function* valuesOf(chunk: RecordChunk): Generator<{
  readonly value: string;
  readonly partition: number;
  readonly offset: number;
}> {
  const { partition, runs, buffer, valueStarts, valueEnds } = chunk;
  const decoder = new TextDecoder();
  let index = 0;
  for (const { baseOffset, count } of runs) {
    for (let offset = baseOffset; offset < baseOffset + count; offset++, index++) {
      const start = valueStarts[index] ?? -1;
      if (start < 0) continue;
      const value = decoder.decode(buffer.subarray(start, valueEnds[index]));
      yield { value, partition, offset };
    }
  }
}
