import { rowAt } from "@salon/columns";
import type { RecordChunk } from "@salon/kafka-io";
import { createDecoder, ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { chunkOf } from "../shell/memory-topic.ts";
import { chunkOffsets, chunkRows, deadLetterRows } from "../../src/encoding/chunk-rows.ts";

const FAR = 2 ** 33 + 5;
const near = chunkOf("ratings", 3, 7, ['{"customer_id":1}']);
const chunk: RecordChunk = {
  ...chunkOf("ratings", 3, FAR, [
    '{"customer_id":1}',
    "no json",
    '{"customer_id":2,"timestamp":"2025-01-15T10:30:00"}',
    null,
  ]),
  requestedOffset: 7,
  runs: [...near.runs, { baseOffset: FAR, count: 3 }],
  timestampsMs: new Float64Array(4).fill(1_736_937_000_123),
};
const decoded = createDecoder(ratingsSchema).decode(
  chunk.buffer,
  chunk.valueStarts,
  chunk.valueEnds,
  chunk.count,
);
const origin = { chunk, processedAtMs: 1_736_937_000_456 };

describe("rows of a chunk", () => {
  it("have the offsets of its runs, beyond 32 bits too", () => {
    expect([...chunkOffsets(chunk)]).toEqual([7, FAR, FAR + 1, FAR + 2]);
  });

  it("are its valid records with where they are from", () => {
    const binding = { dateTimes: {}, processedTimestamp: "timestamptz" } as const;
    const rows = chunkRows(decoded, origin, binding);
    expect(rows.rowCount).toBe(2);
    expect(rowAt(rows, 1)).toMatchObject({
      customer_id: 2,
      comment: null,
      timestamp: "2025-01-15T10:30:00",
      _kafka_topic: "ratings",
      _kafka_partition: 3,
      _kafka_offset: BigInt(FAR + 1),
      processed_timestamp: 1_736_937_000_456_000n,
    });
    expect(rowAt(rows, 0)).toMatchObject({ customer_id: 1, _kafka_offset: 7n });
  });

  it("leave out the time of processing where the table has no column for it", () => {
    expect(chunkRows(decoded, origin, { dateTimes: {} }).names).not.toContain(
      "processed_timestamp",
    );
  });

  it("keep the exact bytes of dead letters, null for a null value", () => {
    const dead = deadLetterRows(decoded, origin, { decidedBy: 42n, hasHeaders: false });
    expect(dead.rowCount).toBe(2);
    expect(rowAt(dead, 0)).toMatchObject({
      _kafka_offset: BigInt(FAR),
      _kafka_timestamp: 1_736_937_000_123_000n,
      _kafka_key: null,
      value: new Uint8Array(Buffer.from("no json")),
      decided_by: 42n,
      error_code: "INVALID_JSON",
    });
    expect(rowAt(dead, 1)).toMatchObject({ value: null, error_code: "NULL_VALUE" });
  });

  it.each([
    // Producers may send any int64, and brokers before Kafka 4.0 take it.
    ["late, and held by a timestamptz", 9_000_000_000_000_000, 9_000_000_000_000_000_000n],
    ["later than a timestamptz goes", 9_223_372_036_854_776, null],
    ["the latest of Kafka", 2 ** 63, null],
  ])("may have a Kafka timestamp that is %s", (_, timestampMs, expected) => {
    const far = { ...chunk, timestampsMs: new Float64Array(4).fill(timestampMs) };
    const form = { decidedBy: 42n, hasHeaders: false };
    const dead = deadLetterRows(decoded, { ...origin, chunk: far }, form);
    expect(rowAt(dead, 0)).toMatchObject({ _kafka_timestamp: expected });
  });
});
