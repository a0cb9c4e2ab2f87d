import {
  columnFromValues,
  concatColumns,
  isFlatColumn,
  constantColumn,
  gatherColumn,
  sliceColumn,
  valuesOf,
  type Column,
  type FlatColumnType,
  type FlatValue,
  type DictionaryColumn,
} from "@salon/columns";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { columnTypeOf } from "../../../src/codec/column-type.ts";
import { createPageDecompressors } from "../../../src/codec/parquet/page-decompression.ts";
import { ParquetEncoder } from "../../../src/codec/parquet/parquet-encoder.ts";
import { parquetSettings } from "../../../src/codec/parquet/parquet-settings.ts";
import { createMemoryFileIo } from "../../../src/io/memory-file-io.ts";
import { openParquetFile } from "../../../src/scan/parquet-file.ts";
import { primitiveTypeToString, type PrimitiveType } from "../../../src/spec/type.ts";

type Properties = Readonly<Record<string, string>>;

/** One file of one column, each inner list a row group of its batches. */
function encodeFile(
  type: PrimitiveType,
  rowGroups: readonly (readonly Column[])[],
  properties: Properties = {},
  isRequired = false,
): Uint8Array {
  const encoder = new ParquetEncoder({
    fields: [{ id: 7, name: "value", required: isRequired, type }],
    settings: parquetSettings(properties),
    keyValues: { "iceberg.schema": "{}" },
    createdBy: "test",
  });
  const parts = [encoder.header()];
  for (const columns of rowGroups) {
    for (const column of columns) {
      encoder.appendColumn(0, column);
      encoder.endRows(column.length);
    }
    parts.push(...encoder.finishRowGroup().parts);
  }
  return Buffer.concat([...parts, encoder.footer()]);
}

async function decodeFile(type: PrimitiveType, bytes: Uint8Array): Promise<(FlatValue | null)[]> {
  const fileIo = createMemoryFileIo();
  await fileIo.write("memory://file", bytes);
  const file = await openParquetFile(fileIo, "memory://file", bytes.length);
  const values: (FlatValue | null)[] = [];
  for (const range of file.ranges) {
    const column = (await file.readColumn(7, type, range))!;
    if (isFlatColumn(column)) values.push(...valuesOf(column));
  }
  return values;
}

function dictionaryColumn(type: FlatColumnType, values: readonly (FlatValue | null)[]): Column {
  const entries = columnFromValues(
    type,
    values.map((value) => value ?? valueOf(values)),
  );
  if (entries.layout === "boolean") throw new TypeError("booleans have no dictionary");
  // Entries repeat, and one of them no row has.
  const dictionary = concatColumns([entries, entries]) as DictionaryColumn["dictionary"];
  const plain = columnFromValues(type, values);
  return {
    layout: "dictionary",
    type,
    length: values.length,
    nullCount: plain.nullCount,
    validity: plain.validity,
    indices: Int32Array.from(values.keys(), (row) => (row % 2 === 0 ? row : row + values.length)),
    dictionary,
  };
}

function valueOf(values: readonly (FlatValue | null)[]): FlatValue {
  return values.find((value) => value !== null)!;
}

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0xff);

const SAMPLES: readonly [PrimitiveType, readonly FlatValue[]][] = [
  [{ kind: "boolean" }, [true, false, true]],
  [{ kind: "int" }, [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]],
  [{ kind: "long" }, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n]],
  [{ kind: "float" }, [0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]],
  [{ kind: "double" }, [0, -0, Math.PI, Number.NaN, Number.MAX_VALUE]],
  [{ kind: "decimal", precision: 9, scale: 2 }, [0n, -1n, 999_999_999n, -999_999_999n]],
  [{ kind: "decimal", precision: 18, scale: 2 }, [0n, -1n, 10n ** 18n - 1n, 1n - 10n ** 18n]],
  [{ kind: "decimal", precision: 38, scale: 2 }, [0n, -1n, 10n ** 38n - 1n, 1n - 10n ** 38n]],
  [{ kind: "date" }, [0, -1, 20_000]],
  [{ kind: "time" }, [0n, 86_399_999_999n]],
  [{ kind: "timestamp" }, [0n, -1n, 1_736_937_000_000_000n]],
  [{ kind: "timestamptz" }, [0n, -1n, 1_736_937_000_000_000n]],
  [{ kind: "string" }, ["", "é", "😀 and more", "x".repeat(100)]],
  [{ kind: "uuid" }, [bytesOf(16, 1), bytesOf(16, 2)]],
  [{ kind: "fixed", length: 3 }, [bytesOf(3, 1), bytesOf(3, 2)]],
  [{ kind: "binary" }, [bytesOf(0, 0), bytesOf(5, 1), Uint8Array.of(0xff, 0)]],
];

