import {
  columnBatch,
  columnFromValues,
  rowAt,
  structField,
  type ColumnValue,
} from "@salon/columns";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import { createPageDecompressors } from "../../src/codec/parquet/page-decompression.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import { scanTable } from "../../src/scan/table-scan.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import type { PartitionSpec } from "../../src/spec/partition-spec.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import type { NestedField, PrimitiveType, Type } from "../../src/spec/type.ts";
import { batchFromRows, type PlainRow } from "../../src/writer/batch-from-rows.ts";
import { conformBatch } from "../../src/writer/conform-batch.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";
import { nestedFieldCase } from "./arbitrary-nested-field.ts";

const int: PrimitiveType = { kind: "int" };
const string: PrimitiveType = { kind: "string" };

const optional = (id: number, name: string, type: Type): NestedField => ({
  id,
  name,
  required: false,
  type,
});
const required = (id: number, name: string, type: Type): NestedField => ({
  ...optional(id, name, type),
  required: true,
});

const ADDRESS = optional(2, "address", {
  kind: "struct",
  fields: [required(3, "city", string), optional(4, "zip", int)],
});
const SCORES = optional(5, "scores", {
  kind: "list",
  elementId: 6,
  elementRequired: false,
  element: { kind: "float" },
});
const PRICES = optional(7, "prices", {
  kind: "map",
  keyId: 8,
  key: string,
  valueId: 9,
  valueRequired: true,
  value: { kind: "struct", fields: [required(10, "amount", { kind: "long" })] },
});
const FIELDS = [required(1, "id", int), ADDRESS, SCORES, PRICES];

interface TestTable {
  readonly metadata: TableMetadata;
  readonly fileIo: FileIo;
}

/** A table whose fields keep their ids. */
function tableOf(
  fields: readonly NestedField[],
  properties: Readonly<Record<string, string>> = {},
  partitionSpec?: PartitionSpec,
): TestTable {
  const schema = { schemaId: 0, fields };
  const metadata = newTableMetadata(
    { schema, location: "memory://t", properties },
    { uuid: "11111111-2222-4333-8444-555555555555", nowMs: 0 },
  );
  const partitionSpecs = partitionSpec === undefined ? metadata.partitionSpecs : [partitionSpec];
  const withIds = { ...metadata, schemas: [schema], partitionSpecs };
  return { fileIo: createMemoryFileIo(), metadata: withIds };
}

async function write(table: TestTable, rows: readonly PlainRow[]): Promise<readonly DataFile[]> {
  await using writer = openTableWriter({ table });
  await writer.write(batchFromRows(table.metadata.schemas[0]!, rows));
  return await writer.close();
}

async function scan(table: TestTable, dataFiles: readonly DataFile[]): Promise<PlainRow[]> {
  const files = dataFiles.map((dataFile) => ({ dataFile, deleteFiles: [], sequenceNumber: 1n }));
  const rows: PlainRow[] = [];
  for await (const { batch } of scanTable({ table, files })) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
  }
  return rows;
}

const ROWS: readonly PlainRow[] = [
  {
    id: 1,
    address: { city: "Rome", zip: 5 },
    scores: [1.5, null, Number.NaN],
    prices: new Map([["a", { amount: 1n }]]),
  },
  { id: 2, address: null, scores: [], prices: {} },
  { id: 3, address: { city: "Bern" }, scores: null, prices: [["b", { amount: 2 }]] },
];

test("reads back what was written, whatever the type", async () => {
  await fc.assert(
    fc.asyncProperty(nestedFieldCase, async ({ field, values }) => {
      const properties = {
        "write.parquet.page-row-limit": "3",
        "write.parquet.dict-size-bytes": "8",
      };
      const table = tableOf([field], properties);
      await using writer = openTableWriter({ table });
      const column = columnFromValues(columnTypeOf(field.type), values);
      await writer.write(columnBatch({ [field.name]: column }));
      const files = await writer.close();
      expect(await scan(table, files)).toEqual(values.map((value) => ({ [field.name]: value })));
      const bytes = new Uint8Array(await table.fileIo.read(files[0]!.filePath));
      const objects = await parquetReadObjects({
        file: bytes.buffer,
        compressors: createPageDecompressors(),
      });
      expect(objects.map((object) => plain(object[field.name]))).toEqual(
        values.map((value) => asHyparquet(field.type, value)),
      );
    }),
    { numRuns: 150 },
  );
}, 60_000);

