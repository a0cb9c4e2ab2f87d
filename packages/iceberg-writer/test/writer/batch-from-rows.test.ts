import { rowAt } from "@salon/columns";
import { expect, test } from "vitest";
import type { NestedField, PrimitiveType } from "../../src/spec/type.ts";
import { batchFromRows, type PlainRow } from "../../src/writer/batch-from-rows.ts";
import { rowValue } from "../../src/writer/row-value.ts";

const field = (id: number, name: string, type: PrimitiveType, required = false): NestedField => ({
  id,
  name,
  type,
  required,
});

const SCHEMA = {
  schemaId: 0,
  fields: [field(1, "id", { kind: "long" }, true), field(2, "name", { kind: "string" })],
};

test("makes a column of each field of the schema", () => {
  const batch = batchFromRows(SCHEMA, [{ id: 1, name: "a" }, { id: 2n }, { id: 3, name: null }]);
  expect(batch.names).toEqual(["id", "name"]);
  expect([0, 1, 2].map((row) => rowAt(batch, row))).toEqual([
    { id: 1n, name: "a" },
    { id: 2n, name: null },
    { id: 3n, name: null },
  ]);
});

test.each([
  [[{ id: 1 }, { id: 2, other: 1 }], "SCHEMA_MISMATCH", "row 1: field other"],
  [[{ id: 1 }, { name: "a" }], "VALUE_INVALID", "row 1, field id: null"],
  [[{ id: 1, name: 5 }], "VALUE_INVALID", "row 0, field name: 5 is no value of string"],
])("refuses %o", (rows, code, message) => {
  expect(() => batchFromRows(SCHEMA, rows)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test.each([
  [[{ id: 1 }, null], "row 1: null is no row"],
  [[{ id: 1 }, 5], "row 1: a value of type number is no row"],
  [[[1, "a"]], "row 0: an array is no row"],
])("refuses %j, where a row is no object", (rows, message) => {
  const given: readonly unknown[] = rows;
  const call = (): unknown => batchFromRows(SCHEMA, given as readonly PlainRow[]);
  expect(call).toThrow(expect.objectContaining({ code: "VALUE_INVALID", message }));
});

test("counts rows from the first one that it is told", () => {
  expect(() => batchFromRows(SCHEMA, [{ id: 1 }, { id: "x" }], { firstRow: 40 })).toThrow(
    expect.objectContaining({
      message: expect.stringContaining("row 41, field id: "),
      context: { row: 41, field: "id" },
    }),
  );
});

test("keeps the number of rows of a schema without columns", () => {
  expect(batchFromRows({ schemaId: 0, fields: [] }, [{}, {}]).rowCount).toBe(2);
});

const decimal = { kind: "decimal", precision: 5, scale: 2 } as const;

test.each([
  [{ kind: "boolean" }, true, true],
  [{ kind: "int" }, 5n, 5],
  [{ kind: "long" }, -5, -5n],
  [{ kind: "float" }, 1.5, 1.5],
  [{ kind: "double" }, Number.NaN, Number.NaN],
  [decimal, "12.3", 1230n],
  [decimal, "-0.05", -5n],
  [decimal, 12.34, 1234n],
  [decimal, "1.2000", 120n],
  [decimal, 1234n, 1234n],
  [{ kind: "decimal", precision: 10, scale: 8 }, -1e-7, -10n],
  [{ kind: "decimal", precision: 10, scale: 8 }, 1.5e-7, 15n],
  [{ kind: "decimal", precision: 38, scale: 1 }, 1.25e21, 12_500_000_000_000_000_000_000n],
  [{ kind: "date" }, "1970-01-02", 1],
  [{ kind: "date" }, "0001-01-01", -719_162],
  [{ kind: "date" }, "2024-02-29", 19_782],
  [{ kind: "date" }, new Date("1969-12-31T23:59:59Z"), -1],
  [{ kind: "time" }, "00:01", 60_000_000n],
  [{ kind: "time" }, "23:59:59.5", 86_399_500_000n],
  [{ kind: "timestamp" }, "1970-01-01T00:00:01", 1_000_000n],
  [{ kind: "timestamp" }, "1969-12-31T23:59:59.999999", -1n],
  [{ kind: "timestamptz" }, "1970-01-01T01:00:00+01:00", 0n],
  [{ kind: "timestamptz" }, "1970-01-01T00:00:00-00:30", 1_800_000_000n],
  [{ kind: "timestamptz" }, new Date(5), 5000n],
  [{ kind: "uuid" }, "00010203-0405-0607-0809-0a0b0c0d0e0f", Uint8Array.from(Array(16).keys())],
  [{ kind: "fixed", length: 1 }, Uint8Array.of(7), Uint8Array.of(7)],
] as const)("takes %o from %o", (type, value, expected) => {
  expect(rowValue(type, value)).toEqual(expected);
});

test.each([
  [{ kind: "boolean" }, 1],
  [{ kind: "int" }, 1.5],
  [{ kind: "int" }, 2 ** 31],
  [{ kind: "int" }, "5"],
  [{ kind: "long" }, 2 ** 53],
  [{ kind: "long" }, 2n ** 63n],
  [{ kind: "double" }, "1"],
  [decimal, "1.234"],
  [decimal, "1000"],
  [decimal, "1e2"],
  [decimal, 1e-7],
  [decimal, 1e21],
  [decimal, Number.POSITIVE_INFINITY],
  [decimal, true],
  [{ kind: "date" }, "2023-02-29"],
  [{ kind: "date" }, "0000-01-01"],
  [{ kind: "date" }, new Date("no day")],
  [{ kind: "time" }, "24:00:00"],
  [{ kind: "time" }, "12:00:00.1234567"],
  [{ kind: "timestamp" }, "1970-01-01T00:00:00Z"],
  [{ kind: "timestamp" }, "1970-01-01 00:00:00"],
  [{ kind: "timestamptz" }, "1970-01-01T00:00:00"],
  [{ kind: "timestamptz" }, new Date(Number.NaN)],
  [{ kind: "uuid" }, "00010203"],
  [{ kind: "uuid" }, new Uint8Array(15)],
  [{ kind: "fixed", length: 2 }, Uint8Array.of(7)],
  [{ kind: "string" }, {}],
] as const)("refuses for %o the value %o", (type, value) => {
  expect(() => rowValue(type, value)).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
});
