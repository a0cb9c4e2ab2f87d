import { beforeAll, describe, expect, it } from "vitest";
import { sortRows, useSharedReader, useSharedServices } from "../../src/index.ts";
import type { CatalogReference, ForeignReader } from "../../src/index.ts";

const { s3, bucket, restCatalog } = useSharedServices();
const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");

const catalogs: Readonly<Record<string, CatalogReference>> = {
  testkit_hadoop: { kind: "hadoop", warehouse: `s3a://${bucket}/testkit-hadoop`, s3 },
  testkit_rest: { kind: "rest", uri: restCatalog.uri, s3 },
};

/** What the inserted literals mean, written by hand. */
const full = {
  id: 9007199254740993n,
  code: 1,
  rating: Math.fround(4.3),
  timestamp: "2025-01-15T10:00:00",
  value: Buffer.from("abc").toString("base64"),
  zoned: "2025-01-15T10:00:00.123456Z",
  local: "2025-01-15T10:00:00.500000",
  day: "2025-01-01",
  list: [1, 2],
  entry: { a: 1 },
  entries: [["k", 1]],
  amount: "12.50",
};
const empty = {
  ...Object.fromEntries(Object.keys(full).map((name) => [name, null])),
  id: 2n,
  rating: "nan",
  timestamp: "2025-01-16T10:00:00",
};

describe.each(Object.entries(catalogs))("tables of %s", (name, catalog) => {
  const table = "testkit_readers.every_type";
  const read = { catalog, table };

  beforeAll(async () => {
    const use = { [name]: catalog };
    await spark.sql(`CREATE NAMESPACE IF NOT EXISTS ${name}.testkit_readers`, use);
    await spark.sql(
      `CREATE TABLE ${name}.${table} (
        id BIGINT, code INT, rating FLOAT, timestamp STRING, value BINARY, zoned TIMESTAMP,
        local TIMESTAMP_NTZ, day DATE, list ARRAY<INT>, entry STRUCT<a: INT>,
        entries MAP<STRING, INT>, amount DECIMAL(10, 2)
      ) USING iceberg PARTITIONED BY (truncate(10, timestamp))`,
      use,
    );
    await spark.sql(
      `INSERT INTO ${name}.${table} VALUES (
        9007199254740993, 1, CAST(4.3 AS FLOAT), '2025-01-15T10:00:00', CAST('abc' AS BINARY),
        TIMESTAMP '2025-01-15 10:00:00.123456', TIMESTAMP_NTZ '2025-01-15 10:00:00.5',
        DATE '2025-01-01', ARRAY(1, 2), NAMED_STRUCT('a', 1), MAP('k', 1), 12.5)`,
      use,
    );
    await spark.sql(
      `INSERT INTO ${name}.${table} VALUES (2, NULL, CAST('NaN' AS FLOAT),
        '2025-01-16T10:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
      use,
    );
  });

  it.each([
    ["spark", spark],
    ["pyiceberg", pyiceberg],
    ["duckdb", duckdb],
  ] as const)("%s reads every type without loss", async (_, reader: ForeignReader) => {
    expect(sortRows(await reader.readTable(read), "id")).toEqual([empty, full]);
  });

  it.each([
    ["spark", spark],
    ["pyiceberg", pyiceberg],
    ["duckdb", duckdb],
  ] as const)("%s reads columns, filters and snapshots", async (_, reader: ForeignReader) => {
    const filter = "timestamp >= '2025-01-16'";
    const some = await reader.readTable({ ...read, columns: ["id", "code"], filter });
    expect(some).toEqual([{ id: 2n, code: null }]);
    const [first] = await spark.sql(
      `SELECT snapshot_id FROM ${name}.${table}.snapshots ORDER BY committed_at`,
      { [name]: catalog },
    );
    const snapshotId = first?.["snapshot_id"] as bigint;
    expect(await reader.readTable({ ...read, snapshotId })).toEqual([full]);
  });

  it.each([
    ["spark", spark],
    ["pyiceberg", pyiceberg],
  ] as const)("%s says which files a filter leaves", async (_, reader) => {
    expect(await reader.plannedFiles(read)).toHaveLength(2);
    const left = await reader.plannedFiles({ ...read, filter: "timestamp >= '2025-01-16T00:00'" });
    expect(left).toEqual([expect.stringContaining("2025-01-16")]);
  });
});

it("PyIceberg creates a table and appends rows, which it and Spark read", async () => {
  const catalog = { kind: "rest", uri: restCatalog.uri, s3 } as const;
  const table = "testkit_readers.made_by_pyiceberg";
  const types = {
    id: "long",
    rating: "float",
    zoned: "timestamptz",
    local: "timestamp",
    day: "date",
    value: "binary",
    amount: "decimal(10, 2)",
  };
  const fields = Object.entries(types).map(([name, type], index) => ({
    id: index + 1,
    name,
    type,
    required: false,
  }));
  await pyiceberg.createTable({
    catalog,
    table,
    schema: { type: "struct", fields },
    partitionSpec: {
      "spec-id": 0,
      fields: [{ name: "local_day", transform: "day", "source-id": 4, "field-id": 1000 }],
    },
  });
  const { id, rating, zoned, local, day, value, amount } = full;
  const row = { id, rating, zoned, local, day, value, amount };
  await pyiceberg.appendRows({ catalog, table, rows: [row, { id: 2n }] });
  const none = Object.fromEntries(Object.keys(types).map((name) => [name, null]));
  for (const reader of [pyiceberg, spark]) {
    const rows = await reader.readTable({ catalog, table });
    expect(sortRows(rows, "id")).toEqual([{ ...none, id: 2n }, row]);
  }
});

it("tells the engine's own message", async () => {
  await expect(duckdb.sql("SELECT nonsense")).rejects.toMatchObject({
    code: "REQUEST_FAILED",
    message: expect.stringContaining("nonsense"),
  });
});
