import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkColumn,
  columnFromValues,
  concatColumns,
  constantColumn,
  gatherColumn,
  nullColumn,
  sliceColumn,
  toPlainColumn,
  valueAt,
  valuesOf,
  type DictionaryColumn,
} from "../src/index.ts";
import { columnCase, columnCases } from "./arbitrary-columns.ts";

describe("every layout of every type", () => {
  it("is what Arrow demands, and shows its values", () => {
    fc.assert(
      fc.property(columnCase, ({ column, values }) => {
        checkColumn(column);
        expect(valuesOf(column)).toEqual(values);
      }),
    );
  });

  it("slices like an array", () => {
    fc.assert(
      fc.property(columnCase, fc.nat(40), fc.nat(40), ({ column, values }, one, other) => {
        const start = Math.min(one, other, values.length);
        const end = Math.min(Math.max(one, other), values.length);
        const slice = sliceColumn(column, start, end);
        checkColumn(slice);
        expect(valuesOf(slice)).toEqual(values.slice(start, end));
        expect(slice.layout).toBe(column.layout);
      }),
    );
  });

  it("gathers rows in any order, also twice", () => {
    const rows = fc.array(fc.nat(39), { maxLength: 100 });
    const isAscending = fc.boolean();
    fc.assert(
      fc.property(columnCase, rows, isAscending, ({ column, values }, wanted, ascending) => {
        const inRange = wanted.filter((row) => row < values.length);
        if (ascending) inRange.sort((left, right) => left - right);
        const gathered = gatherColumn(column, Int32Array.from(inRange));
        checkColumn(gathered);
        expect(valuesOf(gathered)).toEqual(inRange.map((row) => values[row]));
      }),
    );
  });

  it("joins", () => {
    fc.assert(
      fc.property(columnCases, (cases) => {
        const joined = concatColumns(cases.map(({ column }) => column));
        checkColumn(joined);
        expect(valuesOf(joined)).toEqual(cases.flatMap(({ values }) => values));
      }),
    );
  });

  it("is written out plainly", () => {
    fc.assert(
      fc.property(columnCase, ({ column, values }) => {
        const plain = toPlainColumn(column);
        checkColumn(plain);
        expect(valuesOf(plain)).toEqual(values);
        expect(["dictionary", "run-end-encoded"]).not.toContain(plain.layout);
      }),
    );
  });
});

describe("sliceColumn", () => {
  it("shares bytes and numbers", () => {
    const column = columnFromValues({ kind: "utf8" }, ["ab", "c", "def"]);
    const slice = sliceColumn(column, 1, 3);
    expect(slice).toMatchObject({
      layout: "variable-size-binary",
      offsets: Int32Array.of(2, 3, 6),
    });
    expect("data" in slice && "data" in column && slice.data === column.data).toBe(true);
  });

  it.each([
    [-1, 2],
    [2, 1],
    [0, 4],
    [Number.NaN, 2],
  ])("refuses rows %d to %d of three", (start, end) => {
    const column = columnFromValues({ kind: "int32" }, [1, 2, 3]);
    expect(() => sliceColumn(column, start, end)).toThrow(RangeError);
  });
});

describe("gatherColumn", () => {
  it("keeps a dictionary", () => {
    const dictionary = columnFromValues({ kind: "utf8" }, ["a", "b"]);
    if (dictionary.layout !== "variable-size-binary") throw new TypeError(dictionary.layout);
    const gathered = gatherColumn(
      {
        type: { kind: "utf8" },
        layout: "dictionary",
        length: 3,
        nullCount: 0,
        indices: Int32Array.of(0, 1, 0),
        dictionary,
      },
      Int32Array.of(2, 1),
    );
    expect(gathered).toMatchObject({ layout: "dictionary", indices: Int32Array.of(0, 1) });
    expect("dictionary" in gathered && gathered.dictionary).toBe(dictionary);
  });

  it("keeps runs that stay long, and makes a dictionary of those that do not", () => {
    const type = { kind: "int32" } as const;
    const runs = concatColumns([constantColumn(type, 7, 50), constantColumn(type, 8, 50)]);
    expect(
      gatherColumn(
        runs,
        Int32Array.from({ length: 50 }, (_, i) => i * 2),
      ),
    ).toMatchObject({
      layout: "run-end-encoded",
      runEnds: Int32Array.of(25, 50),
    });
    const mixed = Int32Array.from({ length: 50 }, (_, index) => (index % 2) * 50);
    expect(gatherColumn(runs, mixed)).toMatchObject({ layout: "dictionary", nullCount: 0 });
  });

  it.each([-1, 3, 2 ** 31 - 1])("refuses row %d of three", (row) => {
    const column = columnFromValues({ kind: "int32" }, [1, 2, 3]);
    expect(() => gatherColumn(column, Int32Array.of(0, row))).toThrow(RangeError);
  });
});

