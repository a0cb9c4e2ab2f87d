import { zstdCompressSync } from "node:zlib";
import { fuzzBytes } from "@salon/testkit";
import { describe, expect, test } from "vitest";
import type { AvroCodec } from "../../../src/codec/avro/avro-codec.ts";
import { AvroFileBuilder, openAvroFile } from "../../../src/codec/avro/avro-container.ts";
import { type AvroRecordSchema, optionalAvro } from "../../../src/codec/avro/avro-schema.ts";
import type { AvroMap } from "../../../src/codec/avro/avro-value.ts";
import { AvroWriter } from "../../../src/codec/avro/avro-writer.ts";
import { IcebergError } from "../../../src/iceberg-error.ts";

const CODECS: readonly AvroCodec[] = ["null", "deflate", "snappy", "zstandard"];

const schema: AvroRecordSchema = {
  kind: "record",
  name: "row",
  fields: [
    { name: "id", fieldId: 1, type: { kind: "long" } },
    { name: "path", fieldId: 2, type: { kind: "string" } },
    { name: "size", fieldId: 3, type: optionalAvro({ kind: "double" }) },
    { name: "keys", fieldId: 4, type: { kind: "array", items: { kind: "int" }, elementId: 5 } },
    { name: "bounds", fieldId: 6, type: { kind: "map", values: { kind: "bytes" } } },
  ],
};

function record(id: number): AvroMap {
  return new Map<number, AvroMap extends ReadonlyMap<unknown, infer Value> ? Value : never>([
    [1, BigInt(id)],
    [2, `s3://bucket/data/${id}.parquet`],
    [3, id % 2 === 0 ? null : id / 3],
    [4, [1, 2, id]],
    [6, new Map([["a", Uint8Array.of(1, 2, 3)]])],
  ]);
}

function fileOf(codec: AvroCodec): Uint8Array {
  const builder = new AvroFileBuilder({ schema, codec, metadata: { "format-version": "2" } });
  for (let id = 0; id < 20; id++) builder.append(record(id));
  return builder.finish();
}

function readAll(bytes: Uint8Array): number {
  return [...openAvroFile(bytes).records()].length;
}

test("Avro files that are nearly right are read, or refused by the package's own error", async () => {
  expect(
    await fuzzBytes({
      samples: CODECS.map(fileOf),
      rounds: 4_000,
      check: (bytes) => {
        try {
          readAll(bytes);
        } catch (error) {
          if (!(error instanceof IcebergError)) throw error;
        }
      },
    }),
  ).toBeGreaterThan(0);
});

/** A file with the schema's text, and one block of so many records with these bytes. */
function handMade(schemaText: string, recordCount: number, block: Uint8Array, codec = "null") {
  const writer = new AvroWriter();
  writer.writeFixed(Uint8Array.of(0x4f, 0x62, 0x6a, 1));
  writer.writeInt(2);
  for (const text of ["avro.schema", schemaText, "avro.codec", codec]) writer.writeString(text);
  writer.writeInt(0);
  const sync = new Uint8Array(16);
  writer.writeFixed(sync);
  writer.writeLong(BigInt(recordCount));
  writer.writeInt(block.length);
  writer.writeFixed(block);
  writer.writeFixed(sync);
  return writer.toBytes();
}

const NULL_ARRAY = JSON.stringify({
  type: "record",
  name: "r",
  fields: [{ name: "f", type: { type: "array", items: "null" } }],
});
const EMPTY_RECORD = JSON.stringify({ type: "record", name: "r", fields: [] });

function counted(count: number): Uint8Array {
  const writer = new AvroWriter();
  writer.writeLong(BigInt(count));
  writer.writeInt(0);
  return writer.toBytes();
}

function nested(depth: number): string {
  return `${'{"type":"array","items":'.repeat(depth)}"int"${"}".repeat(depth)}`;
}

/** Each record has the one before it twice. */
function doubled(times: number): string {
  const innermost = { type: "record", name: "r0", fields: [{ name: "f", type: "null" }] };
  const others = Array.from({ length: times }, (_, index) => ({
    type: "record",
    name: `r${index + 1}`,
    fields: ["f", "g"].map((name) => ({ name, type: `r${index}` })),
  }));
  return JSON.stringify([innermost, ...others]);
}

describe("an Avro file that promises more than it holds is refused at once", () => {
  test.each<[string, () => Uint8Array]>([
    ["items without bytes", () => handMade(NULL_ARRAY, 1, counted(2 ** 50))],
    ["records without bytes", () => handMade(EMPTY_RECORD, 2 ** 50, new Uint8Array(0))],
    ["a negative number of records", () => handMade(EMPTY_RECORD, -5, new Uint8Array(0))],
    [
      "a block that inflates without end",
      () =>
        handMade(EMPTY_RECORD, 0, zstdCompressSync(Buffer.alloc(2 ** 30 + 2 ** 20)), "zstandard"),
    ],
    ["a type that stands for very many", () => handMade(doubled(60), 0, new Uint8Array(0))],
    ["types within types", () => handMade(nested(20_000), 0, new Uint8Array(0))],
  ])("%s", (_what, file) => {
    const bytes = file();
    const startMs = performance.now();
    expect(() => readAll(bytes)).toThrow(IcebergError);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });
});
