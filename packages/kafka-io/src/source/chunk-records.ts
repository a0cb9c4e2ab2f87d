import type { RecordChunk } from "../port/record-chunk.ts";
import type { RecordBatchHeader } from "../protocol/record-batch.ts";
import type { RecordIndex } from "./record-index.ts";

/** Bytes after the last record, so that readers may load whole words past the end of a value. */
const RECORD_CHUNK_SLACK_BYTES = 64;

/** A batch with its records as plain bytes. */
export interface InflatedBatch {
  readonly header: RecordBatchHeader;
  readonly records: Uint8Array;
}

/**
 * The records of consecutive batches from `requestedOffset` on, found where the batches lie; those
 * that lie apart, as inflated ones do, are copied once, whole. The index's arrays are the chunk's.
 *
 * @throws RecordBatchError where a record breaks the format (Kafka protocol: Record).
 */
export function recordChunkFromBatches(
  coverage: Pick<RecordChunk, "topic" | "partition" | "requestedOffset" | "nextOffset">,
  batches: readonly InflatedBatch[],
  index: RecordIndex,
): RecordChunk {
  index.begin(batches.reduce((sum, batch) => sum + batch.header.recordCount, 0));
  const { buffer, starts } = sharedBuffer(batches) ?? copiedBatches(batches);
  for (const [i, { header, records }] of batches.entries()) {
    const start = starts[i]!;
    const end = start + records.length;
    index.add(header, buffer, { start, end, offsetMin: coverage.requestedOffset });
  }
  return { ...coverage, buffer, ...index.records() };
}

/** Batches in one buffer, with slack behind them, and where the records of each begin. */
interface PlacedBatches {
  readonly buffer: Uint8Array;
  readonly starts: readonly number[];
}

/** What the batches are views of; undefined where they lie apart or nothing follows them. */
function sharedBuffer(batches: readonly InflatedBatch[]): PlacedBatches | undefined {
  const [first, last] = [batches[0]?.records, batches.at(-1)?.records];
  if (first === undefined || last === undefined) return undefined;
  const { buffer, byteOffset } = first;
  const end = last.byteOffset + last.length + RECORD_CHUNK_SLACK_BYTES;
  const areInOrder = batches.every(
    ({ records, header }) => header.codec === "none" && records.buffer === buffer,
  );
  if (!areInOrder || end > buffer.byteLength) return undefined;
  return {
    buffer: new Uint8Array(buffer, byteOffset, end - byteOffset),
    starts: batches.map(({ records }) => records.byteOffset - byteOffset),
  };
}

function copiedBatches(batches: readonly InflatedBatch[]): PlacedBatches {
  const size = batches.reduce((sum, { records }) => sum + records.length, 0);
  const buffer = Buffer.allocUnsafeSlow(size + RECORD_CHUNK_SLACK_BYTES).fill(0, size);
  const starts: number[] = [];
  let at = 0;
  for (const { records } of batches) {
    starts.push(at);
    buffer.set(records, at);
    at += records.length;
  }
  return { buffer, starts };
}
