import type { ParquetType, SchemaTree } from "hyparquet";
import { Encodings } from "hyparquet/src/constants.js";
import { describe, expect, test } from "vitest";
import { checkDecoded, checkPages } from "../../../src/codec/parquet/check-pages.ts";
import { createPageDecompressors } from "../../../src/codec/parquet/page-decompression.ts";
import { IcebergError } from "../../../src/iceberg-error.ts";

/** A number of Thrift's compact protocol: a zigzag varint. */
const zigzag = (value: number): number[] => varint(value < 0 ? -value * 2 - 1 : value * 2);

const varint = (value: number): number[] => {
  const bytes = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
};

/** The next field of a Thrift structure, an i32. */
const field = (value: number): number[] => [0x15, ...zigzag(value)];

interface Page {
  readonly valueCount: number;
  readonly encoding?: string;
  readonly body?: readonly number[];
  readonly size?: number;
}

/** A page of version 1, not compressed; DataPageHeader is field 5, two behind field 3. */
function page({ valueCount, encoding = "PLAIN", body = [0, 0, 0, 0], size }: Page): Buffer {
  const sizes = [...field(size ?? body.length), ...field(size ?? body.length)];
  const encodings = [Encodings.indexOf(encoding as "PLAIN"), 3, 3].flatMap(field);
  const data = [...field(valueCount), ...encodings, 0];
  return Buffer.from([...field(0), ...sizes, 0x2c, ...data, 0, ...body]);
}

/** A page of version 2; DataPageHeaderV2 is field 8, five behind field 3. */
function page2(
  { valueCount, encoding = "PLAIN", body = [0, 0, 0, 0] }: Page,
  { nulls = 0, definition = 0, repetition = 0 } = {},
): Buffer {
  const counts = [valueCount, nulls, valueCount, Encodings.indexOf(encoding as "PLAIN")];
  // `is_compressed` is false.
  const data = [...[...counts, definition, repetition].flatMap(field), 0x12, 0];
  const sizes = [...field(body.length), ...field(body.length)];
  return Buffer.from([...field(3), ...sizes, 0x5c, ...data, 0, ...body]);
}

/** A page with the plain values of a dictionary; DictionaryPageHeader is field 7, four behind 3. */
function dictionary(entryCount: number, body: readonly number[] | Uint8Array): Buffer {
  const sizes = [...field(body.length), ...field(body.length)];
  const header = [...field(2), ...sizes, 0x4c, ...field(entryCount), ...field(0), 0, 0];
  return Buffer.concat([Buffer.from(header), Buffer.from(body)]);
}

const REQUIRED = { repetition_type: "REQUIRED" } as const;
const OPTIONAL = { repetition_type: "OPTIONAL" } as const;
const REPEATED = { repetition_type: "REPEATED" } as const;

function check(
  bytes: Buffer,
  valueCount: number,
  {
    type = "BOOLEAN",
    element = REQUIRED,
    rowCount = valueCount,
  }: {
    readonly type?: ParquetType;
    readonly element?: Partial<SchemaTree["element"]>;
    readonly rowCount?: number;
  } = {},
): void {
  const path = [{}, element].map((each, index) => ({
    children: [],
    count: 1,
    element: { name: `part ${index}`, ...each },
    path: [],
  }));
  const compressors = createPageDecompressors();
  checkPages(bytes, { valueCount, rowCount, codec: "UNCOMPRESSED", type, path, compressors });
}

/** Levels of version 1: their length, and runs. */
const lengthAnd = (...runs: readonly number[]): number[] => [runs.length, 0, 0, 0, ...runs];
/** `count` times the value, by one run of values of a byte. */
const run = (count: number, value: number): number[] => [...varint(count * 2), value];

