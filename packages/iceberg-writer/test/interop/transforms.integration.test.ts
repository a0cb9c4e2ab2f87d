import { pathToFileURL } from "node:url";

import { valuesOf } from "@salon/columns";
import { createWorkDirectory, sortRows, useSharedReader } from "@salon/testkit";
import type { CatalogReference } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  planFiles,
} from "../../src/index.ts";
import type { DataFile, PlainRow, Table } from "../../src/index.ts";
import { fromAll, readByAll } from "./catalogs-of-engines.ts";
import { partitionedColumns } from "./partitioned-columns.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");

// On local disk: what is shown does not depend on the storage, and each table is a dozen files.
const warehouse = await createWorkDirectory("transforms");
const reference: CatalogReference = {
  kind: "hadoop",
  warehouse: pathToFileURL(warehouse.path).href,
};
const sparkName = "interop_transforms";
const catalog = await openCatalog({ type: "hadoop", warehouse: warehouse.path });
afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await warehouse[Symbol.asyncDispose]();
});

/** Ids of the rows that Spark copied from ours are greater by this. */
const copied = 100;

/**
 * Spark has no time of day, and Iceberg's Java library reads a partition value that is fixed as if
 * it had a length before it (apache/iceberg#17501).
 */
const isForSpark = (type: string, transform: string): boolean =>
  type !== "time" && !(type.startsWith("fixed") && transform === "identity");

const cases = Object.entries(partitionedColumns).flatMap(([type, column]) =>
  column.transforms.map((transform) => ({ type, transform, column })),
);

describe.each(cases)("$transform of $type", ({ type, transform, column }) => {
  const written = [...column.values, null].map((v, id): PlainRow => ({ id, v }));
  const name = `${transform}_${type}`.replaceAll(/\W+/gu, "_");
  const engines = isForSpark(type, transform) ? [pyiceberg, duckdb, spark] : [pyiceberg, duckdb];
  let table: Table;

  beforeAll(async () => {
    const schema = defineSchema({ id: "int", v: type });
    table = await createTable(catalog, `db.${name}`, {
      schema,
      partitionSpec: definePartitionSpec(schema, { p: `${transform}(v)` }),
      // Files are to be told apart by their partitions alone.
      properties: { "write.metadata.metrics.default": "none" },
    });
    await table.append(written);
    if (!engines.includes(spark)) return;
    const full = `${sparkName}.db.${name}`;
    const copy = `INSERT INTO ${full} SELECT id + ${copied}, v FROM ${full}`;
    await spark.sql(copy, { [sparkName]: reference });
    await table.refresh();
  });

  it("is read by all, with the rows that Spark added", async () => {
    const ours = written.map(({ id, v }) => ({ id, v: asRead(v) }));
    const copies = ours.map(({ id, v }) => ({ id: Number(id) + copied, v }));
    const expected = engines.includes(spark) ? [...ours, ...copies] : ours;
    const read = { catalog: reference, table: `db.${name}` };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
  });

  it("has the partition values of PyIceberg and Spark", async () => {
    const partitions = await partitionsById(table);
    const values = await pyiceberg.partitionValues({ catalog: reference, table: `db.${name}` });
    expect(values).toHaveLength(partitions.size);
    expect(values.map((row) => row["recorded"])).toEqual(values.map((row) => row["computed"]));
    const ids = engines.includes(spark) ? written.map(({ id }) => Number(id)) : [];
    expect(ids.map((id) => partitions.get(id + copied))).toEqual(
      ids.map((id) => partitions.get(id)),
    );
  });

  it("lets filters leave files out", async () => {
    const fileCount = (await Array.fromAsync(planFiles(table.catalogTable))).length;
    const planners = engines.includes(spark) ? [pyiceberg, spark] : [pyiceberg];
    const answers = planners.map(async (reader) => {
      const literal = column.literal[reader.engine === "spark" ? "spark" : "pyiceberg"];
      const filter = literal === undefined ? "v IS NULL" : `v = ${literal}`;
      const read = { catalog: reference, table: `db.${name}`, filter };
      const planned = await reader.plannedFiles(read);
      const rows = sortRows(await reader.readTable({ ...read, columns: ["id"] }), "id");
      return { filter, isPruned: planned.length < fileCount, ids: rows.map((row) => row["id"]) };
    });
    const copiesOf = (id: number): number[] =>
      planners.includes(spark) ? [id, id + copied] : [id];
    for (const { filter, isPruned, ids } of await Promise.all(answers)) {
      expect({ filter, isPruned, ids }).toEqual({
        filter,
        isPruned: true,
        ids: copiesOf(filter === "v IS NULL" ? written.length - 1 : 0),
      });
    }
  });
});

/** A type as the name of a column. */
const nameOf = (type: string): string => type.replaceAll(/\W+/gu, "_");

it("void of every type leaves rows in one file, which all read", async () => {
  const columns = Object.entries(partitionedColumns).filter(([type]) => type !== "time");
  const schema = defineSchema(Object.fromEntries(columns.map(([type]) => [nameOf(type), type])));
  const table = await createTable(catalog, "db.void", {
    schema,
    partitionSpec: definePartitionSpec(
      schema,
      Object.fromEntries(columns.map(([type], index) => [`p${index}`, `void(${nameOf(type)})`])),
    ),
  });
  const row = columns.map(([type, { values }]) => [nameOf(type), values[0]] as const);
  const nulls = row.map(([column]) => [column, null] as const);
  await table.append([Object.fromEntries(row), Object.fromEntries(nulls)]);
  const expected = [
    Object.fromEntries(row.map(([column, value]) => [column, asRead(value)])),
    Object.fromEntries(nulls),
  ];
  const read = { catalog: reference, table: "db.void" };
  const engines = [pyiceberg, duckdb, spark];
  expect(await readByAll(engines, read)).toEqual(fromAll(engines, expected));
  expect(await spark.plannedFiles({ ...read, filter: "int = 34" })).toHaveLength(1);
});

/** What the metadata records of each row's file. */
async function partitionsById(table: Table): Promise<Map<number, DataFile["partition"]>> {
  const partitions = new Map<number, DataFile["partition"]>();
  for await (const { dataFile, batch } of table.scan({ columns: ["id"] })) {
    for (const id of valuesOf(batch.columns[0]!)) partitions.set(Number(id), dataFile.partition);
  }
  return partitions;
}

/** A value as the engines give it (testkit: TableRow). */
function asRead(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