/** Undefined is null in what hyparquet reads. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Maps become objects there. */
function asHyparquet(type: Type, value: ColumnValue | null): unknown {
  if (value === null) return null;
  if (type.kind === "list") {
    return (value as readonly (ColumnValue | null)[]).map((item) =>
      asHyparquet(type.element, item),
    );
  }
  if (type.kind === "map") {
    const entries = value as readonly (readonly [string, ColumnValue | null])[];
    return Object.fromEntries(entries.map(([key, item]) => [key, asHyparquet(type.value, item)]));
  }
  if (type.kind !== "struct") return value;
  const parts = value as Readonly<Record<string, ColumnValue | null>>;
  return Object.fromEntries(
    type.fields.map((field) => [field.name, asHyparquet(field.type, parts[field.name]!)]),
  );
}

test("takes maps as Maps, pairs and objects", async () => {
  const table = tableOf(FIELDS);
  expect(await scan(table, await write(table, ROWS))).toEqual([
    {
      id: 1,
      address: { city: "Rome", zip: 5 },
      scores: [1.5, null, Number.NaN],
      prices: [["a", { amount: 1n }]],
    },
    { id: 2, address: null, scores: [], prices: [] },
    {
      id: 3,
      address: { city: "Bern", zip: null },
      scores: null,
      prices: [["b", { amount: 2n }]],
    },
  ]);
});

test("has metrics of leaves in structs, and of others the size", async () => {
  const properties = { "write.metadata.metrics.column.address.zip": "counts" };
  const [file] = await write(tableOf(FIELDS, properties), ROWS);
  expect([...file!.columnSizes!.keys()]).toEqual([1, 3, 4, 6, 8, 10]);
  expect(file!.valueCounts).toEqual(
    new Map([
      [1, 3],
      [3, 3],
      [4, 3],
    ]),
  );
  expect(file!.nullValueCounts).toEqual(
    new Map([
      [1, 0],
      [3, 1],
      [4, 2],
    ]),
  );
  expect(file!.nanValueCounts).toBeUndefined();
  expect([...file!.lowerBounds!.keys()]).toEqual([1, 3]);
  expect(Buffer.from(file!.lowerBounds!.get(3)!).toString()).toBe("Bern");
  expect(Buffer.from(file!.upperBounds!.get(3)!).toString()).toBe("Rome");
});

test("partitions by a field of a struct", async () => {
  const spec: PartitionSpec = {
    specId: 0,
    fields: [{ sourceId: 3, fieldId: 1000, name: "city", transform: { kind: "identity" } }],
  };
  const table = tableOf(FIELDS, {}, spec);
  const files = await write(table, ROWS);
  expect(files.map(({ partition }) => partition)).toEqual([["Rome"], ["Bern"], [null]]);
  expect((await scan(table, files)).map((row) => row["id"])).toEqual([1, 3, 2]);
});

test("finds parts by field id after they were renamed, added, dropped and promoted", async () => {
  const table = tableOf(FIELDS);
  const files = await write(table, ROWS);
  const evolved = tableOf([
    optional(2, "place", {
      kind: "struct",
      fields: [
        optional(11, "country", string),
        optional(4, "code", { kind: "long" }),
        optional(12, "tags", { kind: "list", elementId: 13, elementRequired: true, element: int }),
      ],
    }),
    optional(14, "extra", { kind: "struct", fields: [optional(15, "x", int)] }),
  ]);
  expect(await scan({ ...evolved, fileIo: table.fileIo }, files)).toEqual([
    { place: { country: null, code: 5n, tags: null }, extra: null },
    { place: null, extra: null },
    { place: { country: null, code: null, tags: null }, extra: null },
  ]);
});

test("keeps rows whole in pages, however long a list is", async () => {
  const table = tableOf(FIELDS, { "write.parquet.page-row-limit": "1" });
  const long = Array.from({ length: 40_000 }, (_, index) => index / 2);
  const rows = [
    { id: 1, scores: [1] },
    { id: 2, scores: long },
    { id: 3, scores: [] },
  ];
  const read = await scan(table, await write(table, rows));
  expect(read.map((row) => row["scores"])).toEqual([[1], long, []]);
});

