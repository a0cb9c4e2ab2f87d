import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkColumn,
  columnFromValues,
  concatColumns,
  constantColumn,
  createColumnBuilder,
  describeColumnType,
  gatherColumn,
  isSameColumnType,
  nullColumn,
  sliceColumn,
  structField,
  valueAt,
  valuesOf,
  type Column,
  type ColumnType,
  type ColumnValue,
} from "../src/index.ts";
import { nestedCase } from "./arbitrary-nested.ts";

const int32 = { kind: "int32" } as const;
const utf8 = { kind: "utf8" } as const;
const person = {
  kind: "struct",
  fields: [
    { name: "name", type: utf8 },
    { name: "age", type: int32 },
  ],
} as const satisfies ColumnType;
const people = [{ name: "joe", age: 1 }, { name: null, age: 2 }, null, { name: "mark", age: 4 }];
const prices = { kind: "map", key: utf8, value: int32 } as const;

describe("the examples of Arrow's columnar format", () => {
  it("lays out a list", () => {
    const column = columnFromValues({ kind: "list", element: int32 }, [
      [12, -7, 25],
      null,
      [0, -127, 127, 50],
      [],
    ]);
    checkColumn(column);
    expect(column).toMatchObject({
      layout: "list",
      length: 4,
      nullCount: 1,
      validity: Uint8Array.of(0b1101),
      offsets: Int32Array.of(0, 3, 3, 7, 7),
      element: { length: 7, nullCount: 0, values: Int32Array.of(12, -7, 25, 0, -127, 127, 50) },
    });
  });

  it("lays out a struct", () => {
    const column = columnFromValues(person, people);
    checkColumn(column);
    expect(column).toMatchObject({
      layout: "struct",
      nullCount: 1,
      validity: Uint8Array.of(0b1011),
      children: [
        { validity: Uint8Array.of(0b1001), offsets: Int32Array.of(0, 3, 3, 3, 7) },
        { validity: Uint8Array.of(0b1011), values: Int32Array.of(1, 2, 0, 4) },
      ],
    });
  });

  it("lays out a map", () => {
    const column = columnFromValues(prices, [
      [
        ["joe", 1],
        ["x", null],
      ],
      null,
      [],
      [["y", 4]],
    ]);
    checkColumn(column);
    expect(column).toMatchObject({
      layout: "map",
      validity: Uint8Array.of(0b1101),
      offsets: Int32Array.of(0, 2, 2, 2, 3),
      keys: { length: 3, nullCount: 0 },
      values: { values: Int32Array.of(1, 0, 4), nullCount: 1 },
    });
  });
});

describe("nested columns", () => {
  it("show, slice, gather and join their values", () => {
    fc.assert(
      fc.property(nestedCase, fc.nat(12), fc.nat(12), ({ type, values }, one, other) => {
        const column = columnFromValues(type, values);
        checkColumn(column);
        expect(valuesOf(column)).toEqual(values);
        const start = Math.min(one, other, values.length);
        const end = Math.min(Math.max(one, other), values.length);
        const slice = sliceColumn(column, start, end);
        checkColumn(slice);
        expect(valuesOf(slice)).toEqual(values.slice(start, end));
        const backwards = gatherColumn(slice, Int32Array.from(reversedRows(slice)));
        checkColumn(backwards);
        expect(valuesOf(backwards)).toEqual(values.slice(start, end).reverse());
        const joined = concatColumns([backwards, nullColumn(type, 2), slice]);
        checkColumn(joined);
        const expected = [...values.slice(start, end).reverse(), null, null];
        expect(valuesOf(joined)).toEqual([...expected, ...values.slice(start, end)]);
      }),
    );
  });

  it("have parts of any layout", () => {
    const names = constantColumn(utf8, "ann", 3);
    const ages = columnFromValues(int32, [1, null, 3]);
    const column: Column = {
      type: person,
      layout: "struct",
      length: 3,
      nullCount: 1,
      validity: Uint8Array.of(0b011),
      children: [names, ages],
    };
    checkColumn(column);
    expect(valuesOf(gatherColumn(column, Int32Array.of(2, 1)))).toEqual([
      null,
      { name: "ann", age: null },
    ]);
    expect(valuesOf(structField(column, 0))).toEqual(["ann", "ann", null]);
    expect(valuesOf(structField(column, 1))).toEqual([1, null, null]);
    expect(() => structField(column, 2)).toThrow(RangeError);
    const joined = concatColumns([column, columnFromValues(person, people)]);
    checkColumn(joined);
    expect(valueAt(joined, 3)).toEqual({ name: "joe", age: 1 });
  });
});

