import { gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c } from "@salon/kafka-protocol";
import type { OutgoingRecord } from "../port/kafka-sink.ts";
import type { RecordHeader } from "../port/record-header.ts";
import { RECORD_BATCH_HEADER_SIZE } from "./record-batch.ts";

/** How a sink compresses; the numbers are those of the batch's attributes. */
export type OutgoingCompression = "none" | "gzip" | "zstd";
const CODEC_NUMBERS: Readonly<Record<OutgoingCompression, number>> = { none: 0, gzip: 1, zstd: 4 };

/** From here on bit operations are not exact. */
const INT32_LIMIT = 2 ** 31;
const NO_HEADERS: readonly RecordHeader[] = [];

/** A batch to write and who writes it. */
export interface OutgoingBatch {
  readonly records: readonly OutgoingRecord[];
  /** For records that have no time of their own. */
  readonly nowMs: number;
  readonly compression: OutgoingCompression;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The producer's number of the first record in its partition. */
  readonly baseSequence: number;
}

/** A record batch of message format v2 (Kafka protocol: Record Batch), base offset 0. */
export function encodeRecordBatch(batch: OutgoingBatch): Buffer {
  const baseTimestampMs = batch.records[0]?.timestampMs ?? batch.nowMs;
  const plain = encodeRecords(batch, baseTimestampMs);
  const records = compress(batch.compression, plain);
  const bytes = Buffer.alloc(RECORD_BATCH_HEADER_SIZE + records.length);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(-1, 12); // partition leader epoch: the broker's to set
  bytes.writeInt8(2, 16); // magic
  bytes.writeInt16BE(CODEC_NUMBERS[batch.compression], 21);
  bytes.writeInt32BE(batch.records.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(baseTimestampMs), 27);
  bytes.writeBigInt64BE(BigInt(maxTimestampMs(batch, baseTimestampMs)), 35);
  bytes.writeBigInt64BE(batch.producerId, 43);
  bytes.writeInt16BE(batch.producerEpoch, 51);
  bytes.writeInt32BE(batch.baseSequence, 53);
  bytes.writeInt32BE(batch.records.length, 57);
  bytes.set(records, RECORD_BATCH_HEADER_SIZE);
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}

/** An upper bound of the bytes a record takes in a batch that is not compressed. */
export function recordSizeMax(record: OutgoingRecord): number {
  let size = 36 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers ?? NO_HEADERS) {
    size += 10 + Buffer.byteLength(name) + (value?.length ?? 0);
  }
  return size;
}

function compress(compression: OutgoingCompression, records: Buffer): Buffer {
  switch (compression) {
    case "none":
      return records;
    case "gzip":
      return gzipSync(records);
    case "zstd":
      return zstdCompressSync(records);
    default:
      return compression satisfies never;
  }
}

function maxTimestampMs({ records, nowMs }: OutgoingBatch, baseTimestampMs: number): number {
  let max = baseTimestampMs;
  for (const { timestampMs = nowMs } of records) max = Math.max(max, timestampMs);
  return max;
}

function encodeRecords({ records, nowMs }: OutgoingBatch, baseTimestampMs: number): Buffer {
  let capacity = 0;
  for (const record of records) capacity += recordSizeMax(record);
  const writer = new RecordWriter(capacity);
  // Once per record sent: an index is cheaper than a pair of it and the record.
  for (let i = 0; i < records.length; i++) {
    const { key, value, headers = NO_HEADERS, timestampMs = nowMs } = records[i]!;
    const timestampDelta = timestampMs - baseTimestampMs;
    let size =
      1 +
      varintSize(timestampDelta) +
      varintSize(i) +
      bytesSize(key) +
      bytesSize(value) +
      varintSize(headers.length);
    for (const header of headers) size += nameSize(header.name) + bytesSize(header.value);
    writer.writeVarint(size);
    writer.writeVarint(0); // attributes, unused: an int8, the same as a varint of 0
    writer.writeVarint(timestampDelta);
    writer.writeVarint(i);
    writer.writeBytes(key);
    writer.writeBytes(value);
    writer.writeVarint(headers.length);
    for (const header of headers) {
      writer.writeBytes(Buffer.from(header.name, "utf8"));
      writer.writeBytes(header.value);
    }
  }
  return writer.toBuffer();
}

class RecordWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Zigzag, seven bits a byte, the lowest first. Exact for safe integers. */
  writeVarint(value: number): void {
    let rest = zigzag(value);
    while (rest >= INT32_LIMIT) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  /** Absent bytes have length -1. */
  writeBytes(bytes: Uint8Array | undefined): void {
    this.writeVarint(bytes?.length ?? -1);
    if (bytes === undefined) return;
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varintSize(value: number): number {
  let size = 1;
  let rest = zigzag(value);
  for (; rest >= INT32_LIMIT; rest = Math.floor(rest / 128)) size++;
  for (; rest >= 0x80; rest >>>= 7) size++;
  return size;
}

function bytesSize(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 1 : varintSize(bytes.length) + bytes.length;
}

function nameSize(name: string): number {
  const size = Buffer.byteLength(name, "utf8");
  return varintSize(size) + size;
}
