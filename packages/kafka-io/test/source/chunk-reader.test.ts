import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FetchedLog, nextFetchOffset, readChunks } from "../../src/source/chunk-reader.ts";
import { crc32c } from "@salon/kafka-protocol";
import { KafkaIoError } from "../../src/kafka-io-error.ts";
import type { RecordChunk } from "../../src/port/record-chunk.ts";
import type { RecordHeader } from "../../src/port/record-header.ts";
import { encodeRecordBatch } from "../../src/protocol/record-batch-encoder.ts";
import { recordHeaders } from "../../src/protocol/record-headers.ts";
import { caught } from "../caught.ts";
import { type ReadRecord, recordsOf } from "../kit/recording-handler.ts";

const CODECS = ["gzip", "snappy", "lz4", "zstd"] as const;

function fetched(records: Buffer, change: Partial<FetchedLog> = {}): FetchedLog {
  return {
    topic: "ratings",
    partition: 3,
    requestedOffset: 0,
    records,
    abortedTransactions: [],
    chunkBytes: 1_000_000,
    inflatedBatchBytesMax: 1_000_000,
    ...change,
  };
}

async function fixture(path: string): Promise<Buffer> {
  return readFile(new URL(`../fixtures/${path}.batches`, import.meta.url));
}

/** A batch at an offset, as a broker has it; `lastOffset` where records at its end are gone. */
function batchAt(baseOffset: number, values: readonly string[], lastOffset?: number): Buffer {
  const batch = encodeRecordBatch({
    records: values.map((value) => ({ value: Buffer.from(value) })),
    nowMs: 5000,
    compression: "none",
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
  });
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  if (lastOffset !== undefined) batch.writeInt32BE(lastOffset - baseOffset, 23);
  return sealed(batch);
}

function hexOf({ name, value }: RecordHeader): readonly [string, string | undefined] {
  return [name, value && Buffer.from(value).toString("hex")];
}

function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

function values(log: FetchedLog): (string | null)[] {
  return [...readChunks(log)].flatMap((chunk) => recordsOf(chunk).map(({ value }) => value));
}

describe("batches of other clients", () => {
  const expected = Array.from({ length: 300 }, (_, i): ReadRecord => {
    const special: Record<number, string | null> = { 7: null, 8: "", 9: "z".repeat(100_000) };
    const text = `{"i":${i},"s":"${"salon ".repeat(i % 20)}"}`;
    return {
      offset: i,
      key: i % 3 === 0 ? null : `k${i}`,
      value: i in special ? (special[i] ?? null) : text,
      timestampMs: 1_737_000_000_000 + 10 * i,
    };
  });

  test.each(["java", "librdkafka"].flatMap((client) => CODECS.map((codec) => [client, codec])))(
    "%s, %s",
    async (client, codec) => {
      const chunks = [...readChunks(fetched(await fixture(`${client}/${codec}`)))];
      expect(chunks).toHaveLength(1);
      expect(chunks[0]).toMatchObject({ requestedOffset: 0, nextOffset: 300, count: 300 });
      expect(chunks[0]?.runs).toEqual([{ baseOffset: 0, count: 300 }]);
      expect(chunks.flatMap(recordsOf)).toEqual(expected);
    },
  );

  test("a batch that inflates beyond the limit is named", async () => {
    for (const codec of CODECS) {
      const log = fetched(await fixture(`java/${codec}`), { inflatedBatchBytesMax: 100_000 });
      expect(() => [...readChunks(log)]).toThrow(
        expect.objectContaining({
          code: "RECORD_TOO_LARGE",
          message: `${codec} batch at offset 0 of ratings-3 inflates to more than 100000 bytes`,
        }),
      );
    }
  });

  test("transactions: what was aborted is left out, and markers are gaps", async () => {
    const records = await fixture("librdkafka/transactions");
    const producerId = records.readBigInt64BE(43);
    const abortedTransactions = [{ producerId, firstOffset: 11 }];
    const log = fetched(records, { abortedTransactions });
    const [chunk, ...rest] = readChunks(log);
    expect(rest).toEqual([]);
    expect(chunk).toMatchObject({ requestedOffset: 0, nextOffset: 33, count: 20 });
    expect(chunk?.runs).toEqual([
      { baseOffset: 0, count: 10 },
      { baseOffset: 22, count: 10 },
    ]);
    expect(values(log).slice(9, 11)).toEqual(["0-9", "2-0"]);
    expect(nextFetchOffset(log)).toBe(33);
  });

  test("transactions: the same of chunks of one batch each, some without records", async () => {
    const records = await fixture("librdkafka/transactions");
    const producerId = records.readBigInt64BE(43);
    const abortedTransactions = [{ producerId, firstOffset: 11 }];
    const chunks = [...readChunks(fetched(records, { abortedTransactions, chunkBytes: 1 }))];
    expect(
      chunks.map(({ requestedOffset, nextOffset, count }) => [requestedOffset, nextOffset, count]),
    ).toEqual([
      [0, 10, 10],
      [10, 32, 10],
      [32, 33, 0],
    ]);
  });
});