describe("builders of nested columns", () => {
  it.each<[ColumnType, ColumnValue]>([
    [person, [1]],
    [person, "joe"],
    [person, { name: "joe", height: 180 }],
    [person, { name: "joe", age: "old" }],
    [
      { kind: "list", element: person },
      { name: "joe", age: 1 },
    ],
    [{ kind: "list", element: int32 }, [1, 2, "three"]],
    [{ kind: "list", element: { kind: "boolean" } }, [true, true, 1]],
    [{ kind: "list", element: { kind: "fixed-size-binary", byteWidth: 1 } }, [Uint8Array.of(1), 2]],
    [prices, { a: 1 }],
    [
      prices,
      [
        ["a", 1],
        [null, 2],
      ],
    ],
    [
      prices,
      [
        ["a", 1],
        ["b", 2, 3],
      ],
    ],
    [
      prices,
      [
        ["a", 1],
        ["b", "two"],
      ],
    ],
  ])("%j refuses %j whole", (type, value) => {
    const builder = createColumnBuilder(type);
    expect(() => builder.append(value)).toThrow(TypeError);
    builder.appendNull();
    const column = builder.finish();
    checkColumn(column);
    expect(valuesOf(column)).toEqual([null]);
    expect("element" in column ? column.element.length : 0).toBe(0);
  });

  it("take rows back, and what they held leaves no trace", () => {
    for (const [type, value] of [
      [{ kind: "boolean" }, true],
      [int32, 7],
      [{ kind: "int64" }, 7n],
      [utf8, "seven"],
      [{ kind: "fixed-size-binary", byteWidth: 2 }, Uint8Array.of(7, 7)],
      [person, { name: "joe", age: 7 }],
      [{ kind: "list", element: utf8 }, ["a", null]],
      [prices, [["a", 7]]],
    ] as const satisfies readonly (readonly [ColumnType, ColumnValue])[]) {
      const builder = createColumnBuilder(type);
      for (let row = 0; row < 3; row++) builder.append(value);
      builder.truncate(1);
      builder.truncate(5);
      builder.appendNull();
      builder.append(value);
      expect(builder.finish()).toEqual(columnFromValues(type, [value, null, value]));
    }
  });
});

describe("checkColumn", () => {
  const list = columnFromValues({ kind: "list", element: int32 }, [[1, 2], [3]]);
  const struct = columnFromValues(person, people);
  const map = columnFromValues(prices, [[["a", 1]]]);

  it.each<[string, Column]>([
    ["offset", { ...list, offsets: Int32Array.of(0, 2, 4) } as Column],
    ["behind", { ...list, offsets: Int32Array.of(2, 0, 3) } as Column],
    ["another type", { ...list, element: columnFromValues(utf8, ["a", "b", "c"]) } as Column],
    ["children", { ...struct, children: [] } as Column],
    ["rows", { ...struct, children: [nullColumn(utf8, 3), nullColumn(int32, 4)] } as Column],
    ["null key", { ...map, keys: nullColumn(utf8, 1) } as Column],
  ])("refuses a wrong %s", (message, column) => {
    expect(() => checkColumn(column)).toThrow(message);
  });
});

describe("types", () => {
  it("are described, and compared by their structure", () => {
    const type: ColumnType = { kind: "list", element: { kind: "map", key: utf8, value: person } };
    expect(describeColumnType(type)).toBe("list<map<utf8, struct<name: utf8, age: int32>>>");
    expect(isSameColumnType(type, structuredClone(type))).toBe(true);
    const misleading: ColumnType = {
      kind: "struct",
      fields: [{ name: "name: utf8, age", type: int32 }],
    };
    expect(describeColumnType(misleading)).toBe(describeColumnType(person));
    expect(isSameColumnType(misleading, person)).toBe(false);
  });
});

function reversedRows(column: Column): number[] {
  return Array.from({ length: column.length }, (_, row) => column.length - 1 - row);
}
