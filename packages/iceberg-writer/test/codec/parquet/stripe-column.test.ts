import { columnFromValues, constantColumn, valueAt, type Column } from "@salon/columns";
import { describe, expect, test } from "vitest";
import { columnTypeOf } from "../../../src/codec/column-type.ts";
import { leavesOf, parquetNodeOf } from "../../../src/codec/parquet/parquet-schema.ts";
import { stripeColumn, type LeafStripe } from "../../../src/codec/parquet/stripe-column.ts";
import type { NestedField, Type } from "../../../src/spec/type.ts";

const long: Type = { kind: "long" };
const string: Type = { kind: "string" };

/** As the paper's `repeated`: there is a list, and in it are no nulls. */
function repeated(id: number, name: string, element: Type): NestedField {
  const type: Type = { kind: "list", elementId: id + 100, elementRequired: true, element };
  return { id, name, required: true, type };
}

/** The schema of the Dremel paper, figure 2. */
const DOCUMENT: NestedField = {
  id: 1,
  name: "Document",
  required: true,
  type: {
    kind: "struct",
    fields: [
      { id: 2, name: "DocId", required: true, type: long },
      {
        id: 3,
        name: "Links",
        required: false,
        type: {
          kind: "struct",
          fields: [repeated(4, "Backward", long), repeated(5, "Forward", long)],
        },
      },
      repeated(6, "Name", {
        kind: "struct",
        fields: [
          repeated(7, "Language", {
            kind: "struct",
            fields: [
              { id: 8, name: "Code", required: true, type: string },
              { id: 9, name: "Country", required: false, type: string },
            ],
          }),
          { id: 10, name: "Url", required: false, type: string },
        ],
      }),
    ],
  },
};

const RECORDS = [
  {
    DocId: 10n,
    Links: { Backward: [], Forward: [20n, 40n, 60n] },
    Name: [
      {
        Language: [{ Code: "en-us", Country: "us" }, { Code: "en" }],
        Url: "http://A",
      },
      { Language: [], Url: "http://B" },
      { Language: [{ Code: "en-gb", Country: "gb" }] },
    ],
  },
  {
    DocId: 20n,
    Links: { Backward: [10n, 30n], Forward: [80n] },
    Name: [{ Language: [], Url: "http://C" }],
  },
];

/** Value, repetition level, definition level. */
function levelsOf(stripe: LeafStripe): unknown[] {
  const { values, positions, repetitionLevels, definitionLevels } = stripe;
  return [...positions].map((position, index) => [
    position < 0 ? null : valueAt(values, position),
    repetitionLevels[index],
    definitionLevels[index],
  ]);
}

function stripesOf(field: NestedField, column: Column): Record<string, unknown[]> {
  const stripes = stripeColumn(column, field);
  const leaves = leavesOf(parquetNodeOf(field));
  expect(stripes.length).toBe(leaves.length);
  return Object.fromEntries(
    stripes.map((stripe, index) => [leaves[index]!.path.join("."), levelsOf(stripe)]),
  );
}

test("has the levels of the Dremel paper, figure 3", () => {
  const column = columnFromValues(columnTypeOf(DOCUMENT.type), RECORDS);
  expect(stripesOf(DOCUMENT, column)).toEqual({
    "Document.DocId": [
      [10n, 0, 0],
      [20n, 0, 0],
    ],
    "Document.Links.Backward.list.element": [
      [null, 0, 1],
      [10n, 0, 2],
      [30n, 1, 2],
    ],
    "Document.Links.Forward.list.element": [
      [20n, 0, 2],
      [40n, 1, 2],
      [60n, 1, 2],
      [80n, 0, 2],
    ],
    "Document.Name.list.element.Language.list.element.Code": [
      ["en-us", 0, 2],
      ["en", 2, 2],
      [null, 1, 1],
      ["en-gb", 1, 2],
      [null, 0, 1],
    ],
    "Document.Name.list.element.Language.list.element.Country": [
      ["us", 0, 3],
      [null, 2, 2],
      [null, 1, 1],
      ["gb", 1, 3],
      [null, 0, 1],
    ],
    "Document.Name.list.element.Url": [
      ["http://A", 0, 2],
      ["http://B", 1, 2],
      [null, 1, 1],
      ["http://C", 0, 2],
    ],
  });
});

