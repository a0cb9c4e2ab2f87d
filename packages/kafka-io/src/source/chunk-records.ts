import type { RecordChunk } from "../port/record-chunk.ts";
import { RecordBatchError, type RecordBatchHeader } from "../protocol/record-batch.ts";
import { VarintReader } from "../protocol/varint-reader.ts";

/** Bytes after the last record, so that readers may load whole words past the end of a value. */
const RECORD_CHUNK_SLACK_BYTES = 64;

/** A batch with its records as plain bytes. */
export interface InflatedBatch {
  readonly header: RecordBatchHeader;
  readonly records: Uint8Array;
}

/**
 * The records of consecutive batches from `requestedOffset` on, found where the batches lie; those
 * that lie apart, as inflated ones do, are copied once, whole.
 *
 * @throws RecordBatchError where a record breaks the format (Kafka protocol: Record).
 */
export function recordChunkFromBatches(
  coverage: Pick<RecordChunk, "topic" | "partition" | "requestedOffset" | "nextOffset">,
  batches: readonly InflatedBatch[],
): RecordChunk {
  const capacity = batches.reduce((sum, batch) => sum + batch.header.recordCount, 0);
  const index = createRecordIndex(capacity);
  const { buffer, starts } = sharedBuffer(batches) ?? copiedBatches(batches);
  for (const [i, { header, records }] of batches.entries()) {
    const start = starts[i]!;
    indexRecords(index, header, buffer, start, start + records.length, coverage.requestedOffset);
  }
  const { count, runs } = index;
  return {
    ...coverage,
    count,
    runs,
    buffer,
    valueStarts: index.valueStarts.subarray(0, count),
    valueEnds: index.valueEnds.subarray(0, count),
    keyStarts: index.keyStarts.subarray(0, count),
    keyEnds: index.keyEnds.subarray(0, count),
    ...headerRanges(index),
    timestampsMs: index.timestampsMs.subarray(0, count),
  };
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

function headerRanges({
  count,
  headerStarts,
  headerEnds,
}: RecordIndex): Pick<RecordChunk, "headerStarts" | "headerEnds"> {
  if (headerStarts === undefined || headerEnds === undefined) return {};
  return {
    headerStarts: headerStarts.subarray(0, count),
    headerEnds: headerEnds.subarray(0, count),
  };
}

interface RecordIndex {
  count: number;
  /** Where the run at the end of `runs` would go on; -1 before the first record. */
  runEnd: number;
  readonly runs: { baseOffset: number; count: number }[];
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /** Made when the first record with headers comes: most topics have none. */
  headerStarts?: Int32Array;
  headerEnds?: Int32Array;
  readonly timestampsMs: Float64Array;
}

function createRecordIndex(capacity: number): RecordIndex {
  return {
    count: 0,
    runEnd: -1,
    runs: [],
    valueStarts: new Int32Array(capacity),
    valueEnds: new Int32Array(capacity),
    keyStarts: new Int32Array(capacity),
    keyEnds: new Int32Array(capacity),
    timestampsMs: new Float64Array(capacity),
  };
}

/** One flat loop: it sees every record. Nothing is allocated per record, only per run. */
function indexRecords(
  index: RecordIndex,
  header: RecordBatchHeader,
  buffer: Uint8Array,
  start: number,
  end: number,
  offsetMin: number,
): void {
  const reader = new VarintReader(buffer, start);
  let previousDelta = -1;
  for (let i = 0; i < header.recordCount; i++) {
    const length = reader.readInt32();
    const recordEnd = reader.position + length;
    if (length < 0 || recordEnd > end) failRecord(header, i, `length ${length} exceeds the batch`);
    reader.position++; // attributes, unused
    const timestampDelta = reader.readInt64();
    const offsetDelta = reader.readInt32();
    const keyLength = reader.readInt32();
    const keyStart = reader.position;
    reader.position += Math.max(keyLength, 0);
    const valueLength = reader.readInt32();
    const valueStart = reader.position;
    const valueEnd = valueStart + Math.max(valueLength, 0);
    if (valueEnd > recordEnd) failRecord(header, i, "key or value exceeds the record");
    const offset = header.baseOffset + offsetDelta;
    if (offsetDelta <= previousDelta || offset > header.lastOffset) {
      failRecord(header, i, `offset delta ${offsetDelta} follows ${previousDelta}`);
    }
    previousDelta = offsetDelta;
    reader.position = recordEnd;
    if (offset < offsetMin) continue;
    const at = index.count++;
    index.keyStarts[at] = keyLength < 0 ? -1 : keyStart;
    index.keyEnds[at] = keyLength < 0 ? -1 : keyStart + keyLength;
    index.valueStarts[at] = valueLength < 0 ? -1 : valueStart;
    index.valueEnds[at] = valueLength < 0 ? -1 : valueEnd;
    // A count of 0 is one byte.
    if (valueEnd < recordEnd && buffer[valueEnd] !== 0) keepHeaders(index, at, valueEnd, recordEnd);
    index.timestampsMs[at] = header.hasLogAppendTime
      ? header.maxTimestampMs
      : timestampOf(header, timestampDelta);
    const run = index.runs.at(-1);
    if (run !== undefined && offset === index.runEnd) run.count++;
    else index.runs.push({ baseOffset: offset, count: 1 });
    index.runEnd = offset + 1;
  }
  if (reader.position !== end) failRecord(header, header.recordCount, "bytes are left over");
}

function keepHeaders(index: RecordIndex, at: number, start: number, end: number): void {
  const capacity = index.valueStarts.length;
  const starts = (index.headerStarts ??= new Int32Array(capacity).fill(-1));
  const ends = (index.headerEnds ??= new Int32Array(capacity).fill(-1));
  starts[at] = start;
  ends[at] = end;
}

/** A base of -1 is a batch without timestamps. */
function timestampOf(header: RecordBatchHeader, delta: number): number {
  return header.baseTimestampMs < 0 ? -1 : header.baseTimestampMs + delta;
}

function failRecord(header: RecordBatchHeader, index: number, reason: string): never {
  throw new RecordBatchError(header.baseOffset, `record ${index}: ${reason}`);
}
