import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import type { TableRow } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  createTable,
  defineSchema,
  openCatalog,
  openTable,
  parsePrimitiveType,
} from "../../src/index.ts";
import type { Catalog, PlainRow, Table, Type } from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, sharedCatalogs } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

let nextId = 1000;

function struct(fields: Readonly<Record<string, Type | string>>): Type {
  return {
    kind: "struct",
    fields: Object.entries(fields).map(([name, type]) => ({
      id: nextId++,
      name,
      required: false,
      type: typeOf(type),
    })),
  };
}

function list(element: Type | string): Type {
  return { kind: "list", elementId: nextId++, elementRequired: false, element: typeOf(element) };
}

function map(key: Type | string, value: Type | string): Type {
  const ids = { keyId: nextId++, valueId: nextId++ };
  return { kind: "map", ...ids, key: typeOf(key), valueRequired: false, value: typeOf(value) };
}

function typeOf(type: Type | string): Type {
  return typeof type === "string" ? parsePrimitiveType(type) : type;
}

const shapes = defineSchema({
  id: "int",
  address: { type: struct({ city: "string", place: struct({ x: "int", y: "int" }) }) },
  people: { type: list(struct({ name: "string", tags: list("string") })) },
  grid: { type: list(list("int")) },
  prices: { type: map("string", struct({ amount: "decimal(9,2)" })) },
  lists: { type: map("string", list("int")) },
  deep: { type: list(map("string", list(struct({ a: struct({ b: list("int") }) })))) },
});

const shapeRows: readonly PlainRow[] = [
  {
    id: 0,
    address: { city: "Rome", place: { x: 1, y: 2 } },
    people: [{ name: "ann", tags: ["a", "b"] }, { name: null, tags: [] }, null],
    grid: [[1, 2], [], null, [3, null]],
    prices: { a: { amount: "1.50" }, b: { amount: null }, c: null },
    lists: { x: [1, 2], y: [], z: null },
    deep: [{ k: [{ a: { b: [1, null] } }, { a: null }, null] }, {}, null],
  },
  {
    id: 1,
    address: { city: null, place: null },
    people: [],
    grid: [],
    prices: {},
    lists: {},
    deep: [],
  },
  { id: 2, address: null, people: null, grid: null, prices: null, lists: null, deep: null },
  {
    id: 3,
    address: { city: "Bern", place: { x: null, y: 4 } },
    people: [null],
    grid: [[null]],
    prices: { z: { amount: "-9999999.99" } },
    lists: { e: [null] },
    deep: [{ k: [] }, { l: null }],
  },
];

const leafTypes = {
  boolean: "boolean",
  int: "int",
  long: "long",
  float: "float",
  double: "double",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  string: "string",
  uuid: "uuid",
  fixed: "fixed[3]",
  binary: "binary",
};
const leaf: PlainRow = {
  boolean: true,
  int: -5,
  long: 7,
  float: 1.5,
  double: -2.25,
  date: "1969-12-31",
  timestamp: "1969-12-31T23:59:59.999999",
  timestamptz: "2025-01-15T08:30:00.500000Z",
  string: "Schön 💅🏽",
  uuid: "f79c3e09-677c-4bbd-a479-3f349cb785e7",
  fixed: Uint8Array.of(1, 2, 3),
  binary: Uint8Array.of(0xff, 0),
};
const readLeaf: TableRow = {
  ...leaf,
  fixed: Buffer.from([1, 2, 3]).toString("base64"),
  binary: Buffer.from([0xff, 0]).toString("base64"),
};
const leafNames = Object.keys(leafTypes);

/** Every primitive as a field of a struct, an element and a value of a map. */
const leaves = defineSchema({
  id: "int",
  fields: { type: struct(leafTypes) },
  ...Object.fromEntries(
    Object.entries(leafTypes).flatMap(([name, type]) => [
      [`list_${name}`, { type: list(type) }],
      [`map_${name}`, { type: map("int", type) }],
    ]),
  ),
});

/** A row of a struct, and of lists and maps that have each of its values and a null. */
function leavesRow(id: number, values: PlainRow): PlainRow {
  const lists = leafNames.map((name) => [`list_${name}`, [values[name], null]]);
  const maps = leafNames.map((name) => [
    `map_${name}`,
    [
      [1, values[name]],
      [2, null],
    ],
  ]);
  return { id, fields: values, ...Object.fromEntries(lists), ...Object.fromEntries(maps) };
}

const widths = Array.from({ length: 38 }, (_, index) => index + 1);
const decimalName = (width: number): string => `d${width}`;
const decimals = defineSchema({
  id: "int",
  fields: {
    type: struct(
      Object.fromEntries(widths.map((width) => [decimalName(width), `decimal(${width},0)`])),
    ),
  },
  ...Object.fromEntries(
    widths.map((width) => [decimalName(width), { type: list(`decimal(${width},0)`) }]),
  ),
});

