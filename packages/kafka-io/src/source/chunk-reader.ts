import { CodecError } from "../codec/codec-error.ts";
import { inflate } from "../codec/compression.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import {
  type AbortedTransaction,
  AbortedTransactionFilter,
} from "../protocol/aborted-transactions.ts";
import {
  checkRecordBatchCrc,
  checkRecordCount,
  readRecordBatchHeader,
  RECORD_BATCH_HEADER_SIZE,
  RecordBatchError,
  type RecordBatchHeader,
} from "../protocol/record-batch.ts";
import type { RecordChunk } from "../port/record-chunk.ts";
import { type InflatedBatch, recordChunkFromBatches } from "./chunk-records.ts";
import { RecordIndex } from "./record-index.ts";

/** What was fetched of one partition, and how to read it. */
export interface FetchedLog {
  readonly topic: string;
  readonly partition: number;
  readonly requestedOffset: number;
  readonly records: Buffer;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** A chunk is closed when its inflated batches reach this many bytes. */
  readonly chunkBytes: number;
  /** No batch may inflate beyond this many bytes. */
  readonly inflatedBatchBytesMax: number;
}

/**
 * The offset after the last complete batch: where the next fetch goes on. Equals
 * `requestedOffset` where no batch is complete. `onEpoch` hears, batch by batch, which offsets
 * are of which leader epoch.
 *
 * @throws KafkaIoError as {@link readChunks}.
 */
export function nextFetchOffset(
  log: FetchedLog,
  onEpoch?: (leaderEpoch: number, start: number, end: number) => void,
): number {
  return naming(log, () => {
    let next = log.requestedOffset;
    for (const header of recordBatchHeaders(log.records)) {
      const end = nextAfter(next, header);
      onEpoch?.(header.leaderEpoch, next, end);
      next = end;
    }
    return next;
  });
}

/**
 * The committed records of what was fetched as chunks that follow each other without a break, the
 * last one ending at {@link nextFetchOffset}. Batches are inflated as chunks are asked for. With an
 * `index` of the caller's, a chunk's arrays are good until the next chunk is asked for.
 *
 * @throws KafkaIoError `KAFKA_REQUEST_FAILED` for broken batches, `RECORD_TOO_LARGE` for one that
 * inflates beyond the limit, `OFFSET_UNSAFE`.
 */
export function* readChunks(log: FetchedLog, index?: RecordIndex): Generator<RecordChunk, void> {
  const filter = new AbortedTransactionFilter(log.abortedTransactions);
  const headers = recordBatchHeaders(log.records);
  let requestedOffset = log.requestedOffset;
  for (;;) {
    const chunk = naming(log, () => {
      const arrays = index ?? new RecordIndex();
      return readChunk(log, { headers, filter, index: arrays }, requestedOffset);
    });
    if (chunk === undefined) return;
    requestedOffset = chunk.nextOffset;
    yield chunk;
  }
}

/** What reading a log goes on with from chunk to chunk. */
interface Reading {
  readonly headers: Iterator<RecordBatchHeader, undefined>;
  readonly filter: AbortedTransactionFilter;
  readonly index: RecordIndex;
}

function readChunk(
  log: FetchedLog,
  { headers, filter, index }: Reading,
  requestedOffset: number,
): RecordChunk | undefined {
  const batches: InflatedBatch[] = [];
  let nextOffset = requestedOffset;
  let bytes = 0;
  while (bytes < log.chunkBytes) {
    const { value: header } = headers.next();
    if (header === undefined) break;
    checkRecordBatchCrc(log.records, header);
    const isAborted = filter.isAborted(log.records, header);
    nextOffset = nextAfter(nextOffset, header);
    if (isAborted || header.isControl || header.recordCount === 0) continue;
    if (header.lastOffset < requestedOffset) continue;
    const records = inflateBatch(log, header);
    checkRecordCount(header, records.length);
    batches.push({ header, records });
    bytes += records.length;
  }
  if (nextOffset === requestedOffset) return undefined;
  const { topic, partition } = log;
  const coverage = { topic, partition, requestedOffset, nextOffset };
  return recordChunkFromBatches(coverage, batches, index);
}

function* recordBatchHeaders(records: Buffer): Generator<RecordBatchHeader, undefined> {
  let at = 0;
  for (;;) {
    const header = readRecordBatchHeader(records, at);
    if (header === undefined) return undefined;
    at = header.end;
    yield header;
  }
}

function nextAfter(next: number, header: RecordBatchHeader): number {
  return Math.max(next, header.lastOffset + 1);
}

function inflateBatch(log: FetchedLog, header: RecordBatchHeader): Uint8Array {
  const packed = log.records.subarray(header.start + RECORD_BATCH_HEADER_SIZE, header.end);
  try {
    return inflate(header.codec, packed, log.inflatedBatchBytesMax);
  } catch (error) {
    if (!(error instanceof CodecError) || !error.isTooLarge) throw error;
    throw new KafkaIoError(
      "RECORD_TOO_LARGE",
      `${header.codec} batch at offset ${header.baseOffset} of ${log.topic}-${log.partition} ` +
        `inflates to more than ${log.inflatedBatchBytesMax} bytes`,
      { context: { topic: log.topic, partition: log.partition, offset: header.baseOffset } },
    );
  }
}

/** Adds the partition's coordinates to what the layers below throw. */
function naming<T>(log: FetchedLog, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof KafkaIoError) throw error;
    if (!(error instanceof RecordBatchError) && !(error instanceof CodecError)) throw error;
    const { topic, partition, requestedOffset } = log;
    throw new KafkaIoError(
      "KAFKA_REQUEST_FAILED",
      `fetch of ${topic}-${partition} from offset ${requestedOffset}: ${error.message}`,
      { context: { topic, partition, requestedOffset }, cause: error },
    );
  }
}
