import { rowAt } from "@salon/columns";
import { sortRows, useSharedReader } from "@salon/testkit";
import type { TableRow } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTable, defineSchema, openCatalog } from "../../src/index.ts";
import type { Catalog, PlainRow, Table } from "../../src/index.ts";
import { freshNamespace, sharedCatalogs } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");

const types = {
  id: { type: "long", required: true },
  boolean: "boolean",
  int: "int",
  long: "long",
  float: "float",
  double: "double",
  decimal_9: "decimal(9,2)",
  decimal_18: "decimal(18,6)",
  decimal_38: "decimal(38,10)",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  string: "string",
  uuid: "uuid",
  fixed: "fixed[3]",
  binary: "binary",
} as const;
const schema = defineSchema(types);
const names = schema.fields.map(({ name }) => name);

const base64 = (...bytes: readonly number[]): string => Buffer.from(bytes).toString("base64");
const nil = "00000000-0000-0000-0000-000000000000";

/** Rows to write, and the same as the engines are to give them (testkit: TableRow). */
const cases: readonly (readonly [written: PlainRow, read: TableRow])[] = [
  [
    {
      boolean: true,
      int: 5,
      long: 9_007_199_254_740_993n,
      float: 4.3,
      double: 4.3,
      decimal_9: "12.30",
      decimal_18: "-0.000001",
      decimal_38: "1.5",
      date: "1969-12-31",
      timestamp: "1969-12-31T23:59:59.999999",
      timestamptz: "2025-01-15T10:30:00.5+02:00",
      string: "Schön 💅🏽, ✨!",
      uuid: "f79c3e09-677c-4bbd-a479-3f349cb785e7",
      fixed: Uint8Array.of(1, 2, 3),
      binary: Uint8Array.of(0xff, 0, 0x80),
    },
    {
      boolean: true,
      int: 5,
      long: 9_007_199_254_740_993n,
      float: Math.fround(4.3),
      double: 4.3,
      decimal_9: "12.30",
      decimal_18: "-0.000001",
      decimal_38: "1.5000000000",
      date: "1969-12-31",
      timestamp: "1969-12-31T23:59:59.999999",
      timestamptz: "2025-01-15T08:30:00.500000Z",
      string: "Schön 💅🏽, ✨!",
      uuid: "f79c3e09-677c-4bbd-a479-3f349cb785e7",
      fixed: base64(1, 2, 3),
      binary: base64(0xff, 0, 0x80),
    },
  ],
  [
    {
      boolean: false,
      int: -2_147_483_648,
      long: -(2n ** 63n),
      float: -3.4028234663852886e38,
      double: -Number.MAX_VALUE,
      decimal_9: "-9999999.99",
      decimal_18: "-999999999999.999999",
      decimal_38: "-9999999999999999999999999999.9999999999",
      date: "0001-01-01",
      timestamp: "1000-01-01T00:00:00",
      timestamptz: "1000-01-01T00:00:00Z",
      string: "",
      uuid: nil,
      fixed: Uint8Array.of(0, 0, 0),
      binary: new Uint8Array(),
    },
    {
      boolean: false,
      int: -2_147_483_648,
      long: -9_223_372_036_854_775_808n,
      float: -3.4028234663852886e38,
      double: -1.7976931348623157e308,
      decimal_9: "-9999999.99",
      decimal_18: "-999999999999.999999",
      decimal_38: "-9999999999999999999999999999.9999999999",
      date: "0001-01-01",
      timestamp: "1000-01-01T00:00:00.000000",
      timestamptz: "1000-01-01T00:00:00.000000Z",
      string: "",
      uuid: nil,
      fixed: base64(0, 0, 0),
      binary: "",
    },
  ],
  [
    {
      boolean: null,
      int: 2_147_483_647,
      long: 2n ** 63n - 1n,
      float: Infinity,
      double: Infinity,
      decimal_9: "9999999.99",
      decimal_18: "999999999999.999999",
      decimal_38: "9999999999999999999999999999.9999999999",
      date: "9999-12-31",
      timestamp: "9999-12-31T23:59:59.999999",
      timestamptz: "9999-12-31T23:59:59.999999Z",
      string: "\u{10FFFF}\u0000\"'\\\n",
      uuid: "ffffffff-ffff-ffff-ffff-ffffffffffff",
      fixed: Uint8Array.of(255, 255, 255),
      binary: new Uint8Array(100).fill(255),
    },
    {
      boolean: null,
      int: 2_147_483_647,
      long: 9_223_372_036_854_775_807n,
      float: "inf",
      double: "inf",
      decimal_9: "9999999.99",
      decimal_18: "999999999999.999999",
      decimal_38: "9999999999999999999999999999.9999999999",
      date: "9999-12-31",
      timestamp: "9999-12-31T23:59:59.999999",
      timestamptz: "9999-12-31T23:59:59.999999Z",
      string: "\u{10FFFF}\u0000\"'\\\n",
      uuid: "ffffffff-ffff-ffff-ffff-ffffffffffff",
      fixed: base64(255, 255, 255),
      binary: base64(...Array<number>(100).fill(255)),
    },
  ],
  [
    { float: NaN, double: NaN },
    { float: "nan", double: "nan" },
  ],
  [
    { float: -Infinity, double: -Infinity },
    { float: "-inf", double: "-inf" },
  ],
  [
    { float: 0, double: -0, decimal_9: "0", decimal_38: "0" },
    // Python writes a zero of ten fraction digits so.
    { float: 0, double: -0, decimal_9: "0.00", decimal_38: "0E-10" },
  ],
  [
    { float: -0, double: 0 },
    { float: -0, double: 0 },
  ],
  [
    { float: 1.401298464324817e-45, double: 5e-324 },
    { float: 1.401298464324817e-45, double: 5e-324 },
  ],
  [{}, {}],
];

