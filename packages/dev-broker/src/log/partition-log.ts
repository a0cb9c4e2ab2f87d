import { ERROR_CODES } from "@salon/kafka-protocol";
import { hasRightCrc, placeBatch, readBatchHeader } from "./batch-header.ts";
import type { BatchHeader } from "./batch-header.ts";
import type { BatchStorage } from "./batch-storage.ts";
import { ProducerSequences } from "./producer-sequences.ts";

/** The one leader's epoch: it never changes. */
export const LEADER_EPOCH = 0;

/** The last codec that there is: zstd. Whoever reads a batch has to know its codec. */
const CODEC_MAX = 4;

/** What became of a batch that a producer sent. */
export interface AppendResult {
  readonly errorCode: number;
  /** Of its first record; -1 after an error. */
  readonly baseOffset: number;
}

/** Batches as they lie in a partition's log. */
interface IndexedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly size: number;
  readonly maxTimestampMs: bigint;
  /** Up to here: unlike the batches' own it only rises, so that it can be searched. */
  readonly latestTimestampMs: bigint;
}

/** The log of one partition: batches with offsets, in the order in which they came. */
export class PartitionLog {
  readonly #storage: BatchStorage;
  /** The batches that can be read: those of the storage from number `#forgotten` on. */
  #index: IndexedBatch[] = [];
  #forgotten = 0;
  readonly #sequences = new ProducerSequences();
  readonly #listeners = new Set<() => void>();
  #startOffset: number;
  #endOffset = 0;

  constructor(storage: BatchStorage, startOffset = 0) {
    this.#storage = storage;
    storage.recover((header) => this.#register(header, header.baseOffset));
    // Where the machine lost the end of the log, no offset below its start is given again.
    this.#endOffset = Math.max(startOffset, this.#endOffset);
    this.#startOffset = startOffset;
    this.#forgetBefore(startOffset);
  }

  /** The first offset that can be read. */
  get startOffset(): number {
    return this.#startOffset;
  }

  /** The offset of the next record; without transactions the last stable offset too. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /**
   * Appends one batch of message format v2. A batch that its producer sends again is answered with
   * the offset that it has. Throws what the storage throws; the log is as before then.
   */
  append(records: Buffer, batchSizeMax: number): AppendResult {
    if (records.length === 0) return refused(ERROR_CODES.INVALID_RECORD);
    const header = readBatchHeader(records, 0);
    if (header === undefined) return refused(ERROR_CODES.CORRUPT_MESSAGE);
    const errorCode = faultOf(records, header, batchSizeMax);
    if (errorCode !== ERROR_CODES.NONE) return refused(errorCode);
    const verdict = this.#sequences.judge(header);
    if (verdict.kind === "refused") return refused(verdict.errorCode);
    if (verdict.kind === "duplicate") {
      return { errorCode: ERROR_CODES.NONE, baseOffset: verdict.baseOffset };
    }
    const baseOffset = this.#endOffset;
    this.#append(header, records);
    this.#tell();
    return { errorCode: ERROR_CODES.NONE, baseOffset };
  }

  /**
   * Whole batches from the one that holds the offset, about `maxBytes` of them; the first one in
   * any case where `isFirst`.
   */
  read(offset: number, maxBytes: number, isFirst: boolean): Buffer {
    const first = this.#batchAt(offset);
    let end = first;
    for (let size = 0; end < this.#index.length; end++) {
      size += this.#index[end]?.size ?? 0;
      if (size > maxBytes && !(isFirst && end === first)) break;
    }
    if (end === first) return Buffer.alloc(0);
    return this.#storage.read(this.#forgotten + first, this.#forgotten + end);
  }

  /** Bytes of the batches that `read` would give without a limit. */
  bytesFrom(offset: number, enough: number): number {
    let size = 0;
    for (let at = this.#batchAt(offset); at < this.#index.length && size < enough; at++) {
      size += this.#index[at]?.size ?? 0;
    }
    return size;
  }

  /** The start of the first batch that has a record of this time or later. */
  findTime(
    timestampMs: bigint,
  ): { readonly offset: number; readonly timestampMs: bigint } | undefined {
    const batch =
      this.#index[firstIndex(this.#index, (each) => each.latestTimestampMs >= timestampMs)];
    return (
      batch && {
        offset: Math.max(batch.baseOffset, this.#startOffset),
        timestampMs: batch.maxTimestampMs,
      }
    );
  }

  /** Nothing before the offset can be read any more. */
  deleteBefore(offset: number): void {
    this.#startOffset = Math.max(this.#startOffset, offset);
    this.#forgetBefore(this.#startOffset);
    this.#tell();
  }

  /** Calls back after each change; what it returns ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#tell();
    this.#storage.close();
  }

  #append(header: BatchHeader, bytes: Buffer): void {
    // A copy: what came is a view of the whole request.
    const batch = Buffer.from(bytes);
    placeBatch(batch, this.#endOffset, LEADER_EPOCH);
    this.#storage.append(batch);
    this.#register(header, this.#endOffset);
  }

  #register(header: BatchHeader, baseOffset: number): void {
    const lastOffset = baseOffset + header.lastOffsetDelta;
    const { size, maxTimestampMs } = header;
    const latest = this.#index.at(-1)?.latestTimestampMs ?? maxTimestampMs;
    const latestTimestampMs = latest > maxTimestampMs ? latest : maxTimestampMs;
    this.#index.push({ baseOffset, lastOffset, size, maxTimestampMs, latestTimestampMs });
    this.#sequences.record(header, baseOffset);
    this.#endOffset = lastOffset + 1;
  }

  /** The index of the first batch whose last offset is not below the given one. */
  #batchAt(offset: number): number {
    return firstIndex(this.#index, ({ lastOffset }) => lastOffset >= offset);
  }

  #forgetBefore(offset: number): void {
    const count = this.#batchAt(offset);
    if (count === 0) return;
    this.#forgotten += count;
    this.#storage.forget(this.#forgotten);
    let latest = -1n;
    this.#index = this.#index.slice(count).map((batch) => {
      if (batch.maxTimestampMs > latest) latest = batch.maxTimestampMs;
      return { ...batch, latestTimestampMs: latest };
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The index of the first batch that fits; all that follow it fit too. */
function firstIndex(
  batches: readonly IndexedBatch[],
  fits: (batch: IndexedBatch) => boolean,
): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const batch = batches[middle];
    if (batch === undefined || fits(batch)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function refused(errorCode: number): AppendResult {
  return { errorCode, baseOffset: -1 };
}

function faultOf(records: Buffer, header: BatchHeader, batchSizeMax: number): number {
  if (header.magic !== 2) return ERROR_CODES.UNSUPPORTED_FOR_MESSAGE_FORMAT;
  // Since message format v2 a request has one batch for each partition.
  if (header.size < records.length) return ERROR_CODES.INVALID_RECORD;
  if (header.size > batchSizeMax) return ERROR_CODES.MESSAGE_TOO_LARGE;
  if (!hasRightCrc(records, 0, header.size)) return ERROR_CODES.CORRUPT_MESSAGE;
  const isCounted = header.recordCount > 0 && header.lastOffsetDelta === header.recordCount - 1;
  const isSequenced = header.producerId < 0n || header.baseSequence >= 0;
  const isServed = !header.isControl && !header.isTransactional && header.codec <= CODEC_MAX;
  return isCounted && isSequenced && isServed ? ERROR_CODES.NONE : ERROR_CODES.INVALID_RECORD;
}
