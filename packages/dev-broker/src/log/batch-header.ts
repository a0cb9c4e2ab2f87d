import { crc32c } from "@salon/kafka-protocol";

/** Bytes from a batch's start to its first record (Kafka protocol: Record Batch). */
const HEADER_SIZE = 61;
/** Base offset and length: what the length does not count. */
const LOG_OVERHEAD = 12;
const CRC_START = 21;

/** What the broker reads of a record batch; its records stay as they are. */
export interface BatchHeader {
  /** Bytes of the whole batch. */
  readonly size: number;
  readonly baseOffset: number;
  readonly magic: number;
  readonly lastOffsetDelta: number;
  /** None, gzip, snappy, lz4, zstd: 0 to 4. */
  readonly codec: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly maxTimestampMs: bigint;
  /** -1 where the producer is not idempotent. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/**
 * Bytes of the batch that begins at `start`, as it says itself; undefined where that is cut off.
 */
export function readBatchSize(bytes: Buffer, start: number): number | undefined {
  if (start + LOG_OVERHEAD > bytes.length) return undefined;
  return LOG_OVERHEAD + bytes.readInt32BE(start + 8);
}

/**
 * The header of the batch of message format v2 that begins at `start`; undefined where the bytes
 * end before it does or it cannot be one.
 */
export function readBatchHeader(bytes: Buffer, start: number): BatchHeader | undefined {
  const size = readBatchSize(bytes, start);
  if (size === undefined || size < HEADER_SIZE || start + size > bytes.length) return undefined;
  const attributes = bytes.readInt16BE(start + 21);
  return {
    size,
    baseOffset: Number(bytes.readBigInt64BE(start)),
    magic: bytes.readInt8(start + 16),
    lastOffsetDelta: bytes.readInt32BE(start + 23),
    codec: attributes & 0x07,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    maxTimestampMs: bytes.readBigInt64BE(start + 35),
    producerId: bytes.readBigInt64BE(start + 43),
    producerEpoch: bytes.readInt16BE(start + 51),
    baseSequence: bytes.readInt32BE(start + 53),
    recordCount: bytes.readInt32BE(start + 57),
  };
}

/** Whether the batch's checksum is that of its bytes. */
export function hasRightCrc(bytes: Buffer, start: number, size: number): boolean {
  return bytes.readUInt32BE(start + 17) === crc32c(bytes, start + CRC_START, start + size);
}

/** Puts the batch where the log ends; its checksum covers neither offset nor leader epoch. */
export function placeBatch(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(leaderEpoch, LOG_OVERHEAD);
}