/** The greatest and the least value of each width. */
function decimalRow(id: number, sign: "" | "-"): TableRow {
  const values = widths.map((width): [string, string] => [
    decimalName(width),
    sign + "9".repeat(width),
  ]);
  const lists = values.map(([name, value]) => [name, [value, null, "0"]]);
  return { id, fields: Object.fromEntries(values), ...Object.fromEntries(lists) };
}

/** Engines give a map as an object or as pairs; both are an object here. */
function withObjects(value: unknown, type: Type): unknown {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case "struct": {
      const parts = new Map(Object.entries(value));
      return Object.fromEntries(
        type.fields.map((field) => [field.name, withObjects(parts.get(field.name), field.type)]),
      );
    }
    case "list":
      return Array.isArray(value) ? value.map((item) => withObjects(item, type.element)) : value;
    case "map": {
      const entries: readonly unknown[] = Array.isArray(value) ? value : Object.entries(value);
      return Object.fromEntries(
        entries.map((entry) => {
          const [key, item]: readonly unknown[] = Array.isArray(entry) ? entry : [];
          return [String(key), withObjects(item, type.value)];
        }),
      );
    }
    default:
      return value;
  }
}

function normalised(
  rows: readonly TableRow[],
  schema: { readonly fields: readonly { readonly name: string; readonly type: Type }[] },
): TableRow[] {
  return rows.map((row) =>
    Object.fromEntries(schema.fields.map(({ name, type }) => [name, withObjects(row[name], type)])),
  );
}

/** PyIceberg reads a null list or map of structs as an empty one, also where Spark wrote it. */
function asPyIceberg(row: TableRow): TableRow {
  return { ...row, people: row["people"] ?? [], prices: row["prices"] ?? {} };
}

async function scanned(table: Table): Promise<PlainRow[]> {
  await table.refresh();
  const rows: PlainRow[] = [];
  for await (const { batch } of table.scan()) {
    for (let row = 0; row < batch.rowCount; row += 1) rows.push(rowAt(batch, row));
  }
  return rows.toSorted((a, b) => Number(a["id"]) - Number(b["id"]));
}

