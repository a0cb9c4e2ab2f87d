import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openTable,
} from "../../src/index.ts";
import type { Catalog, NestedField, PlainRow, Type } from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, restCatalog } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

const { name: catalogName, settings, reference } = restCatalog;
const namespace = freshNamespace("nested_partitions");
let catalog: Catalog;
beforeAll(async () => {
  catalog = await openCatalog(settings);
});
afterAll(() => catalog[Symbol.asyncDispose]());

const inSpark = (text: string): ReturnType<typeof spark.sql> =>
  spark.sql(text.replaceAll("{ns}", `${catalogName}.${namespace}`), { [catalogName]: reference });

function placed(id: number): PlainRow[] {
  return [
    { id, place: { city: "Ulm", code: 89_073, visit: { at: "2025-01-15T23:59:59.999999Z" } } },
    { id: id + 1, place: { city: "Bonn", code: null, visit: null } },
    { id: id + 2, place: { city: null, code: 1, visit: { at: null } } },
  ];
}

function optional(id: number, name: string, type: Type): NestedField {
  return { id, name, required: false, type };
}

async function createOurs(name: string): Promise<void> {
  const at = optional(31, "at", { kind: "timestamptz" });
  const fields = [
    optional(10, "city", { kind: "string" }),
    optional(20, "code", { kind: "int" }),
    optional(30, "visit", { kind: "struct", fields: [at] }),
  ];
  const schema = defineSchema({ id: "int", place: { type: { kind: "struct", fields } } });
  const partitionSpec = definePartitionSpec(schema, {
    "place.city": "identity(place.city)",
    code_bucket: "bucket[4](place.code)",
    at_day: "day(place.visit.at)",
  });
  await createTable(catalog, `${namespace}.${name}`, { schema, partitionSpec });
}

async function createTheirs(name: string): Promise<void> {
  await inSpark(
    `CREATE TABLE {ns}.${name} (
       id INT, place STRUCT<city: STRING, code: INT, visit: STRUCT<at: TIMESTAMP>>)
     USING iceberg PARTITIONED BY (place.city, bucket(4, place.code), days(place.visit.at))`,
  );
}

describe.each([
  ["we", createOurs],
  ["Spark", createTheirs],
])("a table partitioned by fields of structs that %s created", (creator, create) => {
  it("is written by us and by Spark, and read by all", async () => {
    const name = `by_${creator.toLowerCase()}`;
    await create(name);
    const table = await openTable(catalog, `${namespace}.${name}`);
    await table.append(placed(0));
    await inSpark(`INSERT INTO {ns}.${name} SELECT id + 10, place FROM {ns}.${name}`);
    await table.refresh();
    await table.append(placed(20));

    const read = { catalog: reference, table: `${namespace}.${name}` };
    const expected = [0, 10, 20].flatMap(placed);
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
    const ours: unknown[] = [];
    for await (const { batch } of table.scan()) {
      for (let row = 0; row < batch.rowCount; row++) ours.push(rowAt(batch, row)["id"]);
    }
    expect(new Set(ours)).toEqual(new Set(expected.map(({ id }) => id)));

    // Spark's copy of each row stands in the partition in which we have put it.
    const partitions = await inSpark(
      `SELECT count(*) AS files, sum(record_count) AS rows FROM {ns}.${name}.files
       GROUP BY partition`,
    );
    expect(partitions).toEqual(Array.from({ length: 3 }, () => ({ files: 3n, rows: 3n })));
    for (const reader of [spark, pyiceberg]) {
      const ulm = { ...read, filter: "place.city = 'Ulm'" };
      expect(await reader.plannedFiles(ulm)).toHaveLength(3);
      const rows = await reader.readTable({ ...ulm, columns: ["id"] });
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([0, 10, 20]));
    }

    // Spark makes a struct of a null one that has a column of identity partitions.
    await table.append([{ id: 30, place: null }]);
    const others = [pyiceberg, duckdb];
    const withNull = fromAll(others, [...expected, { id: 30, place: null }]);
    expect(await readByAll(others, read, "id")).toEqual(withNull);
  });
});
