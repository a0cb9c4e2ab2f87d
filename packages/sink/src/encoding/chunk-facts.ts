import type { RecordChunk } from "@salon/kafka-io";
import type { CheckedRecords, RejectedRecord } from "@salon/schema";
import { deadLetterCause } from "../mapping/dead-letter-cause.ts";
import { chunkOffsets } from "./chunk-rows.ts";

/** A record that became a dead letter, for people to look at. */
export interface RejectedSample {
  readonly cause: string;
  readonly partition: number;
  readonly offset: number;
  readonly field?: string | undefined;
  readonly message: string;
  /** The beginning of its value as text; absent for a null value. */
  readonly value?: string | undefined;
}

/** What is to be told of the records of a chunk. */
export interface ChunkFacts {
  /** Dead letters by cause. */
  readonly causes: ReadonlyMap<string, number>;
  /** The first of each cause. */
  readonly samples: readonly RejectedSample[];
  /** Records that broke each quality rule. */
  readonly broken: ReadonlyMap<string, number>;
  /** Records that the compiled decoder left to the general path. */
  readonly generalPathRecords: number;
}

/** Samples that are kept of each cause, of a chunk and of a unit. */
export const SAMPLES_PER_CAUSE = 3;
const SAMPLE_BYTES = 200;

/** The facts of a chunk that is decoded and checked. */
export function chunkFacts({ decoded, broken }: CheckedRecords, chunk: RecordChunk): ChunkFacts {
  const { rejected, generalPathCount: generalPathRecords } = decoded;
  const causes = new Map<string, number>();
  const samples: RejectedSample[] = [];
  const offsets = rejected.length === 0 ? undefined : chunkOffsets(chunk);
  for (const record of rejected) {
    const cause = deadLetterCause(record);
    const count = (causes.get(cause) ?? 0) + 1;
    causes.set(cause, count);
    if (count > SAMPLES_PER_CAUSE) continue;
    samples.push(sampleOf(record, cause, chunk, offsets?.[record.index] ?? 0));
  }
  return { causes, samples, broken, generalPathRecords };
}

function sampleOf(
  { index, field, message }: RejectedRecord,
  cause: string,
  { partition, buffer, valueStarts, valueEnds }: RecordChunk,
  offset: number,
): RejectedSample {
  const start = valueStarts[index] ?? -1;
  const end = Math.min(valueEnds[index] ?? -1, start + SAMPLE_BYTES);
  const value = start < 0 ? undefined : new TextDecoder().decode(buffer.subarray(start, end));
  return { cause, partition, offset, field, message, value };
}
