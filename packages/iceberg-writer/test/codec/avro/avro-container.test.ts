import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AvroCodec } from "../../../src/codec/avro/avro-codec.ts";
import { AvroFileBuilder, openAvroFile } from "../../../src/codec/avro/avro-container.ts";
import {
  type AvroRecordSchema,
  type AvroSchema,
  avroSchemaFromJson,
  avroSchemaToJson,
  optionalAvro,
} from "../../../src/codec/avro/avro-schema.ts";
import type { AvroMap, AvroValue } from "../../../src/codec/avro/avro-value.ts";
import { readWithAvsc, writeWithAvsc } from "./avsc-file.ts";

const CODECS: readonly AvroCodec[] = ["null", "deflate", "snappy", "zstandard"];

function recordOf(...types: AvroSchema[]): AvroRecordSchema {
  const fields = types.map((type, index) => ({ name: `f${index}`, type, fieldId: 100 + index }));
  return { kind: "record", name: "row", fields };
}

const schema = recordOf(
  { kind: "boolean" },
  { kind: "int" },
  { kind: "long" },
  { kind: "float" },
  { kind: "double" },
  { kind: "bytes" },
  { kind: "string" },
  { kind: "fixed", name: "fixed_3", size: 3 },
  optionalAvro({ kind: "long" }),
  { kind: "array", items: { kind: "int" }, elementId: 120 },
  { kind: "map", values: { kind: "string" } },
);

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const tuple = fc.tuple(
  fc.boolean(),
  int32,
  int64,
  fc.float({ noNaN: true }),
  fc.double({ noNaN: true }),
  fc.uint8Array(),
  fc.string({ unit: "grapheme" }),
  fc.uint8Array({ minLength: 3, maxLength: 3 }),
  fc.option(int64),
  fc.array(int32),
  fc.array(fc.tuple(fc.stringMatching(/^k[a-z]*$/), fc.string())).map((pairs) => new Map(pairs)),
);

function toRecord(values: readonly AvroValue[]): AvroMap {
  return new Map(values.map((value, index) => [100 + index, value]));
}

function encode(records: readonly AvroMap[], codec: AvroCodec = "null"): Uint8Array {
  const builder = new AvroFileBuilder({ schema, codec, metadata: { "a-key": "a value" } });
  for (const record of records) builder.append(record);
  return builder.finish();
}

/** What avsc makes of a record: an object of the names, bytes as buffers, maps as objects. */
function toAvsc(values: readonly AvroValue[]): Record<string, unknown> {
  const entries = values.map((value, index): [string, unknown] => [
    `f${index}`,
    value instanceof Uint8Array
      ? Buffer.from(value)
      : value instanceof Map
        ? Object.fromEntries(value as AvroMap)
        : value,
  ]);
  return Object.fromEntries(entries);
}

test.each(CODECS)("records survive a round trip with codec %s", (codec) => {
  fc.assert(
    fc.property(fc.array(tuple, { maxLength: 20 }), (tuples) => {
      const records = tuples.map(toRecord);
      const file = openAvroFile(encode(records, codec));
      expect([...file.records()]).toEqual(records);
      expect(file.metadata.get("avro.codec")).toBe(codec);
      expect(file.metadata.get("a-key")).toBe("a value");
      expect(file.schema).toEqual(schema);
    }),
    { numRuns: 30 },
  );
});

