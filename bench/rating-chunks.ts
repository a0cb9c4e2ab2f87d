import type { EventBatch } from "../packages/generator/src/index.ts";
import type { RecordChunk } from "../packages/kafka-io/src/index.ts";
import { ratingsInNoOrder } from "./ratings-in-no-order.ts";

/** About what a fetch of a few megabytes brings. */
const CHUNK_ROWS = 20_000;
/** Behind the last value, so that a decoder may read on past it. */
const SLACK_BYTES = 64;

/** Clean ratings of three days as chunks of eight partitions. */
export function ratingChunks(rowCount: number, seed: number): readonly RecordChunk[] {
  const generator = ratingsInNoOrder(seed);
  const chunks: RecordChunk[] = [];
  for (let offset = 0; offset < rowCount; offset += CHUNK_ROWS) {
    const batch = generator.nextBatch(Math.min(CHUNK_ROWS, rowCount - offset));
    chunks.push(chunkOf(batch, { partition: chunks.length % 8, offset }));
  }
  return chunks;
}

/** Events as a driver would deliver them. */
export function chunkOf(
  batch: EventBatch,
  { partition, offset }: { readonly partition: number; readonly offset: number },
): RecordChunk {
  const { buffer, valueStarts, valueEnds, keyStarts, keyEnds, count } = batch;
  return {
    topic: "nail_salon_ratings",
    partition,
    requestedOffset: offset,
    nextOffset: offset + count,
    count,
    runs: [{ baseOffset: offset, count }],
    buffer,
    valueStarts,
    valueEnds,
    keyStarts,
    keyEnds,
    timestampsMs: new Float64Array(count).fill(-1),
  };
}

/** Bytes of all values. */
export function valueBytes(chunks: readonly RecordChunk[]): number {
  return chunks.reduce((sum, { valueStarts, valueEnds }) => {
    return sum + valueEnds.reduce((bytes, end, row) => bytes + end - valueStarts[row]!, 0);
  }, 0);
}

/** The same chunks with each value written in another way. */
export function rewriteValues(
  chunks: readonly RecordChunk[],
  change: (text: string, row: number) => string,
): readonly RecordChunk[] {
  return chunks.map((chunk) => {
    const { buffer, valueStarts, valueEnds, count } = chunk;
    const values = Array.from({ length: count }, (_, row) => {
      const text = Buffer.from(buffer.subarray(valueStarts[row], valueEnds[row])).toString();
      return Buffer.from(change(text, row));
    });
    const newEnds = new Int32Array(count);
    let end = 0;
    for (const [row, value] of values.entries()) newEnds[row] = end += value.length;
    return {
      ...chunk,
      buffer: new Uint8Array(Buffer.concat([...values, Buffer.alloc(SLACK_BYTES)])),
      valueStarts: newEnds.map((newEnd, row) => newEnd - values[row]!.length),
      valueEnds: newEnds,
    };
  });
}