test("knows the greatest levels of each leaf", () => {
  const leaves = leavesOf(parquetNodeOf(DOCUMENT));
  expect(leaves.map((leaf) => [leaf.repetitionLevelMax, leaf.definitionLevelMax])).toEqual([
    [0, 0],
    [1, 2],
    [1, 2],
    [2, 2],
    [2, 3],
    [1, 2],
  ]);
});

/** By hand: 0 a null list, 1 an empty one, 2 a null element, 3 a value. */
const INTS: NestedField = {
  id: 1,
  name: "ints",
  required: false,
  type: { kind: "list", elementId: 2, elementRequired: false, element: { kind: "int" } },
};

const LEVELS = [
  [null, 0, 0],
  [null, 0, 1],
  [null, 0, 2],
  [7, 0, 3],
  [null, 1, 2],
  [8, 1, 3],
];

describe("an optional list of optional elements", () => {
  test("tells null, empty and null elements apart", () => {
    const column = columnFromValues(columnTypeOf(INTS.type), [null, [], [null], [7, null, 8]]);
    expect(stripesOf(INTS, column)).toEqual({ "ints.list.element": LEVELS });
  });

  test("has no elements where it is null, whatever the offsets say", () => {
    const element = columnFromValues({ kind: "int32" }, [1, 2, null, 7, null, 8]);
    const type = { kind: "list", element: { kind: "int32" } } as const;
    const column: Column = {
      layout: "list",
      type,
      length: 4,
      nullCount: 1,
      validity: Uint8Array.of(0b1110),
      offsets: Int32Array.of(0, 2, 2, 3, 6),
      element,
    };
    expect(stripesOf(INTS, column)).toEqual({ "ints.list.element": LEVELS });
  });

  test("takes elements in runs and in a dictionary", () => {
    const type = { kind: "list", element: { kind: "int32" } } as const;
    const base = { layout: "list", type, length: 2, nullCount: 0 } as const;
    const offsets = Int32Array.of(0, 1, 3);
    const runs: Column = { ...base, offsets, element: constantColumn({ kind: "int32" }, 5, 3) };
    const repeatedFive = [
      [5, 0, 3],
      [5, 0, 3],
      [5, 1, 3],
    ];
    expect(stripesOf(INTS, runs)).toEqual({ "ints.list.element": repeatedFive });
    const dictionary = columnFromValues({ kind: "int32" }, [4, 5]);
    if (dictionary.layout !== "primitive") throw new TypeError(dictionary.layout);
    const element: Column = {
      layout: "dictionary",
      type: { kind: "int32" },
      length: 3,
      nullCount: 1,
      validity: Uint8Array.of(0b101),
      indices: Int32Array.of(1, 99, 0),
      dictionary,
    };
    expect(stripesOf(INTS, { ...base, offsets, element })).toEqual({
      "ints.list.element": [
        [5, 0, 3],
        [null, 0, 2],
        [4, 1, 3],
      ],
    });
  });
});

test("a map has its keys and values under one repeated group", () => {
  const field: NestedField = {
    id: 1,
    name: "prices",
    required: false,
    type: {
      kind: "map",
      keyId: 2,
      key: string,
      valueId: 3,
      valueRequired: false,
      value: long,
    },
  };
  const column = columnFromValues(columnTypeOf(field.type), [
    [
      ["a", 1n],
      ["b", null],
    ],
    null,
    [],
  ]);
  expect(stripesOf(field, column)).toEqual({
    "prices.key_value.key": [
      ["a", 0, 2],
      ["b", 1, 2],
      [null, 0, 0],
      [null, 0, 1],
    ],
    "prices.key_value.value": [
      [1n, 0, 3],
      [null, 1, 2],
      [null, 0, 0],
      [null, 0, 1],
    ],
  });
});

test("a struct without fields is refused", () => {
  const field = {
    id: 1,
    name: "none",
    required: false,
    type: { kind: "struct", fields: [] },
  } as const;
  expect(() => parquetNodeOf(field)).toThrow("struct none has no fields");
});