describe("pages that are as they say", () => {
  test.each<[string, Buffer, number, Parameters<typeof check>[2]?]>([
    [
      "two of plain values",
      Buffer.concat([page({ valueCount: 10 }), page({ valueCount: 20 })]),
      30,
    ],
    [
      "nulls, which have no values",
      page({ valueCount: 9, body: [...lengthAnd(...run(8, 0), ...run(1, 1)), 1] }),
      9,
      { element: OPTIONAL },
    ],
    [
      "packed levels",
      page({ valueCount: 9, body: [...lengthAnd(5, 0b11, 0), 1] }),
      9,
      { element: OPTIONAL },
    ],
    [
      "indices of a dictionary",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [1, ...run(9, 1)] }),
      9,
      { type: "INT32" },
    ],
    [
      "a dictionary of one entry",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [0] }),
      9,
      { type: "INT32" },
    ],
    [
      "a dictionary, and indices of it",
      Buffer.concat([
        dictionary(2, [1, 0, 0, 0, 2, 0, 0, 0]),
        page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [1, ...run(9, 1)] }),
      ]),
      9,
      { type: "INT32" },
    ],
    [
      "the same of version 2",
      page2({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [0, 18] }),
      9,
      { type: "INT32" },
    ],
    [
      "booleans by runs",
      page({ valueCount: 9, encoding: "RLE", body: lengthAnd(...run(9, 1)) }),
      9,
    ],
    [
      "deltas without any bits",
      page({
        valueCount: 9,
        encoding: "DELTA_BINARY_PACKED",
        body: [...varint(128), 4, 9, 0, 0, 0, 0, 0, 0],
      }),
      9,
      { type: "INT32" },
    ],
    [
      "values of a nested column, more than rows",
      page({ valueCount: 9, body: [...lengthAnd(...run(9, 0)), ...lengthAnd(...run(9, 1)), 0, 0] }),
      9,
      { element: REPEATED, rowCount: 1 },
    ],
    [
      "version 2 with levels",
      page2({ valueCount: 9, body: [...run(9, 1), 0, 0] }, { definition: 2 }),
      9,
      { element: OPTIONAL },
    ],
  ])("%s", (_what, bytes, valueCount, column) => {
    expect(() => check(bytes, valueCount, column)).not.toThrow();
  });
});

test("values of one entry, repeated for all of the memory, are refused", () => {
  const entry = new Uint8Array(1 << 20);
  expect(() => checkDecoded(Array.from({ length: 2_047 }, () => entry))).not.toThrow();
  expect(() => checkDecoded(Array.from({ length: 2_048 }, () => entry))).toThrow(IcebergError);
});

test("also where they are parts of nested values, all of them together", () => {
  const entry = new Uint8Array(1 << 20);
  const row = { name: entry, parts: [{ text: entry, count: 3 }, { text: null }, undefined] };
  expect(() => checkDecoded(Array.from({ length: 1_023 }, () => row))).not.toThrow();
  expect(() => checkDecoded(Array.from({ length: 1_024 }, () => row))).toThrow(IcebergError);
});

// Files of one row have them, where pages are of version 2.
test("a single value as a delta has no blocks behind it", () => {
  const body = [...varint(128), 4, 1, 14];
  const single = page2({ valueCount: 1, encoding: "DELTA_BINARY_PACKED", body });
  expect(() => check(single, 1, { type: "INT32" })).not.toThrow();
});