describe("readChunks", () => {
  test("leaves uncompressed batches where they lie, if something may be read behind them", () => {
    const batches = Buffer.concat([batchAt(0, ["a", "b"]), batchAt(2, ["c"])]);
    const [roomy, tight] = [64, 63].map((slack) => {
      const memory = Buffer.allocUnsafeSlow(batches.length + slack);
      memory.set(batches);
      return memory.subarray(0, batches.length);
    });
    const [shared, copied] = [roomy, tight].map((records) => [...readChunks(fetched(records!))]);
    expect(shared![0]!.buffer.buffer).toBe(roomy!.buffer);
    expect(copied![0]!.buffer.buffer).not.toBe(tight!.buffer);
    for (const chunks of [shared!, copied!]) {
      const [{ buffer, valueEnds }] = chunks as [RecordChunk];
      expect(chunks.flatMap((chunk) => recordsOf(chunk).map(({ value }) => value))).toEqual([
        "a",
        "b",
        "c",
      ]);
      expect(buffer.length - valueEnds.at(-1)!).toBeGreaterThanOrEqual(64);
    }
  });

  test("nothing complete is no progress", () => {
    const whole = batchAt(0, ["a"]);
    for (const length of [0, 11, 60, whole.length - 1]) {
      const log = fetched(whole.subarray(0, length));
      expect([...readChunks(log)]).toEqual([]);
      expect(nextFetchOffset(log)).toBe(0);
    }
  });

  test("the batch that is cut off at the end is left for the next fetch", () => {
    const records = Buffer.concat([batchAt(0, ["a", "b"]), batchAt(2, ["c"]).subarray(0, -1)]);
    expect(values(fetched(records))).toEqual(["a", "b"]);
    expect(nextFetchOffset(fetched(records))).toBe(2);
  });

  test("an offset inside of a batch: what lies before it is left out", () => {
    const [chunk] = readChunks(fetched(batchAt(10, ["a", "b", "c"]), { requestedOffset: 11 }));
    expect(chunk).toMatchObject({ requestedOffset: 11, nextOffset: 13 });
    expect(chunk?.runs).toEqual([{ baseOffset: 11, count: 2 }]);
  });

  test("compaction: gaps before, between and at the end of batches", () => {
    const records = Buffer.concat([batchAt(5, ["a"], 8), batchAt(20, ["b"]), batchAt(21, [], 30)]);
    const [chunk] = readChunks(fetched(records, { requestedOffset: 2 }));
    expect(chunk).toMatchObject({ requestedOffset: 2, nextOffset: 31, count: 2 });
    expect(chunk?.runs).toEqual([
      { baseOffset: 5, count: 1 },
      { baseOffset: 20, count: 1 },
    ]);
  });

  test("a batch without records left is progress", () => {
    const [chunk] = readChunks(fetched(batchAt(0, [], 4)));
    expect(chunk).toMatchObject({ requestedOffset: 0, nextOffset: 5, count: 0, runs: [] });
  });

  test("the broker's time of arrival is every record's, where the topic is set so", () => {
    const batch = batchAt(0, ["a", "b"]);
    batch.writeInt16BE(0x08, 21);
    batch.writeBigInt64BE(9000n, 35);
    const [chunk] = readChunks(fetched(sealed(batch)));
    expect(chunk?.timestampsMs).toEqual(Float64Array.of(9000, 9000));
  });

  test("a batch without timestamps", () => {
    const batch = batchAt(0, ["a"]);
    batch.writeBigInt64BE(-1n, 27);
    const [chunk] = readChunks(fetched(sealed(batch)));
    expect(chunk?.timestampsMs).toEqual(Float64Array.of(-1));
  });

  test.each([
    ["a flipped bit", (batch: Buffer) => batch.writeUInt8(batch.readUInt8(70) ^ 1, 70), /CRC-32C/],
    ["an old format", (batch: Buffer) => batch.writeInt8(1, 16), /message format 1/],
    ["a codec of the future", (batch: Buffer) => batch.writeInt16BE(6, 21), /codec 6 is unknown/],
    [
      "too many records",
      (batch: Buffer) => void sealed(fill(batch, 57, 2 ** 31 - 1)),
      /do not fit/,
    ],
    ["fewer records than bytes", (batch: Buffer) => void sealed(fill(batch, 57, 1)), /left over/],
    ["a record beyond the batch", (batch: Buffer) => void sealed(set(batch, 61, 126)), /exceeds/],
    ["a key beyond the record", (batch: Buffer) => void sealed(set(batch, 65, 126)), /exceeds/],
    ["offsets that go back", (batch: Buffer) => void sealed(set(batch, 64, 2)), /offset delta/],
    ["a negative length", (batch: Buffer) => batch.writeInt32BE(-5, 8), /message format/],
    ["a length below its header", (batch: Buffer) => batch.writeInt32BE(20, 8), /shorter/],
  ])("refuses %s, naming partition and offset", (_name, spoil, message) => {
    const batch = batchAt(7, ["a", "b"]);
    spoil(batch);
    const read = (): unknown => [...readChunks(fetched(batch, { requestedOffset: 7 }))];
    expect(read).toThrow(expect.objectContaining({ code: "KAFKA_REQUEST_FAILED" }));
    expect(read).toThrow(/ratings-3 from offset 7: record batch at offset 7/);
    expect(read).toThrow(message);
  });

  test("offsets that numbers cannot hold are refused", () => {
    const batch = batchAt(0, ["a"]);
    batch.writeBigInt64BE(2n ** 53n, 0);
    expect(() => nextFetchOffset(fetched(batch))).toThrow(
      expect.objectContaining({ code: "OFFSET_UNSAFE" }),
    );
  });

  test("any records, in any batches, in chunks of any size, from any offset", () => {
    const anyBytes = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
    const anyRecord = fc.record({
      key: anyBytes,
      value: anyBytes,
      timestampMs: fc.integer({ min: 0, max: 2 ** 52 }),
      // Names may repeat, and values be null.
      headers: fc.array(
        fc.record({
          name: fc.constantFrom("", "a", "ä€"),
          value: fc.option(fc.uint8Array({ maxLength: 9 }), { nil: undefined }),
        }),
        { maxLength: 3 },
      ),
    });
    const anyBatch = fc.record({
      records: fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
      compression: fc.constantFrom("none" as const, "gzip" as const, "zstd" as const),
      gap: fc.nat(3),
    });
    const anyBatches = fc.array(anyBatch, { maxLength: 6 });
    fc.assert(
      fc.property(
        anyBatches,
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(60),
        (batches, size, from) => {
          const expected: {
            offset: number;
            key?: Buffer;
            value?: Buffer;
            timestampMs: number;
            headers: readonly (readonly [string, string | undefined])[];
          }[] = [];
          const encoded: Buffer[] = [];
          let offset = 0;
          for (const { records, compression, gap } of batches) {
            offset += gap;
            const batch = encodeRecordBatch({
              records,
              nowMs: 0,
              compression,
              producerId: 1n,
              producerEpoch: 0,
              baseSequence: 0,
            });
            batch.writeBigInt64BE(BigInt(offset), 0);
            encoded.push(batch);
            for (const { key, value, timestampMs, headers } of records) {
              expected.push({
                offset: offset++,
                ...(key && { key: Buffer.from(key) }),
                ...(value && { value: Buffer.from(value) }),
                timestampMs,
                headers: headers.map(hexOf),
              });
            }
          }
          const requestedOffset = Math.min(from, offset);
          const log = fetched(Buffer.concat(encoded), { chunkBytes: size, requestedOffset });
          let next = requestedOffset;
          const actual: typeof expected = [];
          for (const chunk of readChunks(log)) {
            expect(chunk.requestedOffset).toBe(next);
            next = chunk.nextOffset;
            const bytes = Buffer.from(chunk.buffer);
            const offsets = chunk.runs.flatMap((run) =>
              Array.from({ length: run.count }, (_, i) => run.baseOffset + i),
            );
            for (const [i, offset] of offsets.entries()) {
              const [keyStart = -1, valueStart = -1] = [chunk.keyStarts[i], chunk.valueStarts[i]];
              actual.push({
                offset,
                ...(keyStart >= 0 && { key: bytes.subarray(keyStart, chunk.keyEnds[i]) }),
                ...(valueStart >= 0 && { value: bytes.subarray(valueStart, chunk.valueEnds[i]) }),
                timestampMs: chunk.timestampsMs[i] ?? -1,
                headers: recordHeaders(chunk, i).map(hexOf),
              });
            }
          }
          expect(next).toBe(offset);
          expect(nextFetchOffset(log)).toBe(offset);
          expect(actual).toEqual(expected.filter((record) => record.offset >= requestedOffset));
        },
      ),
    );
  });

  test("headers that are none are refused when they are asked for", () => {
    const batch = encodeRecordBatch({
      records: [{ headers: [{ name: "h", value: Buffer.from("x") }] }],
      nowMs: 0,
      compression: "none",
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
    });
    // A count, a name's length, a name, a value's length and a value are the last five bytes.
    for (const [fromEnd, byte] of [
      [5, 0x7f],
      [4, 0x01],
      [4, 0x7e],
      [2, 0x7e],
    ] as const) {
      const broken = Buffer.from(batch);
      broken.writeUInt8(byte, broken.length - fromEnd);
      const [chunk] = readChunks(fetched(sealed(broken)));
      expect(() => chunk && recordHeaders(chunk, 0)).toThrow(KafkaIoError);
    }
  });

  test("bytes that a disk spoilt throw the package's error or none", () => {
    const whole = Buffer.concat([batchAt(0, ["a", "bc"]), batchAt(2, ["d"])]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, byte, seal) => {
        const spoilt = Buffer.from(whole);
        spoilt.writeUInt8(byte, at);
        const end = 12 + batchAt(0, ["a", "bc"]).readInt32BE(8);
        if (seal && at >= 21 && at < end) sealed(spoilt.subarray(0, end));
        const error = caught(() => [...readChunks(fetched(spoilt))].map(recordsOf));
        expect(error === undefined || error instanceof KafkaIoError).toBe(true);
      }),
    );
  });
});

function fill(batch: Buffer, at: number, value: number): Buffer {
  batch.writeInt32BE(value, at);
  return batch;
}

function set(batch: Buffer, at: number, value: number): Buffer {
  batch.writeUInt8(value, at);
  return batch;
}
