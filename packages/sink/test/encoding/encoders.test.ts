import { IcebergError } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EncoderPool } from "../../src/encoding/encoder-pool.ts";
import type { EncodedChunk, Encoders } from "../../src/encoding/encoders.ts";
import { encodeHere } from "../../src/encoding/unit-writer.ts";
import { chunkOf } from "../shell/memory-topic.ts";
import { failingFileIo, FORM, UnitTables, writeUnit } from "./written-unit.ts";
import type { WrittenUnit } from "./written-unit.ts";

const here = (): Encoders => encodeHere(FORM, () => performance.now());
const pool = (threads: number) => (): Encoders => new EncoderPool(FORM, { threads });

function rating(customer: number, day = 15): string {
  return `{"customer_id":${customer},"rating_value":4.5,"timestamp":"2025-01-${day}T10:30:00"}`;
}

describe.each([
  ["this thread", here],
  ["one thread beside it", pool(1)],
  ["two threads", pool(2)],
])("encoders in %s", (_, open) => {
  let encoders: Encoders;
  beforeAll(() => {
    encoders = open();
  });
  afterAll(async () => {
    await encoders[Symbol.asyncDispose]();
  });

  it("answer chunks in their order, with what is rejected of each", async () => {
    await using tables = await UnitTables.create();
    const chunks = Array.from({ length: 9 }, (_value, index) =>
      chunkOf("ratings", 0, index * 3, [rating(1), index % 2 === 0 ? "no json" : null, rating(2)]),
    );
    const { chunks: encoded, unit } = await writeUnit(encoders, tables.form(), chunks);
    expect(encoded.map(({ facts }) => facts.samples[0])).toEqual(
      chunks.map(({ requestedOffset }, index) =>
        expect.objectContaining({
          cause: index % 2 === 0 ? "INVALID_JSON" : "NULL_VALUE",
          offset: requestedOffset + 1,
        }),
      ),
    );
    expect(await tables.rowsOf(tables.rows, unit.dataFiles)).toHaveLength(18);
    expect(await tables.rowsOf(tables.deadLetters, unit.deadLetterFiles)).toHaveLength(9);
  });

  it("come to no files where nothing was written", async () => {
    await using tables = await UnitTables.create();
    const { unit } = await writeUnit(encoders, tables.form(), []);
    expect(unit).toEqual({ dataFiles: [], deadLetterFiles: [] });
  });

  it("say which record is invalid where none may be", async () => {
    await using tables = await UnitTables.create();
    const { deadLetters: _absent, ...form } = tables.form();
    const writing = writeUnit(encoders, form, [chunkOf("ratings", 3, 7, [rating(1), "no json"])]);
    await expect(writing).rejects.toMatchObject({
      name: "SinkError",
      code: "INVALID_RECORD",
      message: expect.stringContaining("offset 8 of partition 3 of topic ratings") as string,
    });
  });

  it("leave no file of a unit that its storage fails, and say so as the storage does", async () => {
    await using tables = await UnitTables.create();
    const { fileIo, locations } = failingFileIo((location) =>
      location.includes("2025-01-16")
        ? new IcebergError("STORAGE_UNAVAILABLE", "busy", {
            retryable: true,
            context: { status: 503 },
            cause: new Error("slow down"),
          })
        : undefined,
    );
    const chunk = chunkOf("ratings", 0, 0, [rating(1), rating(2, 16), "no json"]);
    const error = await writeUnit(encoders, tables.form(fileIo), [chunk]).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(IcebergError);
    expect(error).toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      message: "busy",
      retryable: true,
      context: { status: 503 },
      cause: { message: "slow down" },
    });
    expect(await locations()).toEqual([]);
  });

  it("delete what was written of a unit that is given up", async () => {
    await using tables = await UnitTables.create();
    const { fileIo, locations } = failingFileIo(() => undefined);
    const table = { ...tables.form(fileIo), memoryLimitBytes: 1 };
    const unit = encoders.openUnit(table);
    await unit.write(chunkOf("ratings", 0, 0, [rating(1), rating(2, 16)]), 0);
    await unit[Symbol.asyncDispose]();
    expect(await locations()).toEqual([]);
  });

  it("keep the error of a table that cannot be written apart from that of a thread", async () => {
    await using tables = await UnitTables.create();
    const form = tables.form();
    const { metadata } = form.table;
    const properties = { ...metadata.properties, "encryption.key-id": "k" };
    const table = { ...form.table, metadata: { ...metadata, properties } };
    const chunk = chunkOf("ratings", 0, 0, [rating(1)]);
    const writing = async (): Promise<WrittenUnit> =>
      await writeUnit(encoders, { ...form, table }, [chunk]);
    await expect(writing()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const { unit } = await writeUnit(encoders, form, [chunkOf("ratings", 0, 0, [rating(1)])]);
    expect(unit.dataFiles).toHaveLength(1);
  });
});