describe.each(sharedCatalogs)("nested columns in %s", (_, shared) => {
  const { name: catalogName, settings, reference } = shared;
  const namespace = freshNamespace("nested");
  let catalog: Catalog;

  beforeAll(async () => {
    catalog = await openCatalog(settings);
  });
  afterAll(() => catalog[Symbol.asyncDispose]());

  async function readEverywhere(
    name: string,
    schema: Parameters<typeof normalised>[1],
    readers = engines,
  ): Promise<Readonly<Record<string, readonly TableRow[]>>> {
    const read = { catalog: reference, table: `${namespace}.${name}` };
    const answers = await readByAll(readers, read, "id");
    return Object.fromEntries(
      Object.entries(answers).map(([engine, rows]) => [engine, normalised(rows, schema)]),
    );
  }

  it.each(["v1", "v2"])("every shape in pages of %s is read by all", async (version) => {
    const name = `shapes_${version}`;
    const properties = { "write.parquet.page-version": version };
    const table = await createTable(catalog, `${namespace}.${name}`, {
      schema: shapes,
      properties,
    });
    await table.append(shapeRows);
    const expected = normalised(shapeRows, shapes);
    expect(await readEverywhere(name, shapes)).toEqual({
      ...fromAll(engines, expected),
      pyiceberg: expected.map((row) => asPyIceberg(row)),
    });
    const [first, ...others] = normalised(await scanned(table), shapes);
    const prices = { a: { amount: 150n }, b: { amount: null }, c: null };
    expect(first).toEqual({ ...expected[0], prices });
    const amount = -999_999_999n;
    expect(others).toEqual([
      ...expected.slice(1, 3),
      { ...expected[3], prices: { z: { amount } } },
    ]);
  });

  it("every primitive is read as a field, an element and a value", async () => {
    const table = await createTable(catalog, `${namespace}.leaves`, { schema: leaves });
    await table.append([leavesRow(1, leaf)]);
    const expected = normalised([leavesRow(1, readLeaf)], leaves);
    expect(await readEverywhere("leaves", leaves)).toEqual(fromAll(engines, expected));
  });

  it("decimals of every width are read", async () => {
    const table = await createTable(catalog, `${namespace}.decimals`, { schema: decimals });
    const rows = [decimalRow(1, ""), decimalRow(2, "-")];
    await table.append(rows);
    expect(await readEverywhere("decimals", decimals)).toEqual(fromAll(engines, rows));
  });

  // Spark has no type for a time of day.
  it("times of day are read", async () => {
    const schema = defineSchema({ id: "int", times: { type: list(struct({ at: "time" })) } });
    const table = await createTable(catalog, `${namespace}.times`, { schema });
    const rows = [{ id: 1, times: [{ at: "23:59:59.999999" }, { at: null }, null] }];
    await table.append(rows);
    const readers = [pyiceberg, duckdb];
    expect(await readEverywhere("times", schema, readers)).toEqual(fromAll(readers, rows));
  });

  it("a filter on a field of a struct leaves the files that have it", async () => {
    const table = await createTable(catalog, `${namespace}.pruned`, { schema: shapes });
    await table.append([{ id: 1, address: { city: "Rome" } }]);
    await table.append([
      { id: 2, address: { city: "Bern" } },
      { id: 3, address: null },
    ]);
    const read = { catalog: reference, table: `${namespace}.pruned` };
    const planned = await pyiceberg.plannedFiles({ ...read, filter: "address.city = 'Bern'" });
    expect(planned.length).toBe(1);
    const rows = await spark.readTable({
      ...read,
      columns: ["id"],
      filter: "address.city = 'Bern' AND address.city < 'C'",
    });
    expect(rows).toEqual([{ id: 2 }]);
  });

  it("tables of Spark are read, after their parts were renamed, added and dropped too", async () => {
    const name = `${catalogName}.${namespace}.theirs`;
    const inSpark = (text: string): ReturnType<typeof spark.sql> =>
      spark.sql(text, { [catalogName]: reference });
    // The hadoop catalog makes the namespace with its first table.
    await createTable(catalog, `${namespace}.first`, { schema: defineSchema({ id: "int" }) });
    await inSpark(
      `CREATE TABLE ${name} (id INT, address STRUCT<city: STRING, zip: INT>,
       tags ARRAY<STRUCT<k: STRING, v: INT>>, prices MAP<STRING, ARRAY<INT>>) USING iceberg
       TBLPROPERTIES ('write.delete.mode' = 'merge-on-read')`,
    );
    await inSpark(
      `INSERT INTO ${name} VALUES
       (1, named_struct('city', 'Ulm', 'zip', 7),
        array(named_struct('k', 'a', 'v', 1), null), map('x', array(1, null), 'y', array())),
       (2, null, null, null),
       (3, named_struct('city', 'Hof', 'zip', null), array(), map())`,
    );
    await inSpark(`ALTER TABLE ${name} RENAME COLUMN address.city TO town`);
    await inSpark(`ALTER TABLE ${name} DROP COLUMN address.zip`);
    await inSpark(`ALTER TABLE ${name} ADD COLUMN tags.element.w STRING`);
    await inSpark(`DELETE FROM ${name} WHERE id = 3`);
    const table = await openTable(catalog, `${namespace}.theirs`);
    const theirs = [
      {
        id: 1,
        address: { town: "Ulm" },
        tags: [{ k: "a", v: 1, w: null }, null],
        prices: [
          ["x", [1, null]],
          ["y", []],
        ],
      },
      { id: 2, address: null, tags: null, prices: null },
    ];
    expect(await scanned(table)).toEqual(theirs);
    const ours = { id: 4, address: { town: "Bonn" }, tags: [{ w: "new" }], prices: { z: [5] } };
    await table.append([ours]);
    const schema = table.metadata.schemas.find(
      ({ schemaId }) => schemaId === table.metadata.currentSchemaId,
    )!;
    const expected = normalised([...theirs, ours], schema);
    expect(await readEverywhere("theirs", schema)).toEqual({
      ...fromAll(engines, expected),
      pyiceberg: expected.map((row) => (row["tags"] === null ? { ...row, tags: [] } : row)),
    });
  });
});

describe("PyIceberg's nested columns", () => {
  it("are read back from a copy that it wrote", async () => {
    const [, { settings, reference }] = sharedCatalogs[1];
    if (reference.kind !== "rest") throw new TypeError(reference.kind);
    const namespace = freshNamespace("copied");
    await using catalog = await openCatalog(settings);
    const table = await createTable(catalog, `${namespace}.ours`, { schema: shapes });
    await table.append(shapeRows);
    const copy = { catalog: reference, table: `${namespace}.copy`, source: `${namespace}.ours` };
    await pyiceberg.copyTable(copy);
    const copied = await openTable(catalog, `${namespace}.copy`);
    const expected = normalised(await scanned(table), shapes).map((row) => asPyIceberg(row));
    expect(normalised(await scanned(copied), shapes)).toEqual(expected);
    await copied.append([{ id: 9, grid: [[9]] }]);
    const rows = await pyiceberg.readTable({
      catalog: reference,
      table: copy.table,
      filter: "id = 9",
    });
    expect(rows.map((row) => row["grid"])).toEqual([[[9]]]);
  });
});