describe("pages that are refused", () => {
  const int32 = { type: "INT32" } as const;
  const text = { type: "BYTE_ARRAY" } as const;
  const optional = { element: OPTIONAL } as const;
  const huge = run(2 ** 30, 0);
  /** One text of a hundred bytes, which ten million times is repeated: both parts are deltas. */
  const prefixes = [...varint(128), 1, 9, ...zigzag(0), ...zigzag(50_000_000), 0];
  test.each<[string, Buffer, number, Parameters<typeof check>[2]?]>([
    ["fewer values than the footer has", page({ valueCount: 10 }), 11],
    ["more of them", Buffer.concat([page({ valueCount: 10 }), page({ valueCount: 20 })]), 29],
    ["more values than rows", page({ valueCount: 10 }), 10, { rowCount: 9 }],
    ["values for all of the memory", page({ valueCount: 2 ** 30 }), 2 ** 30],
    ["values that are not there", page({ valueCount: 33 }), 33],
    ["a page beyond the chunk", page({ valueCount: 10, size: 5_000 }), 10],
    ["a negative size", page({ valueCount: 10, size: -1 }), 10],
    [
      "a run of levels for all of the memory",
      page({ valueCount: 9, body: [...lengthAnd(...huge), 0] }),
      9,
      optional,
    ],
    [
      "levels beyond the page",
      page({ valueCount: 9, body: [99, 0, 0, 0, ...run(9, 0)] }),
      9,
      optional,
    ],
    [
      "levels beyond their length",
      page({ valueCount: 9, body: [2, 0, 0, 0, ...run(8, 0), ...run(1, 0)] }),
      9,
      optional,
    ],
    [
      "entries of a dictionary that are not there",
      Buffer.concat([
        dictionary(3, [1, 0, 0, 0, 2, 0, 0, 0]),
        page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [1, ...run(9, 1)] }),
      ]),
      9,
      int32,
    ],
    [
      "texts of a dictionary without their lengths",
      Buffer.concat([
        dictionary(2, [0, 0, 0, 0]),
        page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [0] }),
      ]),
      9,
      text,
    ],
    [
      "a dictionary for all of the memory",
      Buffer.concat([
        dictionary(2 ** 24 + 1, new Uint8Array(2 ** 21 + 1)),
        page({ valueCount: 9 }),
      ]),
      9,
    ],
    ["fewer entries than none", Buffer.concat([dictionary(-1, []), page({ valueCount: 9 })]), 9],
    [
      "one dictionary after the other",
      Buffer.concat([dictionary(1, [1]), dictionary(1, [1]), page({ valueCount: 9 })]),
      9,
    ],
    [
      "a dictionary behind values",
      Buffer.concat([page({ valueCount: 4 }), dictionary(1, [1]), page({ valueCount: 5 })]),
      9,
    ],
    [
      "a run of indices for all of the memory",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [1, ...huge] }),
      9,
      int32,
    ],
    [
      "packed indices beyond the page",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [8, 5, 1] }),
      9,
      int32,
    ],
    [
      "packed groups of nothing without end",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [1, 1, 1, 1] }),
      9,
      int32,
    ],
    [
      "packed indices without bits and end",
      page2({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [0, ...varint(2 ** 28 + 1)] }),
      9,
      int32,
    ],
    [
      "indices of too many bits",
      page({ valueCount: 9, encoding: "RLE_DICTIONARY", body: [200, ...run(9, 1)] }),
      9,
      int32,
    ],
    [
      "booleans by a run for all of the memory",
      page2({ valueCount: 9, encoding: "RLE", body: lengthAnd(...huge) }),
      9,
    ],
    [
      "no miniblocks",
      page({ valueCount: 9, encoding: "DELTA_BINARY_PACKED", body: [...varint(128), 0, 9, 0] }),
      9,
      int32,
    ],
    [
      "miniblocks for all of the memory",
      page({
        valueCount: 9,
        encoding: "DELTA_BINARY_PACKED",
        body: [...varint(2 ** 31 - 1), ...varint(2 ** 31 - 1), 9, 0],
      }),
      9,
      int32,
    ],
    [
      "repeated beginnings for all of the memory",
      page({ valueCount: 9, encoding: "DELTA_BYTE_ARRAY", body: [...prefixes, ...prefixes] }),
      9,
      text,
    ],
    ["fewer nulls than none", page2({ valueCount: 9 }, { nulls: -(2 ** 30) }), 9],
    [
      "levels of version 2 beyond the page",
      page2({ valueCount: 9 }, { definition: 5 }),
      9,
      optional,
    ],
    [
      "a run of them for all of the memory",
      page2({ valueCount: 9, body: [...huge, 0] }, { definition: huge.length }),
      9,
      optional,
    ],
    [
      "pages behind the values of a nested column",
      Buffer.concat([
        page({
          valueCount: 9,
          body: [...lengthAnd(...run(9, 0)), ...lengthAnd(...run(9, 1)), 0, 0],
        }),
        page({ valueCount: 9 }),
      ]),
      9,
      { element: REPEATED },
    ],
    ["a page of another type than its header", page2({ valueCount: 9 }).fill(0, 1, 2), 9],
  ])("%s", (_what, bytes, valueCount, column) => {
    expect(() => check(bytes, valueCount, column)).toThrow(IcebergError);
  });
});
