import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { rowAt } from "@salon/columns";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openOrCreateTable,
  openTable,
} from "../src/index.ts";
import type { Catalog, RowChunk, Table } from "../src/index.ts";

const schema = defineSchema({
  customer_id: { type: "int", required: true },
  comment: "string",
  timestamp: { type: "string", doc: "local date and time" },
});

async function rowsOf(table: Table): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { batch } of table.scan()) {
    for (let row = 0; row < batch.rowCount; row += 1) rows.push(rowAt(batch, row));
  }
  return rows;
}

const rating = (customer_id: number, comment: string | null): Record<string, unknown> => ({
  customer_id,
  comment,
  timestamp: `2025-01-1${customer_id % 3}T10:30:00`,
});

describe("a table on local disk", () => {
  let warehouse: string;
  let catalog: Catalog;

  beforeEach(async () => {
    warehouse = await mkdtemp(join(tmpdir(), "salon-table-"));
    catalog = await openCatalog({ type: "hadoop", warehouse });
  });

  afterEach(async () => {
    await catalog[Symbol.asyncDispose]();
    await rm(warehouse, { recursive: true });
  });

  it("is created, filled and read back", async () => {
    const table = await createTable(catalog, "db.ratings", {
      schema,
      partitionSpec: definePartitionSpec(schema, { timestamp_day: "truncate[10](timestamp)" }),
    });
    const snapshot = await table.append([rating(1, "lovely"), rating(2, null)]);
    expect(snapshot?.summary).toMatchObject({
      operation: "append",
      "added-records": "2",
      "changed-partition-count": "2",
    });
    expect(await readdir(join(warehouse, "db", "ratings", "data"))).toEqual([
      "timestamp_day=2025-01-11",
      "timestamp_day=2025-01-12",
    ]);
    const opened = await openTable(catalog, "db.ratings");
    expect(opened.metadata).toEqual(table.metadata);
    expect(await rowsOf(opened)).toEqual(
      expect.arrayContaining([rating(1, "lovely"), rating(2, null)]),
    );
  });

  it("takes a stream of rows, of arrays and of columns", async () => {
    const table = await createTable(catalog, "streamed", { schema });
    await table.append([rating(1, "columns")]);

    async function* stream(): AsyncGenerator<Record<string, unknown> | RowChunk> {
      for (let number = 0; number < 5000; number += 1) yield rating(number, "row");
      yield [rating(5000, "array")];
      for await (const { batch } of table.scan()) yield batch;
    }
    const snapshot = await table.append(stream());
    expect(snapshot?.summary).toMatchObject({ "added-records": "5002", "total-records": "5003" });
    expect(await rowsOf(table)).toHaveLength(5003);
  });

  it("commits nothing where there are no rows", async () => {
    const table = await createTable(catalog, "empty", { schema });
    expect(await table.append([])).toBeUndefined();
    await table.refresh();
    expect(table.metadata.snapshots).toEqual([]);
  });

  it("leaves no trace of an append that fails", async () => {
    const table = await createTable(catalog, "failed", { schema });
    async function* stream(): AsyncGenerator<Record<string, unknown>> {
      for (let number = 0; number < 5000; number += 1) yield rating(number, "row");
      yield { customer_id: "not a number" };
    }
    await expect(table.append(stream())).rejects.toMatchObject({ code: "VALUE_INVALID" });
    const refused = new Error("refused");
    const prepare = (): never => {
      throw refused;
    };
    await expect(table.append([rating(1, "x")], { prepare })).rejects.toBe(refused);
    await table.refresh();
    expect(table.metadata.snapshots).toEqual([]);
    const files = await readdir(join(warehouse, "failed"), { recursive: true });
    expect(files.filter((file) => /\.(?:parquet|avro|tmp)$/u.test(file))).toEqual([]);
  });

  it("appends from several writers at once, each row once", async () => {
    const first = await createTable(catalog, "shared", {
      schema,
      properties: { "commit.retry.num-retries": "50", "commit.retry.min-wait-ms": "1" },
    });
    const writers = await Promise.all([0, 1, 2, 3].map(() => openTable(catalog, "shared")));
    await Promise.all(writers.map((table, index) => table.append([rating(index, "x")])));
    await first.refresh();
    expect(first.metadata.snapshots).toHaveLength(4);
    expect(await rowsOf(first)).toHaveLength(4);
  });

  it("is opened by all who want to create it", async () => {
    const tables = await Promise.all(
      [0, 1, 2].map(() => openOrCreateTable(catalog, "db.raced", { schema })),
    );
    expect(new Set(tables.map((table) => table.metadata.tableUuid)).size).toBe(1);
  });

  it("changes properties and expires snapshots", async () => {
    const table = await createTable(catalog, "kept", { schema });
    for (const number of [1, 2, 3]) await table.append([rating(number, "x")]);
    await table.updateProperties({ set: { "history.expire.max-snapshot-age-ms": "0" } });
    const { expired } = await table.expireSnapshots();
    expect(expired.snapshotIds).toHaveLength(2);
    expect(table.metadata.snapshots).toHaveLength(1);
    expect(await rowsOf(table)).toHaveLength(3);
  });
});

describe("defineSchema and definePartitionSpec", () => {
  it("read the spec's words", () => {
    expect(schema.fields).toEqual([
      { id: 1, name: "customer_id", required: true, type: { kind: "int" } },
      { id: 2, name: "comment", required: false, type: { kind: "string" } },
      {
        id: 3,
        name: "timestamp",
        required: false,
        type: { kind: "string" },
        doc: "local date and time",
      },
    ]);
    expect(definePartitionSpec(schema, { b: "bucket[16](customer_id)" }).fields).toEqual([
      { sourceId: 1, fieldId: 1000, name: "b", transform: { kind: "bucket", numBuckets: 16 } },
    ]);
  });

  it("name what they do not understand", () => {
    expect(() => defineSchema({ x: "integer" })).toThrow(/integer/u);
    expect(() => definePartitionSpec(schema, { x: "day(missing)" })).toThrow(/day\(missing\)/u);
  });
});