const CODECS = ["zstd", "snappy", "gzip", "uncompressed"];

const CASES = SAMPLES.flatMap(([type, samples]) =>
  CODECS.flatMap((codec) =>
    ["v1", "v2"].map(
      (version) => [primitiveTypeToString(type), codec, version, type, samples] as const,
    ),
  ),
);

test.each(CASES)("%s with %s in %s reads back in every layout", async (...given) => {
  const [, codec, version, type, samples] = given;
  const properties = {
    "write.parquet.compression-codec": codec,
    "write.parquet.page-version": version,
    "write.parquet.page-row-limit": "7",
  };
  const columnType = columnTypeOf(type);
  const values = Array.from({ length: 40 }, (_row, i) => samples[(i * i) % samples.length]!);
  const withNulls = values.map((value, i) => (i % 3 === 1 ? null : value));
  const nulls = values.map(() => null);
  for (const rows of [values, withNulls, nulls]) {
    const plain = columnFromValues(columnType, rows);
    const runs = constantColumn(columnType, rows[0]!, 9);
    const columns: Column[] = [plain, sliceColumn(plain, 3, 30), runs];
    if (type.kind !== "boolean" && rows !== nulls) {
      const dictionary = dictionaryColumn(columnType, rows);
      columns.push(dictionary, gatherColumn(dictionary, Int32Array.of(5, 5, 1)));
    }
    const bytes = encodeFile(type, [columns, [plain], [runs]], properties);
    const expected = [...columns, plain, runs].flatMap((column) => valuesOf(column));
    expect(await decodeFile(type, bytes)).toEqual(expected);
    const objects = await parquetReadObjects({
      file: new Uint8Array(bytes).buffer,
      compressors: createPageDecompressors(),
    });
    expect(objects.length).toBe(expected.length);
  }
});

function chunkOf(
  bytes: Uint8Array,
): NonNullable<
  ReturnType<typeof parquetMetadata>["row_groups"][number]["columns"][number]["meta_data"]
> {
  return parquetMetadata(bytes).row_groups[0]!.columns[0]!.meta_data!;
}

const ints = (values: readonly number[]): Column => columnFromValues({ kind: "int32" }, values);

test("uses a dictionary where values repeat, and none where they do not", () => {
  const repeating = ints(Array.from({ length: 10_000 }, (_, i) => i % 20));
  const chunk = chunkOf(encodeFile({ kind: "int" }, [[repeating]]));
  expect(chunk.encodings).toEqual(["PLAIN", "RLE", "RLE_DICTIONARY"]);
  expect(chunk.dictionary_page_offset).toBe(4n);
  const distinct = ints(Array.from({ length: 10_000 }, (_, i) => i * 3));
  const plain = chunkOf(encodeFile({ kind: "int" }, [[distinct]]));
  expect(plain.encodings).toEqual(["PLAIN", "RLE"]);
  expect(plain.dictionary_page_offset).toBeUndefined();
  const without = { "write.parquet.dict-size-bytes": "0" };
  expect(chunkOf(encodeFile({ kind: "int" }, [[repeating]], without)).encodings).toEqual([
    "PLAIN",
    "RLE",
  ]);
});

test("has pages of version 2, and deltas of integers without a dictionary, if told so", async () => {
  const properties = {
    "write.parquet.page-version": "v2",
    "write.parquet.dict-size-bytes": "1000",
    "write.parquet.page-row-limit": "5000",
  };
  const values = Array.from({ length: 30_000 }, (_, i) => BigInt(i < 10_000 ? i % 10 : i));
  const bytes = encodeFile(
    { kind: "long" },
    [[columnFromValues({ kind: "int64" }, values)]],
    properties,
  );
  expect(chunkOf(bytes).encodings).toEqual([
    "PLAIN",
    "RLE",
    "DELTA_BINARY_PACKED",
    "RLE_DICTIONARY",
  ]);
  expect(chunkOf(bytes).encoding_stats).toEqual([
    { page_type: "DICTIONARY_PAGE", encoding: "PLAIN", count: 1 },
    { page_type: "DATA_PAGE_V2", encoding: "RLE_DICTIONARY", count: 3 },
    { page_type: "DATA_PAGE_V2", encoding: "DELTA_BINARY_PACKED", count: 3 },
  ]);
  expect(await decodeFile({ kind: "long" }, bytes)).toEqual(values);
  const strings = columnFromValues({ kind: "utf8" }, ["a", "b"]);
  const plain = encodeFile({ kind: "string" }, [[strings]], properties);
  expect(chunkOf(plain).encodings).toEqual(["PLAIN", "RLE"]);
});