describe("concatColumns", () => {
  it("keeps a dictionary that columns share once", () => {
    const dictionary = columnFromValues({ kind: "int32" }, [10, 20]);
    if (dictionary.layout !== "primitive") throw new TypeError(dictionary.layout);
    const part = {
      type: { kind: "int32" },
      layout: "dictionary",
      length: 1,
      nullCount: 0,
      indices: Int32Array.of(1),
      dictionary,
    } as const;
    const other = { ...part, dictionary: { ...dictionary } };
    expect(concatColumns([part, part, other])).toMatchObject({
      indices: Int32Array.of(1, 1, 3),
      dictionary: { values: Int32Array.of(10, 20, 10, 20) },
    });
  });

  it("keeps a dictionary that grew from one column to the next", () => {
    const dictionaryId = Symbol("texts");
    const columnOf = (entries: readonly string[], indices: readonly number[]): DictionaryColumn => {
      const dictionary = columnFromValues({ kind: "utf8" }, entries);
      if (dictionary.layout !== "variable-size-binary") throw new TypeError(dictionary.layout);
      const [type, length] = [{ kind: "utf8" } as const, indices.length];
      const parts = { indices: Int32Array.from(indices), dictionary, dictionaryId };
      return { layout: "dictionary", type, length, nullCount: 0, ...parts };
    };
    const grown = columnOf(["a", "b"], [1, 0]);
    const joined = concatColumns([columnOf(["a"], [0]), grown, columnOf(["a"], [0])]);
    expect(valuesOf(joined)).toEqual(["a", "b", "a", "a"]);
    expect(joined).toMatchObject({ dictionary: grown.dictionary, dictionaryId });
    const mixed = concatColumns([grown, { ...grown, dictionaryId: Symbol("others") }]);
    expect(valuesOf(mixed)).toEqual(["b", "a", "b", "a"]);
    expect(mixed).toMatchObject({ dictionaryId: undefined });
  });

  it("refuses nothing, and columns of different types", () => {
    const [one, other] = [
      columnFromValues({ kind: "timestamp", utc: true }, [1n]),
      columnFromValues({ kind: "timestamp", utc: false }, [1n]),
    ];
    expect(() => concatColumns([])).toThrow(TypeError);
    expect(() => concatColumns([one, other])).toThrow("timestamp(utc) and timestamp");
  });
});

describe("constantColumn", () => {
  it("is one run", () => {
    const column = constantColumn({ kind: "utf8" }, "topic", 1000);
    expect(column).toMatchObject({ length: 1000, nullCount: 0, runEnds: Int32Array.of(1000) });
    expect(valueAt(column, 999)).toBe("topic");
    expect(valuesOf(nullColumn({ kind: "boolean" }, 2))).toEqual([null, null]);
  });

  it.each([0, 3])("may have %i rows", (length) => {
    for (const column of [
      constantColumn({ kind: "int64" }, 5n, length),
      nullColumn({ kind: "int64" }, length),
    ]) {
      checkColumn(column);
      expect(column.length).toBe(length);
      expect(valuesOf(gatherColumn(column, new Int32Array(0)))).toEqual([]);
    }
  });
});

describe("valueAt", () => {
  it("refuses a row that is not there", () => {
    const column = columnFromValues({ kind: "int32" }, [1]);
    expect(() => valueAt(column, 1)).toThrow(RangeError);
    expect(() => valueAt(column, -1)).toThrow(RangeError);
  });

  it("keeps a byte order mark, and bytes as they are", () => {
    expect(valueAt(columnFromValues({ kind: "utf8" }, ["\ufeffa"]), 0)).toBe("\ufeffa");
    const bytes = Uint8Array.of(0xff, 0);
    expect(valueAt(columnFromValues({ kind: "binary" }, [bytes]), 0)).toEqual(bytes);
  });
});
