import type { OffsetRun, RecordChunk } from "../port/record-chunk.ts";
import { RecordBatchError, type RecordBatchHeader } from "../protocol/record-batch.ts";
import { VarintReader } from "../protocol/varint-reader.ts";

/** Room is made for whole steps: chunks of about the same size fit one after the other. */
const CAPACITY_STEP = 4096;
/** Room for more records is not kept. */
const KEPT_RECORDS_MAX = 64 * CAPACITY_STEP;

/** A range for each record, by its number; a start of -1 is nothing. */
interface Ranges {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** What an index has room for. */
interface IndexArrays {
  readonly timestampsMs: Float64Array;
  readonly values: Ranges;
  readonly keys: Ranges;
}

/** A part of a chunk: where its records are. */
export type IndexedRecords = Omit<
  RecordChunk,
  "topic" | "partition" | "requestedOffset" | "nextOffset" | "buffer"
>;

/** Finds the records of a chunk, batch after batch. Its arrays are used again for the next one. */
export class RecordIndex {
  #capacity = 0;
  #arrays: IndexArrays = createArrays(0);
  #headers: Ranges | undefined;
  #hasHeaders = false;
  #count = 0;
  #runs: { baseOffset: number; count: number }[] = [];
  /** Where the last of the runs would go on; -1 before the first record. */
  #runEnd = -1;

  /** Begins a chunk of at most this many records. What the one before it had is gone. */
  begin(recordsMax: number): void {
    if (recordsMax > this.#capacity || this.#capacity > KEPT_RECORDS_MAX) {
      this.#capacity = Math.ceil(recordsMax / CAPACITY_STEP) * CAPACITY_STEP;
      this.#arrays = createArrays(this.#capacity);
      this.#headers = undefined;
    }
    this.#hasHeaders = false;
    this.#count = 0;
    this.#runs = [];
    this.#runEnd = -1;
  }

  /**
   * Adds the records of a batch, `buffer[start .. end]`, from `offsetMin` on.
   *
   * @throws RecordBatchError where one breaks the format (Kafka protocol: Record).
   */
  add(
    header: RecordBatchHeader,
    buffer: Uint8Array,
    { start, end, offsetMin }: { start: number; end: number; offsetMin: number },
  ): void {
    const { timestampsMs, values, keys } = this.#arrays;
    const { baseOffset, recordCount } = header;
    const firstDelta = Math.max(0, offsetMin - baseOffset);
    const lastDelta = header.lastOffset - baseOffset;
    const first = this.#count;
    let count = first;
    let run = this.#runs.at(-1);
    let runEnd = this.#runEnd - baseOffset;
    let previousDelta = -1;
    let at = start;
    // Every record comes by here: one flat loop, in which varints are read in place. They are in
    // zigzag, seven bits a byte, the lowest first; the fifth byte's surplus bits are dropped.
    for (let i = 0; i < recordCount; i++) {
      let byte = buffer[at++] as number;
      let bits = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
        byte = buffer[at++] as number;
        bits |= (byte & 0x7f) << shift;
      }
      const length = (bits >>> 1) ^ -(bits & 1);
      const recordEnd = at + length;
      if (length < 0 || recordEnd > end) fail(header, i, `length ${length} exceeds the batch`);

      at++; // attributes, unused
      const timestampStart = at;
      byte = buffer[at++] as number;
      bits = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
        byte = buffer[at++] as number;
        bits |= (byte & 0x7f) << shift;
      }
      let timestampDelta = (bits >>> 1) ^ -(bits & 1);
      if (byte >= 0x80) {
        const reader = new VarintReader(buffer, timestampStart);
        timestampDelta = reader.readInt64();
        at = reader.position;
      }

      byte = buffer[at++] as number;
      bits = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
        byte = buffer[at++] as number;
        bits |= (byte & 0x7f) << shift;
      }
      const offsetDelta = (bits >>> 1) ^ -(bits & 1);