test("goes on without the dictionary when it is full", async () => {
  const values = Array.from({ length: 30_000 }, (_, i) => (i < 10_000 ? i % 10 : i));
  const properties = { "write.parquet.dict-size-bytes": "1000" };
  const bytes = encodeFile({ kind: "int" }, [[ints(values)]], {
    ...properties,
    "write.parquet.page-row-limit": "5000",
  });
  expect(chunkOf(bytes).encoding_stats).toEqual([
    { page_type: "DICTIONARY_PAGE", encoding: "PLAIN", count: 1 },
    { page_type: "DATA_PAGE", encoding: "RLE_DICTIONARY", count: 3 },
    { page_type: "DATA_PAGE", encoding: "PLAIN", count: 3 },
  ]);
  expect(await decodeFile({ kind: "int" }, bytes)).toEqual(values);
  expect(chunkOf(bytes).statistics).toMatchObject({ min_value: 0, max_value: 29_999 });
});

test("ends pages at the row limit and at the size", async () => {
  const strings = columnFromValues(
    { kind: "utf8" },
    Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(100, "x")),
  );
  const bytes = encodeFile({ kind: "string" }, [[strings]], {
    "write.parquet.page-size-bytes": "10000",
  });
  const pageCount = chunkOf(bytes).encoding_stats![0]!.count;
  expect(pageCount).toBeGreaterThanOrEqual(9);
  expect(pageCount).toBeLessThanOrEqual(11);
  expect(await decodeFile({ kind: "string" }, bytes)).toEqual(valuesOf(strings));
});

test("describes file, schema and chunks in the footer", () => {
  const column = columnFromValues({ kind: "int32" }, [3, null, -5]);
  const bytes = encodeFile({ kind: "int" }, [[column], [column, column]]);
  const metadata = parquetMetadata(bytes);
  expect(metadata.schema).toMatchObject([
    { name: "table", num_children: 1 },
    { name: "value", type: "INT32", repetition_type: "OPTIONAL", field_id: 7 },
  ]);
  expect(metadata.num_rows).toBe(9n);
  expect(metadata.key_value_metadata).toEqual([{ key: "iceberg.schema", value: "{}" }]);
  expect(metadata.row_groups.map(({ num_rows }) => num_rows)).toEqual([3n, 6n]);
  const [first, second] = metadata.row_groups.map(({ columns }) => columns[0]!.meta_data!);
  expect(first).toMatchObject({
    codec: "ZSTD",
    num_values: 3n,
    path_in_schema: ["value"],
    statistics: { null_count: 1n, min_value: -5, max_value: 3 },
  });
  expect(second!.dictionary_page_offset).toBe(4n + first!.total_compressed_size);
});

test.each([
  [{ kind: "time" }, "INT64", undefined, undefined, { type: "TIME", isAdjustedToUTC: false }],
  [
    { kind: "timestamp" },
    "INT64",
    undefined,
    undefined,
    { type: "TIMESTAMP", isAdjustedToUTC: false },
  ],
  [
    { kind: "timestamptz" },
    "INT64",
    undefined,
    "TIMESTAMP_MICROS",
    { type: "TIMESTAMP", isAdjustedToUTC: true },
  ],
  [{ kind: "date" }, "INT32", undefined, "DATE", { type: "DATE" }],
  [{ kind: "string" }, "BYTE_ARRAY", undefined, "UTF8", { type: "STRING" }],
  [{ kind: "uuid" }, "FIXED_LEN_BYTE_ARRAY", 16, undefined, { type: "UUID" }],
  [
    { kind: "decimal", precision: 9, scale: 2 },
    "INT32",
    undefined,
    "DECIMAL",
    { type: "DECIMAL", scale: 2 },
  ],
  [{ kind: "decimal", precision: 18, scale: 2 }, "INT64", undefined, "DECIMAL", { precision: 18 }],
  [{ kind: "decimal", precision: 19, scale: 2 }, "FIXED_LEN_BYTE_ARRAY", 9, "DECIMAL", {}],
] as const)("maps %o as the spec says", (type, physical, length, converted, logical) => {
  const column = constantColumn(columnTypeOf(type), null, 1);
  const [, element] = parquetMetadata(encodeFile(type, [[column]])).schema;
  expect(element!.type).toBe(physical);
  expect(element!.converted_type).toBe(converted);
  expect(element!.logical_type).toMatchObject(logical);
  expect(element!.type_length).toBe(length);
});

test("leaves bounds out of the footer where they would mislead", () => {
  const floats = columnFromValues({ kind: "float32" }, [1, Number.NaN]);
  expect(chunkOf(encodeFile({ kind: "float" }, [[floats]])).statistics).toEqual({ null_count: 0n });
  const long = columnFromValues({ kind: "utf8" }, ["x".repeat(5000)]);
  expect(chunkOf(encodeFile({ kind: "string" }, [[long]])).statistics).toEqual({ null_count: 0n });
});