describe("encoders in threads", () => {
  it("write what those of one thread do, to the byte where one writes all of it", async () => {
    await using plain = here();
    await using one = pool(1)();
    await using two = pool(2)();
    const isInside = fc.boolean();
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunkRecords(), { maxLength: 6 }),
        isInside,
        async (all, inside) => {
          const expected = await written(plain, chunksOf(all, inside));
          expect(await written(one, chunksOf(all, inside))).toEqual(expected);
          const { files: _files, ...rest } = await written(two, chunksOf(all, inside));
          expect(rest).toEqual({ ...expected, files: undefined });
        },
      ),
      { numRuns: 25 },
    );
  });
});

/** Values of records, clean and dirty, for a chunk of one of three partitions. */
function chunkRecords(): fc.Arbitrary<{
  readonly partition: number;
  readonly records: readonly (string | Uint8Array | null | undefined)[];
}> {
  const clean = fc
    .record({
      customer_id: fc.integer({ min: 1, max: 25 }),
      branch_id: fc.integer({ min: 1, max: 6 }),
      rating_value: fc.integer({ min: 10, max: 55 }).map((tenths) => tenths / 10),
      comment: fc.oneof(fc.constantFrom("good", "bad", null), fc.string({ unit: "binary" })),
      day: fc.integer({ min: 13, max: 16 }),
    })
    .map(({ day, ...event }) => JSON.stringify({ ...event, timestamp: `2025-01-${day}T10:30:00` }));
  const record = fc.oneof(
    { weight: 12, arbitrary: clean },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined, "[]", '{"customer_id":"1"}') },
  );
  return fc.record({
    partition: fc.integer({ min: 0, max: 2 }),
    records: fc.array(record, { minLength: 1, maxLength: 40 }),
  });
}

/** Chunks that follow each other; `inside`: each in a memory that has more in it. */
function chunksOf(
  all: readonly {
    readonly partition: number;
    readonly records: readonly (string | Uint8Array | null | undefined)[];
  }[],
  inside: boolean,
): readonly RecordChunk[] {
  const next = [0, 0, 0];
  return all.map(({ partition, records }) => {
    const offset = next[partition] ?? 0;
    next[partition] = offset + records.length;
    const chunk = chunkOf("ratings", partition, offset, records);
    const alone = new Uint8Array(chunk.buffer);
    if (!inside) return { ...chunk, buffer: alone };
    const more = new Uint8Array(alone.length + 10);
    more.set(alone, 10);
    return { ...chunk, buffer: more.subarray(10) };
  });
}

/** All that can be seen of a unit but names and times. */
async function written(encoders: Encoders, chunks: readonly RecordChunk[]) {
  await using tables = await UnitTables.create();
  const { chunks: encoded, unit } = await writeUnit(encoders, tables.form(), chunks);
  const { dataFiles, deadLetterFiles } = unit;
  const files = await Promise.all(
    [...dataFiles, ...deadLetterFiles].map(async ({ filePath, ...file }) => ({
      ...file,
      bytes: Buffer.from(await tables.rows.fileIo.read(filePath)).toString("base64"),
    })),
  );
  return {
    files,
    counts: encoded.map(countsOf),
    rows: await tables.rowsOf(tables.rows, dataFiles),
    deadLetters: await tables.rowsOf(tables.deadLetters, deadLetterFiles),
  };
}

function countsOf({ rows, dead, facts }: EncodedChunk): Omit<EncodedChunk, "decodeMs" | "writeMs"> {
  // Which records a decoder leaves to the general path depends on what it has learnt.
  return { rows, dead, facts: { ...facts, generalPathRecords: 0 } };
}
