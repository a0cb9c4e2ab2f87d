import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordBatchHeader } from "../../src/protocol/record-batch.ts";
import { readRecordBatchHeader } from "../../src/protocol/record-batch.ts";
import { encodeRecordBatch } from "../../src/protocol/record-batch-encoder.ts";
import { VarintReader } from "../../src/protocol/varint-reader.ts";
import { RecordIndex } from "../../src/source/record-index.ts";

const START = 61;

interface PlainRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: readonly [number, number];
  readonly value: readonly [number, number];
  readonly headers: readonly [number, number];
}

/** The records of a batch one after the other, as the format says, or what is wrong with one. */
function recordsByReader(header: RecordBatchHeader, bytes: Uint8Array): PlainRecord[] | string {
  const reader = new VarintReader(bytes, START);
  const records: PlainRecord[] = [];
  const take = (length: number): readonly [number, number] => {
    const start = reader.position;
    if (length < 0) return [-1, -1];
    reader.position += length;
    return [start, reader.position];
  };
  let previous = -1;
  for (let i = 0; i < header.recordCount; i++) {
    const length = reader.readInt32();
    const end = reader.position + length;
    if (length < 0 || end > header.end) return `record ${i}: length ${length} exceeds the batch`;
    reader.position++;
    const timestampDelta = reader.readInt64();
    const delta = reader.readInt32();
    const key = take(reader.readInt32());
    const value = take(reader.readInt32());
    const at = reader.position;
    if (at > end) return `record ${i}: key or value exceeds the record`;
    const offset = header.baseOffset + delta;
    if (delta <= previous || offset > header.lastOffset) {
      return `record ${i}: offset delta ${delta} follows ${previous}`;
    }
    previous = delta;
    reader.position = end;
    const timestampMs = header.baseTimestampMs < 0 ? -1 : header.baseTimestampMs + timestampDelta;
    const hasHeaders = at < end && bytes[at] !== 0;
    records.push({ offset, timestampMs, key, value, headers: hasHeaders ? [at, end] : [-1, -1] });
  }
  const isWhole = reader.position === header.end;
  return isWhole ? records : `record ${header.recordCount}: bytes are left over`;
}

function recordsByIndex(
  index: RecordIndex,
  header: RecordBatchHeader,
  bytes: Uint8Array,
): PlainRecord[] | string {
  index.begin(Math.max(0, header.recordCount));
  try {
    index.add(header, bytes, { start: START, end: header.end, offsetMin: 0 });
  } catch (error) {
    return String(error).replace(/^.*offset -?\d+: /, "");
  }
  const found = index.records();
  const offsets = found.runs.flatMap(({ baseOffset, count }) =>
    Array.from({ length: count }, (_, i) => baseOffset + i),
  );
  expect(offsets).toHaveLength(found.count);
  return offsets.map((offset, i) => ({
    offset,
    timestampMs: found.timestampsMs[i]!,
    key: [found.keyStarts[i]!, found.keyEnds[i]!],
    value: [found.valueStarts[i]!, found.valueEnds[i]!],
    headers: [found.headerStarts?.[i] ?? -1, found.headerEnds?.[i] ?? -1],
  }));
}

const anyBytes = fc.option(
  fc.oneof(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ minLength: 60, maxLength: 140 })),
  { nil: undefined },
);
const anyBatch = fc
  .array(
    fc.record({
      key: anyBytes,
      value: anyBytes,
      timestampMs: fc.oneof(fc.nat(200_000), fc.integer({ min: 0, max: 2 ** 50 })),
      headers: fc.array(fc.record({ name: fc.constant("n"), value: anyBytes }), { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 100 },
  )
  .map((records) =>
    encodeRecordBatch({
      records,
      nowMs: 0,
      compression: "none",
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
    }),
  );

describe("RecordIndex", () => {
  test("finds what reading record by record finds, with the same arrays each time", () => {
    const index = new RecordIndex();
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const header = readRecordBatchHeader(batch, 0)!;
        const expected = recordsByReader(header, batch);
        expect(typeof expected).toBe("object");
        expect(recordsByIndex(index, header, batch)).toEqual(expected);
      }),
    );
  });

  test("refuses what reading record by record refuses, for the same reason", () => {
    const index = new RecordIndex();
    const anyChange = fc.record({ at: fc.nat(), byte: fc.constantFrom(0, 1, 2, 127, 128, 255) });
    const reasons = new Set<string>();
    fc.assert(
      fc.property(
        anyBatch,
        fc.array(anyChange, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -1, max: 1 }),
        (batch, changes, more) => {
          for (const { at, byte } of changes) batch[START + (at % (batch.length - START))] = byte;
          const header = readRecordBatchHeader(batch, 0)!;
          const other = { ...header, recordCount: header.recordCount + more };
          const expected = recordsByReader(other, batch);
          if (typeof expected === "string") reasons.add(expected.replace(/-?\d+/g, "#"));
          expect(recordsByIndex(index, other, batch)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
    expect([...reasons].toSorted()).toEqual([
      "record #: bytes are left over",
      "record #: key or value exceeds the record",
      "record #: length # exceeds the batch",
      "record #: offset delta # follows #",
    ]);
  });

  test("keeps its arrays, unless they are for far more records than usual", () => {
    const index = new RecordIndex();
    const memoryFor = (recordsMax: number): ArrayBufferLike => {
      index.begin(recordsMax);
      return index.records().valueStarts.buffer;
    };
    const usual = memoryFor(100);
    expect(memoryFor(4000)).toBe(usual);
    const large = memoryFor(1_000_000);
    expect(large).not.toBe(usual);
    expect(memoryFor(100).byteLength).toBeLessThan(large.byteLength / 100);
  });
});