describe("avsc", () => {
  test.each(["null", "deflate"] as const)("reads what we write with codec %s", async (codec) => {
    await fc.assert(
      fc.asyncProperty(fc.array(tuple, { maxLength: 10 }), async (tuples) => {
        const read = await readWithAvsc(encode(tuples.map(toRecord), codec));
        expect(read.map((record) => ({ ...Object(record) }))).toEqual(tuples.map(toAvsc));
      }),
      { numRuns: 30 },
    );
  });

  test.each(["null", "deflate"] as const)("is read by us with codec %s", async (codec) => {
    await fc.assert(
      fc.asyncProperty(fc.array(tuple, { maxLength: 10 }), async (tuples) => {
        const bytes = await writeWithAvsc(schema, tuples.map(toAvsc), codec);
        // avsc leaves the ids out of the schema that it writes, so fields come under their names.
        const expected = tuples.map(
          (values) => new Map(values.map((value, index) => [`f${index}`, value])),
        );
        expect([...openAvroFile(bytes).records()].map(plainBytes)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

/** Views of a buffer as arrays of their own, which compare by content. */
function plainBytes(record: AvroMap): AvroMap {
  return new Map(
    Array.from(record, ([key, value]) => [
      key,
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    ]),
  );
}

function numbers(count: number): AvroMap[] {
  const rest = [0n, 0, 0, new Uint8Array(100), "", new Uint8Array(3), null, [], new Map()];
  return Array.from({ length: count }, (_, index) => toRecord([true, index, ...rest]));
}

function read(bytes: Uint8Array): () => readonly AvroMap[] {
  return () => [...openAvroFile(bytes).records()];
}

describe("a file", () => {
  test("has several blocks, and tells its length as it grows", () => {
    const builder = new AvroFileBuilder({ schema, codec: "null", metadata: {} });
    const empty = builder.length;
    for (const record of numbers(2000)) builder.append(record);
    expect(builder.length).toBeGreaterThan(empty + 200_000);
    const bytes = builder.finish();
    expect(bytes.length).toBe(builder.length);
    expect([...openAvroFile(bytes).records()].map((record) => record.get(101))).toEqual(
      Array.from({ length: 2000 }, (_, index) => index),
    );
  });

  test("of the same records is the same, byte for byte", () => {
    expect(encode(numbers(3), "deflate")).toEqual(encode(numbers(3), "deflate"));
  });

  test("may hold no records", () => {
    expect([...openAvroFile(encode([])).records()]).toEqual([]);
  });

  test("that is cut off or damaged is refused, wherever it is", () => {
    const bytes = encode(numbers(2));
    expect(read(new Uint8Array())).toThrow("ends within a value");
    expect(read(new TextEncoder().encode("PAR1PAR1"))).toThrow("no Avro object container file");
    expect(read(bytes.subarray(0, -1))).toThrow("ends within a value");
    const damaged = Uint8Array.from(bytes);
    damaged[bytes.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(read(damaged)).toThrow("does not end in the sync marker");
  });

  test.each(CODECS.filter((codec) => codec !== "null"))("of codec %s may be broken", (codec) => {
    const bytes = encode(numbers(200), codec);
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, bytes.length - 60, bytes.length - 16);
    expect(read(damaged)).toThrow(`a block of Avro's ${codec}`);
  });
});

describe("a value of another type", () => {
  test("is named with its field", () => {
    expect(() => encode([toRecord([1])])).toThrow("row.f0: 1 is no value of Avro type boolean");
    expect(() => encode([toRecord([true, 5n])])).toThrow("row.f1: 5 is no value of Avro type int");
  });

  test("is null where only optional fields may be", () => {
    expect(() => encode([new Map()])).toThrow("row.f0: null is no value of Avro type boolean");
  });
});

describe("schemas", () => {
  test("spell a named type once", () => {
    const twice = recordOf(
      { kind: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" },
      { kind: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" },
    );
    const json = avroSchemaToJson(twice);
    expect(json).toMatchObject({
      fields: [
        { type: { type: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" } },
        { type: "uuid_fixed" },
      ],
    });
    expect(avroSchemaFromJson(json)).toEqual(twice);
  });

  test("of other writers may have namespaces, docs and enums", () => {
    const json = {
      type: "record",
      name: "r",
      namespace: "org.x",
      fields: [
        { name: "a", type: { type: "enum", name: "org.x.e", symbols: ["P", "Q"] }, doc: "an enum" },
        { name: "b", type: ["null", "e"], default: null },
        { name: "c", type: { type: "string" } },
      ],
    };
    expect(avroSchemaFromJson(json)).toEqual({
      kind: "record",
      name: "r",
      fields: [
        { name: "a", type: { kind: "enum", name: "org.x.e", symbols: ["P", "Q"] } },
        { name: "b", type: optionalAvro({ kind: "enum", name: "org.x.e", symbols: ["P", "Q"] }) },
        { name: "c", type: { kind: "string" } },
      ],
    });
  });

  test("that refer to themselves are refused", () => {
    const json = { type: "record", name: "r", fields: [{ name: "a", type: ["null", "r"] }] };
    expect(() => avroSchemaFromJson(json)).toThrow("Avro type r is not defined before it is used");
  });
});

describe("blocks as they are stored", () => {
  const rows = fc.sample(tuple, 40).map(toRecord);

  test.each(CODECS)("make the same file as their records (%s)", (codec) => {
    const builder = new AvroFileBuilder({ schema, codec, metadata: {} });
    expect(builder.isEmpty).toBe(true);
    for (const record of rows.slice(0, 3)) builder.append(record);
    for (const part of [rows.slice(3, 20), rows.slice(20)]) {
      const file = openAvroFile(encode(part, codec));
      expect(builder.accepts(file)).toBe(true);
      for (const block of file.blocks()) builder.appendBlock(block);
    }
    for (const record of rows.slice(0, 2)) builder.append(record);
    expect(builder.isEmpty).toBe(false);
    const bytes = builder.finish();
    expect([...openAvroFile(bytes).records()]).toEqual([...rows, ...rows.slice(0, 2)]);
    const counts = Array.from(openAvroFile(bytes).blocks(), ({ recordCount }) => recordCount);
    expect(counts).toEqual([3, 17, 20, 2]);
  });

  test("are of no file with another schema or codec", () => {
    const builder = new AvroFileBuilder({ schema, codec: "deflate", metadata: {} });
    expect(builder.accepts(openAvroFile(encode(rows, "snappy")))).toBe(false);
    const other = recordOf({ kind: "boolean" });
    const file = new AvroFileBuilder({ schema: other, codec: "deflate", metadata: {} });
    expect(builder.accepts(openAvroFile(file.finish()))).toBe(false);
  });

  test("are told by their end, which another marker is not", () => {
    const bytes = encode(rows);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(() => [...openAvroFile(bytes).blocks()]).toThrow(
      expect.objectContaining({ code: "METADATA_INVALID" }),
    );
  });
});
