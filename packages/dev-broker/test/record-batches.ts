import { crc32c } from "@salon/kafka-protocol";

/** What a test says of a batch; the records' bytes mean nothing to a broker. */
export interface TestBatch {
  readonly count?: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly maxTimestampMs?: number;
  readonly attributes?: number;
  readonly magic?: number;
  readonly payloadSize?: number;
}

/** A batch of message format v2, laid out by the protocol's guide. */
export function recordBatch(batch: TestBatch = {}): Buffer {
  const { count = 1, producerId = -1n, producerEpoch = -1, baseSequence = -1 } = batch;
  const bytes = Buffer.alloc(61 + (batch.payloadSize ?? 10), 7);
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(batch.magic ?? 2, 16);
  bytes.writeInt16BE(batch.attributes ?? 0, 21);
  bytes.writeInt32BE(count - 1, 23);
  bytes.writeBigInt64BE(1000n, 27);
  bytes.writeBigInt64BE(BigInt(batch.maxTimestampMs ?? 1000), 35);
  bytes.writeBigInt64BE(producerId, 43);
  bytes.writeInt16BE(producerEpoch, 51);
  bytes.writeInt32BE(baseSequence, 53);
  bytes.writeInt32BE(count, 57);
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}
