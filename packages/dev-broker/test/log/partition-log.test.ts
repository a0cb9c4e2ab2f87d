import { ERROR_CODES } from "@salon/kafka-protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryStorage } from "../../src/log/batch-storage.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { recordBatch } from "../record-batches.ts";
import type { TestBatch } from "../record-batches.ts";

const LIMIT = 1_000;

function openLog(): PartitionLog {
  return new PartitionLog(createMemoryStorage());
}

/** Base offsets of batches that lie one behind the other. */
function baseOffsets(bytes: Buffer): readonly number[] {
  const offsets: number[] = [];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    offsets.push(Number(bytes.readBigInt64BE(at)));
  }
  return offsets;
}

describe("a partition's log", () => {
  it("gives each record the next offset", () => {
    const log = openLog();
    expect(log.append(recordBatch({ count: 3 }), LIMIT)).toEqual({ errorCode: 0, baseOffset: 0 });
    expect(log.append(recordBatch({ count: 2 }), LIMIT)).toEqual({ errorCode: 0, baseOffset: 3 });
    expect(log.endOffset).toBe(5);
  });

  it("stores batches as they came but for offset and leader epoch, which no checksum covers", () => {
    const log = openLog();
    const batch = recordBatch({ attributes: 4 });
    log.append(recordBatch(), LIMIT);
    log.append(batch, LIMIT);
    const stored = log.read(1, LIMIT, true);
    expect(stored.subarray(16).equals(batch.subarray(16))).toBe(true);
    expect(stored.readInt32BE(12)).toBe(0);
  });

  it("reads from the batch that holds the offset, whole batches up to the limit", () => {
    const log = openLog();
    for (let i = 0; i < 4; i++) log.append(recordBatch({ count: 10 }), LIMIT);
    expect(baseOffsets(log.read(15, 2 * 71, true))).toEqual([10, 20]);
    expect(baseOffsets(log.read(15, 1, true))).toEqual([10]);
    expect(baseOffsets(log.read(15, 1, false))).toEqual([]);
    expect(log.read(40, LIMIT, true)).toHaveLength(0);
  });

  it("finds the first batch of a time", () => {
    const log = openLog();
    for (const maxTimestampMs of [1000, 3000, 2000])
      log.append(recordBatch({ maxTimestampMs }), LIMIT);
    expect(log.findTime(1500n)).toEqual({ offset: 1, timestampMs: 3000n });
    expect(log.findTime(3001n)).toBeUndefined();
  });

  it("finds times as a look at every batch does, also when its start has moved", () => {
    const time = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(fc.array(time), fc.nat(20), time, (times, start, wanted) => {
        const log = openLog();
        for (const maxTimestampMs of times) log.append(recordBatch({ maxTimestampMs }), LIMIT);
        log.deleteBefore(Math.min(start, times.length));
        const offset = times.findIndex((each, offset) => offset >= start && each >= wanted);
        expect(log.findTime(BigInt(wanted))?.offset ?? -1).toBe(offset);
      }),
    );
  });

  it("reads the same bytes when what lies before its start is gone", () => {
    const log = openLog();
    for (let i = 0; i < 4; i++) log.append(recordBatch({ count: 10, payloadSize: i }), LIMIT);
    const expected = log.read(25, LIMIT, true);
    log.deleteBefore(15);
    log.deleteBefore(22);
    expect(log.read(25, LIMIT, true).equals(expected)).toBe(true);
    expect(baseOffsets(log.read(22, LIMIT, true))).toEqual([20, 30]);
  });

  it("keeps its end when its start moves up to it", () => {
    const log = openLog();
    log.append(recordBatch({ count: 5 }), LIMIT);
    log.deleteBefore(5);
    expect([log.startOffset, log.endOffset]).toEqual([5, 5]);
  });

  it.each<[string, TestBatch, keyof typeof ERROR_CODES]>([
    ["of an old message format", { magic: 1 }, "UNSUPPORTED_FOR_MESSAGE_FORMAT"],
    ["over the limit", { payloadSize: LIMIT }, "MESSAGE_TOO_LARGE"],
    ["without records", { count: 0 }, "INVALID_RECORD"],
    ["of a transaction", { attributes: 0x10 }, "INVALID_RECORD"],
    ["of a codec that nobody knows", { attributes: 5 }, "INVALID_RECORD"],
    ["of control records", { attributes: 0x20 }, "INVALID_RECORD"],
    ["of a producer without sequence", { producerId: 9n, producerEpoch: 0 }, "INVALID_RECORD"],
  ])("refuses a batch %s", (_, batch, error) => {
    const log = openLog();
    expect(log.append(recordBatch(batch), LIMIT)).toEqual({
      errorCode: ERROR_CODES[error],
      baseOffset: -1,
    });
    expect(log.endOffset).toBe(0);
  });

  it("refuses bytes that were changed on the way, or cut off", () => {
    const log = openLog();
    const changed = recordBatch();
    changed[65] = 0;
    const corrupt = { errorCode: ERROR_CODES.CORRUPT_MESSAGE, baseOffset: -1 };
    expect(log.append(changed, LIMIT)).toEqual(corrupt);
    expect(log.append(recordBatch().subarray(0, -1), LIMIT)).toEqual(corrupt);
    expect(log.append(Buffer.alloc(0), LIMIT).errorCode).toBe(ERROR_CODES.INVALID_RECORD);
    expect(log.endOffset).toBe(0);
  });

  it("takes one batch at a time: of two, of which one may be refused, it takes none", () => {
    const log = openLog();
    const two = Buffer.concat([recordBatch(), recordBatch()]);
    expect(log.append(two, LIMIT).errorCode).toBe(ERROR_CODES.INVALID_RECORD);
    expect(log.endOffset).toBe(0);
  });
});

