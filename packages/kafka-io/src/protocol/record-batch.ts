import { type CompressionCodec, compressionCodecFromAttributes } from "../codec/compression.ts";
import { crc32c } from "@salon/kafka-protocol";
import { offsetFromInt64 } from "./offset.ts";

/** Bytes from a batch's start to its first record (Kafka protocol: Record Batch). */
export const RECORD_BATCH_HEADER_SIZE = 61;

/** Base offset and length: what `batchLength` does not count. */
const LOG_OVERHEAD = 12;
const CRC_START = 21;
/** A record of message format v2 is never shorter: seven one-byte varints. */
const RECORD_SIZE_MIN = 7;

/** The header of a record batch of message format v2 and where it lies in its buffer. */
export interface RecordBatchHeader {
  readonly start: number;
  readonly end: number;
  readonly baseOffset: number;
  /** That of the leader which took the batch. */
  readonly leaderEpoch: number;
  /** Offset of the last record the producer put in, whether it is still there or not. */
  readonly lastOffset: number;
  readonly codec: CompressionCodec;
  /** All records have the batch's maximum timestamp: the broker's time of arrival. */
  readonly hasLogAppendTime: boolean;
  readonly isTransactional: boolean;
  /** Holds a transaction marker instead of records. */
  readonly isControl: boolean;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  /** -1 where the producer is not idempotent. */
  readonly producerId: bigint;
  readonly recordCount: number;
}

/** A batch that breaks the format. Internal; reported with the partition's coordinates. */
export class RecordBatchError extends Error {
  readonly baseOffset: number;

  constructor(baseOffset: number, message: string) {
    super(`record batch at offset ${baseOffset}: ${message}`);
    this.name = "RecordBatchError";
    this.baseOffset = baseOffset;
  }
}

/**
 * The header of the batch that begins at `start`; undefined where the bytes end before the batch
 * does, as the last one of a fetch may.
 *
 * @throws RecordBatchError for another message format, an unknown codec or impossible lengths;
 * KafkaIoError `OFFSET_UNSAFE`.
 */
export function readRecordBatchHeader(bytes: Buffer, start: number): RecordBatchHeader | undefined {
  if (start + LOG_OVERHEAD > bytes.length) return undefined;
  const batchLength = bytes.readInt32BE(start + 8);
  const end = start + LOG_OVERHEAD + batchLength;
  if (batchLength >= 0 && end > bytes.length) return undefined;
  const baseOffset = offsetFromInt64(bytes.readBigInt64BE(start));
  const magic = batchLength > 4 ? bytes.readInt8(start + 16) : -1;
  if (magic !== 2) throw new RecordBatchError(baseOffset, `message format ${magic} is not read`);
  if (batchLength < RECORD_BATCH_HEADER_SIZE - LOG_OVERHEAD) {
    throw new RecordBatchError(baseOffset, `length ${batchLength} is shorter than its header`);
  }
  const attributes = bytes.readInt16BE(start + 21);
  const codec = compressionCodecFromAttributes(attributes);
  if (codec === undefined) {
    throw new RecordBatchError(baseOffset, `compression codec ${attributes & 7} is unknown`);
  }
  return {
    start,
    end,
    baseOffset,
    leaderEpoch: bytes.readInt32BE(start + 12),
    lastOffset: baseOffset + bytes.readInt32BE(start + 23),
    codec,
    hasLogAppendTime: (attributes & 0x08) !== 0,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    baseTimestampMs: Number(bytes.readBigInt64BE(start + 27)),
    maxTimestampMs: Number(bytes.readBigInt64BE(start + 35)),
    producerId: bytes.readBigInt64BE(start + 43),
    recordCount: bytes.readInt32BE(start + 57),
  };
}

/**
 * Compares the batch's CRC-32C with its bytes.
 *
 * @throws RecordBatchError where they differ.
 */
export function checkRecordBatchCrc(bytes: Buffer, header: RecordBatchHeader): void {
  const expected = bytes.readUInt32BE(header.start + 17);
  const actual = crc32c(bytes, header.start + CRC_START, header.end);
  if (actual !== expected) {
    throw new RecordBatchError(
      header.baseOffset,
      `CRC-32C is ${actual}, its header says ${expected}`,
    );
  }
}

/**
 * Refuses a record count that `recordsSize` inflated bytes cannot hold, before anything is
 * allocated for it.
 *
 * @throws RecordBatchError
 */
export function checkRecordCount(header: RecordBatchHeader, recordsSize: number): void {
  if (header.recordCount < 0 || header.recordCount * RECORD_SIZE_MIN > recordsSize) {
    throw new RecordBatchError(
      header.baseOffset,
      `${header.recordCount} records do not fit in ${recordsSize} bytes`,
    );
  }
}

/** True for a control batch whose marker aborts the producer's transaction (key type 0). */
export function isAbortMarker(bytes: Buffer, header: RecordBatchHeader): boolean {
  if (!header.isControl || header.recordCount < 1) return false;
  // length, attributes, timestamp delta, offset delta and key length come before the key.
  let at = header.start + RECORD_BATCH_HEADER_SIZE;
  for (let field = 0; field < 5; field++) {
    while (at < header.end && (bytes[at] as number) >= 0x80) at++;
    at++;
  }
  // The key: int16 version, int16 type.
  return at + 4 <= header.end && bytes.readInt16BE(at + 2) === 0;
}