const codecs = ["zstd", "snappy", "gzip", "uncompressed"] as const;
/** How the files of a table may be written. */
const ways = ["v1", "v2"].flatMap((pages) => codecs.map((codec) => ({ codec, pages })));
const nulls = Object.fromEntries(names.map((name) => [name, null]));

/** The cases once for each way, under ids of their own. */
function rowsOf(wayIndex: number): { readonly written: PlainRow[]; readonly read: TableRow[] } {
  const idOf = (index: number): bigint => BigInt(wayIndex * 100 + index);
  return {
    written: cases.map(([written], index) => ({ id: idOf(index), ...written })),
    read: cases.map(([, read], index) => ({ ...nulls, id: idOf(index), ...read })),
  };
}

const expected = ways.flatMap((_, index) => rowsOf(index).read);

describe.each(sharedCatalogs)("every primitive type, in %s", (_, { settings, reference }) => {
  const namespace = freshNamespace("types");
  let catalog: Catalog;
  let table: Table;
  let timeTable: Table;

  beforeAll(async () => {
    catalog = await openCatalog(settings);
    table = await createTable(catalog, `${namespace}.every_type`, { schema });
    for (const [index, { codec, pages }] of ways.entries()) {
      await table.updateProperties({
        set: { "write.parquet.compression-codec": codec, "write.parquet.page-version": pages },
      });
      await table.append(rowsOf(index).written);
    }
    const timeSchema = defineSchema({ id: "long", time: "time" });
    timeTable = await createTable(catalog, `${namespace}.times`, { schema: timeSchema });
    await timeTable.append([
      { id: 1, time: "00:00" },
      { id: 2, time: "23:59:59.999999" },
      { id: 3, time: null },
      { id: 4, time: "10:30:00.5" },
    ]);
  });
  afterAll(() => catalog[Symbol.asyncDispose]());

  it.each([pyiceberg, duckdb, spark])("$engine reads back what was written", async (reader) => {
    const rows = await reader.readTable({ catalog: reference, table: `${namespace}.every_type` });
    expect(sortRows(rows, "id")).toEqual(expected);
  });

  // Spark has no type for a time of day.
  it.each([pyiceberg, duckdb])("$engine reads times of day", async (reader) => {
    const rows = await reader.readTable({ catalog: reference, table: `${namespace}.times` });
    expect(sortRows(rows, "id")).toEqual([
      { id: 1n, time: "00:00:00" },
      { id: 2n, time: "23:59:59.999999" },
      { id: 3n, time: null },
      { id: 4n, time: "10:30:00.500000" },
    ]);
  });

  it("compresses as the table asked at the time", async () => {
    const used = new Map<unknown, unknown>();
    for await (const { dataFile, batch } of table.scan({ columns: ["id"] })) {
      const found = await duckdb.sql(
        `SELECT DISTINCT compression FROM parquet_metadata('${dataFile.filePath}')`,
        { interop_codecs: reference },
      );
      used.set(rowAt(batch, 0)["id"], found.map((row) => row["compression"]).join());
    }
    expect(used).toEqual(
      new Map([
        [0n, "ZSTD"],
        [100n, "SNAPPY"],
        [200n, "GZIP"],
        [300n, "UNCOMPRESSED"],
        [400n, "ZSTD"],
        [500n, "SNAPPY"],
        [600n, "GZIP"],
        [700n, "UNCOMPRESSED"],
      ]),
    );
  });

  /** Conditions that a bound which is too tight would answer with too few rows. */
  const conditions: readonly (readonly [filter: string, cases: readonly number[]])[] = [
    ["long = -9223372036854775807 - 1", [1]],
    ["string >= '💅'", [2]],
    ["string = ''", [1]],
    ["float = 0", [5, 6]],
    ["double <= 0", [1, 4, 5, 6]],
    ["decimal_38 < 0", [1]],
    ["date < DATE '1970-01-01'", [0, 1]],
    ["timestamp < TIMESTAMP_NTZ '1970-01-01 00:00:00'", [0, 1]],
    ["boolean", [0]],
    ["uuid IS NOT NULL", [0, 1, 2]],
    ["isnan(double)", [3]],
  ];

  it.each(conditions)("Spark finds the rows of %s", async (filter, caseIndexes) => {
    const rows = await spark.readTable({
      catalog: reference,
      table: `${namespace}.every_type`,
      columns: ["id"],
      filter,
    });
    const ids = ways.flatMap((_way, way) =>
      caseIndexes.map((index) => ({ id: BigInt(way * 100 + index) })),
    );
    expect(sortRows(rows, "id")).toEqual(ids);
  });
});