describe("batchFromRows", () => {
  const good = { id: 1, address: { city: "Rome" } };
  test.each<[string, PlainRow, string, string]>([
    ["a wrong type", { id: 1, address: { city: "R", zip: "x" } }, "VALUE_INVALID", "address.zip:"],
    ["a null", { id: 1, address: { city: null } }, "VALUE_INVALID", "address.city: null"],
    ["an absent one", { id: 1, address: {} }, "VALUE_INVALID", "address.city: null"],
    [
      "an unknown one",
      { id: 1, address: { city: "R", street: 1 } },
      "SCHEMA_MISMATCH",
      "address.street is not",
    ],
    ["no object", { id: 1, address: "Rome" }, "VALUE_INVALID", 'address: "Rome" is not an object'],
    ["no array", { id: 1, scores: { a: 1 } }, "VALUE_INVALID", "scores: an object is not an array"],
    ["a wrong element", { id: 1, scores: [1, "x"] }, "VALUE_INVALID", "scores.element:"],
    ["no map", { id: 1, prices: 5n }, "VALUE_INVALID", "prices: 5 is not a Map"],
    ["no pair", { id: 1, prices: [["a"]] }, "VALUE_INVALID", "prices: an array is not a pair"],
    ["a null key", { id: 1, prices: [[null, { amount: 1 }]] }, "VALUE_INVALID", "prices.key: null"],
    ["a null value", { id: 1, prices: { a: null } }, "VALUE_INVALID", "prices.value: null"],
    [
      "a wrong part of a value",
      { id: 1, prices: { a: { amount: 1.5 } } },
      "VALUE_INVALID",
      "prices.value.amount:",
    ],
  ])("names row and field of %s", (_, row, code, message) => {
    expect(() => batchFromRows({ schemaId: 0, fields: FIELDS }, [good, row])).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(`^row 1.*field ${message}`) }),
    );
  });

  test("names the first row, not the first column", () => {
    const rows = [good, { id: 2, scores: ["x"] }, { id: "three" }, { id: 4, other: 1 }];
    expect(() => batchFromRows({ schemaId: 0, fields: FIELDS }, rows)).toThrow(
      "row 1, field scores.element",
    );
  });
});

describe("conformBatch", () => {
  const id = columnFromValues({ kind: "int32" }, [1, 2]);
  const city = { name: "city", type: { kind: "utf8" } } as const;
  const zip = { name: "zip", type: { kind: "int32" } } as const;

  test("orders, adds and widens parts", () => {
    const place = optional(2, "place", {
      kind: "struct",
      fields: [optional(4, "zip", { kind: "long" }), ADDRESS],
    });
    const column = columnFromValues({ kind: "struct", fields: [zip] }, [{ zip: 7 }, null]);
    const batch = conformBatch([place], columnBatch({ place: column }));
    expect([rowAt(batch, 0), rowAt(batch, 1)]).toEqual([
      { place: { zip: 7n, address: null } },
      { place: null },
    ]);
    const [struct] = batch.columns;
    expect(struct?.layout === "struct" && structField(struct, 0).type).toEqual({ kind: "int64" });
  });

  test("takes a null where what is above is null, and nowhere else", () => {
    const type = { kind: "struct", fields: [city] } as const;
    const absent = columnFromValues(type, [null, { city: "Rome" }]);
    expect(conformBatch(FIELDS, columnBatch({ id, address: absent })).rowCount).toBe(2);
    const missing = columnFromValues(type, [null, { city: null }]);
    expect(() => conformBatch(FIELDS, columnBatch({ id, address: missing }))).toThrow(
      "required column address.city has 1 nulls",
    );
  });

  test.each([
    [[zip], "required column address.city is missing"],
    [[city, { ...zip, name: "street" }], "column address.street is not in"],
    [[city, { ...zip, type: { kind: "utf8" } }], "column address.zip is utf8"],
  ] as const)("refuses %j", (fields, message) => {
    const address = columnFromValues({ kind: "struct", fields }, [null, null]);
    expect(() => conformBatch(FIELDS, columnBatch({ id, address }))).toThrow(message);
  });
});