      byte = buffer[at++] as number;
      bits = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
        byte = buffer[at++] as number;
        bits |= (byte & 0x7f) << shift;
      }
      const keyLength = (bits >>> 1) ^ -(bits & 1);
      const keyStart = at;
      if (keyLength > 0) at += keyLength;

      byte = buffer[at++] as number;
      bits = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
        byte = buffer[at++] as number;
        bits |= (byte & 0x7f) << shift;
      }
      const valueLength = (bits >>> 1) ^ -(bits & 1);
      const valueStart = at;
      const valueEnd = valueLength > 0 ? at + valueLength : at;
      if (valueEnd > recordEnd) fail(header, i, "key or value exceeds the record");

      if (offsetDelta <= previousDelta || offsetDelta > lastDelta) {
        fail(header, i, `offset delta ${offsetDelta} follows ${previousDelta}`);
      }
      previousDelta = offsetDelta;
      at = recordEnd;
      if (offsetDelta < firstDelta) continue;
      keys.starts[count] = keyLength < 0 ? -1 : keyStart;
      keys.ends[count] = keyLength < 0 ? -1 : keyStart + keyLength;
      values.starts[count] = valueLength < 0 ? -1 : valueStart;
      values.ends[count] = valueLength < 0 ? -1 : valueEnd;
      timestampsMs[count] = header.baseTimestampMs + timestampDelta;
      // A count of 0 is one byte.
      if (valueEnd < recordEnd && buffer[valueEnd] !== 0) {
        this.#keepHeaders(count, valueEnd, recordEnd);
      }
      if (run === undefined || offsetDelta !== runEnd) {
        run = { baseOffset: baseOffset + offsetDelta, count: 0 };
        this.#runs.push(run);
      }
      run.count++;
      runEnd = offsetDelta + 1;
      count++;
    }
    if (at !== end) fail(header, recordCount, "bytes are left over");
    if (header.hasLogAppendTime) timestampsMs.fill(header.maxTimestampMs, first, count);
    else if (header.baseTimestampMs < 0) timestampsMs.fill(-1, first, count);
    this.#count = count;
    this.#runEnd = baseOffset + runEnd;
  }

  /** What was added since `begin`, up to the next one. */
  records(): IndexedRecords {
    const { timestampsMs, values, keys } = this.#arrays;
    const count = this.#count;
    const runs: readonly OffsetRun[] = this.#runs;
    const headers = this.#hasHeaders ? this.#headers : undefined;
    return {
      count,
      runs,
      valueStarts: values.starts.subarray(0, count),
      valueEnds: values.ends.subarray(0, count),
      keyStarts: keys.starts.subarray(0, count),
      keyEnds: keys.ends.subarray(0, count),
      ...(headers && {
        headerStarts: headers.starts.subarray(0, count),
        headerEnds: headers.ends.subarray(0, count),
      }),
      timestampsMs: timestampsMs.subarray(0, count),
    };
  }

  /** Room for headers is made when the first record with some comes: most topics have none. */
  #keepHeaders(record: number, start: number, end: number): void {
    this.#headers ??= createRanges(new ArrayBuffer(8 * this.#capacity), 0, this.#capacity);
    const { starts, ends } = this.#headers;
    if (!this.#hasHeaders) {
      this.#hasHeaders = true;
      starts.fill(-1);
      ends.fill(-1);
    }
    starts[record] = start;
    ends[record] = end;
  }
}

/** All in one memory, which the system makes and gives back at once. */
function createArrays(capacity: number): IndexArrays {
  const memory = new ArrayBuffer(24 * capacity);
  return {
    timestampsMs: new Float64Array(memory, 0, capacity),
    values: createRanges(memory, 8 * capacity, capacity),
    keys: createRanges(memory, 16 * capacity, capacity),
  };
}

function createRanges(memory: ArrayBuffer, byteOffset: number, capacity: number): Ranges {
  return {
    starts: new Int32Array(memory, byteOffset, capacity),
    ends: new Int32Array(memory, byteOffset + 4 * capacity, capacity),
  };
}

function fail(header: RecordBatchHeader, index: number, reason: string): never {
  throw new RecordBatchError(header.baseOffset, `record ${index}: ${reason}`);
}
