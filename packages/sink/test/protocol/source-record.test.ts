import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePositionCopy, serializePositionCopy } from "../../src/protocol/position-copy.ts";
import {
  parseSourceRecord,
  serializeSourceRecord,
  sourceIdOfKey,
  sourceKey,
} from "../../src/protocol/source-record.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { recordAt } from "./table-history.ts";

const count = fc.nat(1_000_000);
const ledger = fc
  .record({ first: count, rows: count, dead: count, gaps: count, lost: count, unproved: count })
  .map((entry) => ({
    ...entry,
    next: entry.first + entry.rows + entry.dead + entry.gaps + entry.lost + entry.unproved,
  }));
const record: fc.Arbitrary<SourceRecord> = fc
  .record({
    cluster: fc.string(),
    topic: fc.string(),
    ledgers: fc.array(ledger, { maxLength: 5 }),
    pending: fc.array(
      fc.record({
        sequence: count,
        table: fc.uuid(),
        schemaId: count,
        specId: count,
        manifest: fc.string(),
        length: count,
        rows: count,
      }),
      { maxLength: 3 },
    ),
    applied: count,
  })
  .map(({ ledgers, ...rest }) => ({
    ...rest,
    partitions: ledgers.length,
    ledger: new Map(ledgers.entries()),
    unit: new Map(ledgers.map((entry, index) => [index, { start: entry.first, end: entry.next }])),
  }));

describe("source record", () => {
  it("has the text of PROTOCOL section 2", () => {
    const text = serializeSourceRecord({
      cluster: "c",
      topic: "t",
      topicId: "i",
      partitions: 1,
      ledger: new Map([
        [0, { first: 5, next: 15, rows: 6, dead: 1, gaps: 1, lost: 1, unproved: 1 }],
      ]),
      unit: new Map([[0, { start: 5, end: 15 }]]),
      pending: [
        { sequence: 3, table: "u", schemaId: 0, specId: 0, manifest: "m", length: 9, rows: 1 },
      ],
      applied: 2,
    });
    expect(text).toBe(
      '{"cluster":"c","topic":"t","topicId":"i","partitions":1,"ledger":{"0":[5,15,6,1,1,1,1]},' +
        '"unit":{"0":[5,15]},"pending":[{"sequence":3,"table":"u","schema":0,"spec":0,' +
        '"manifest":"m","length":9,"rows":1}],"applied":2}',
    );
  });

  it("comes back from its text, and from the copy's", () => {
    fc.assert(
      fc.property(record, fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), (value, snapshotId) => {
        expect(parseSourceRecord(serializeSourceRecord(value))).toEqual(value);
        const copy = { tableUuid: "u", snapshotId, sequenceNumber: 7, record: value };
        expect(parsePositionCopy(serializePositionCopy(copy))).toEqual(copy);
      }),
    );
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["a ledger out of balance", serializeSourceRecord(recordAt(5)).replace("[0,5,5", "[0,5,4")],
    ["a partition without ledger", serializeSourceRecord(recordAt(5, { partitions: 2 }))],
    [
      "an offset that is no integer",
      serializeSourceRecord(recordAt(5)).replace("[0,5,5", "[0,5.5,5"),
    ],
  ])("refuses %s", (_, text) => {
    expect(() => parseSourceRecord(text)).toThrow(
      expect.objectContaining({ code: "POSITION_INVALID" }),
    );
  });

  it("keeps any source id in its key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (id) => {
        expect(sourceIdOfKey(sourceKey(id))).toBe(id);
      }),
    );
  });
});

describe("the record of five hundred partitions", () => {
  it("has at most 85 bytes for each in the JSON of a snapshot's summary", () => {
    const partitions = 500;
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    // A billion records behind each, of which some were dead, and a unit of a hundred thousand.
    const [first, next, dead, gaps] = [1_000, 1_000_001_000, 12_345, 250];
    const rows = next - first - dead - gaps;
    const account = { first, next, rows, dead, gaps, lost: 0, unproved: 0 };
    const text = serializeSourceRecord({
      cluster: "MkU3OEVBNTcwNTJENDM2Qk",
      topic: "nail_salon_ratings",
      topicId: "c1f0a9cb-6a4f-4a52-9d0e-0d8d7c1c2b3a",
      partitions,
      ledger: new Map(numbers.map((partition) => [partition, account])),
      unit: new Map(numbers.map((partition) => [partition, { start: next - 100_000, end: next }])),
      pending: [],
      applied: 0,
    });
    // Every snapshot that a table keeps has one, in every metadata file.
    const { length } = JSON.stringify(text);
    expect(length / partitions).toBeLessThan(85);
  });
});