/** A batch of producer 9. */
function batchOf(baseSequence: number, more: TestBatch = {}): Buffer {
  return recordBatch({ producerId: 9n, producerEpoch: 0, baseSequence, ...more });
}

describe("an idempotent producer", () => {
  it("may send its last five batches again, and learns where they are", () => {
    const log = openLog();
    for (let i = 0; i < 6; i++) log.append(batchOf(2 * i, { count: 2 }), LIMIT);
    expect(log.append(batchOf(2, { count: 2 }), LIMIT)).toEqual({ errorCode: 0, baseOffset: 2 });
    expect(log.append(batchOf(10, { count: 2 }), LIMIT)).toEqual({ errorCode: 0, baseOffset: 10 });
    expect(log.endOffset).toBe(12);
    expect(log.append(batchOf(0, { count: 2 }), LIMIT).errorCode).toBe(
      ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER,
    );
  });

  it("may leave no gap", () => {
    const log = openLog();
    log.append(batchOf(0), LIMIT);
    expect(log.append(batchOf(2), LIMIT).errorCode).toBe(ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(log.append(batchOf(1), LIMIT).errorCode).toBe(ERROR_CODES.NONE);
  });

  it("is fenced by its next epoch, which begins at 0", () => {
    const log = openLog();
    log.append(batchOf(0), LIMIT);
    expect(log.append(batchOf(1, { producerEpoch: 1 }), LIMIT).errorCode).toBe(
      ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER,
    );
    expect(log.append(batchOf(0, { producerEpoch: 1 }), LIMIT).errorCode).toBe(ERROR_CODES.NONE);
    expect(log.append(batchOf(1), LIMIT).errorCode).toBe(ERROR_CODES.INVALID_PRODUCER_EPOCH);
  });

  it("begins again at 0 after 2^31 - 1", () => {
    const log = openLog();
    log.append(batchOf(2 ** 31 - 2, { count: 2 }), LIMIT);
    expect(log.append(batchOf(0), LIMIT).errorCode).toBe(ERROR_CODES.NONE);
  });
});
