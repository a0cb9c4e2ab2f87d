import { describe, expect, it } from "vitest";
import {
  columnBatch,
  columnFromValues,
  concatBatches,
  constantColumn,
  findColumn,
  gatherBatch,
  rowAt,
  sliceBatch,
  trustedColumnBatch,
  type Column,
} from "../src/index.ts";

const id = columnFromValues({ kind: "int32" }, [1, 2, 3]);
const name = columnFromValues({ kind: "utf8" }, ["a", null, "c"]);
const batch = columnBatch({ id, name, topic: constantColumn({ kind: "utf8" }, "t", 3) });

describe("columnBatch", () => {
  it("keeps the order of its columns", () => {
    expect(batch.names).toEqual(["id", "name", "topic"]);
    expect(batch.rowCount).toBe(3);
    expect(findColumn(batch, "name")).toBe(name);
    expect(findColumn(batch, "none")).toBeUndefined();
    expect(columnBatch({}).rowCount).toBe(0);
  });

  const utf8 = { type: { kind: "utf8" }, length: 1, nullCount: 0 } as const;
  const data = Uint8Array.of(65, 66);
  const entry = columnFromValues({ kind: "int32" }, [1]);
  const nullEntry = columnFromValues({ kind: "int32" }, [null]);
  if (entry.layout !== "primitive" || nullEntry.layout !== "primitive") throw new TypeError();
  const coded = { type: { kind: "int32" }, length: 1, nullCount: 0, layout: "dictionary" } as const;
  const runs = { ...coded, layout: "run-end-encoded" } as const;

  it.each<[string, Column, typeof TypeError | typeof RangeError]>([
    ["another length", columnFromValues({ kind: "int32" }, [1, 2]), RangeError],
    ["too few values", { ...entry, length: 1, values: new Int32Array(0) }, RangeError],
    ["an array of another kind", { ...entry, values: new Float32Array(1) }, TypeError],
    ["a type of another layout", { ...entry, type: { kind: "utf8" } }, TypeError],
    ["a null count without nulls", { ...entry, nullCount: 1 }, RangeError],
    ["a null that is not counted", { ...nullEntry, nullCount: 0 }, RangeError],
    ["a bitmap that is too short", { ...entry, validity: new Uint8Array(0) }, RangeError],
    ["a negative length", { ...entry, length: -1 }, RangeError],
    [
      "offsets that fall",
      { ...utf8, layout: "variable-size-binary", offsets: Int32Array.of(1, 0), data },
      RangeError,
    ],
    [
      "an offset behind the bytes",
      { ...utf8, layout: "variable-size-binary", offsets: Int32Array.of(0, 3), data },
      RangeError,
    ],
    [
      "offsets that are too few",
      { ...utf8, layout: "variable-size-binary", offsets: Int32Array.of(0), data },
      RangeError,
    ],
    [
      "an index of no entry",
      { ...coded, indices: Int32Array.of(1), dictionary: entry },
      RangeError,
    ],
    ["a negative index", { ...coded, indices: Int32Array.of(-1), dictionary: entry }, RangeError],
    [
      "a dictionary with a null",
      { ...coded, indices: Int32Array.of(0), dictionary: nullEntry },
      RangeError,
    ],
    [
      "a dictionary of another type",
      { ...coded, type: { kind: "date32" }, indices: Int32Array.of(0), dictionary: entry },
      TypeError,
    ],
    [
      "runs that end early",
      { ...runs, length: 2, runEnds: Int32Array.of(1), values: entry },
      RangeError,
    ],
    ["a run without rows", { ...runs, runEnds: Int32Array.of(0), values: entry }, RangeError],
    ["more runs than values", { ...runs, runEnds: Int32Array.of(1, 2), values: entry }, RangeError],
    [
      "runs of another type",
      { ...runs, type: { kind: "utf8" }, runEnds: Int32Array.of(1), values: entry },
      TypeError,
    ],
    ["null runs uncounted", { ...runs, runEnds: Int32Array.of(1), values: nullEntry }, RangeError],
  ])("refuses %s, and names the column", (_, column, error) => {
    const create = (): unknown => columnBatch({ first: entry, second: column });
    expect(create).toThrow(error);
    expect(create).toThrow("column second");
  });

  it("lets null rows of a dictionary point anywhere", () => {
    const column: Column = {
      ...coded,
      nullCount: 1,
      validity: Uint8Array.of(0),
      indices: Int32Array.of(7),
      dictionary: entry,
    };
    expect(rowAt(columnBatch({ column }), 0)).toEqual({ column: null });
  });
});

describe("trustedColumnBatch", () => {
  it("still compares lengths and names", () => {
    expect(() => trustedColumnBatch(["a"], [id, name])).toThrow(RangeError);
    expect(() => trustedColumnBatch(["a", "a"], [id, name])).toThrow(RangeError);
    const short = columnFromValues({ kind: "int32" }, [1]);
    expect(() => trustedColumnBatch(["a", "b"], [id, short])).toThrow("column b has 1 rows");
  });
});

describe("batches", () => {
  it("slice, gather and join", () => {
    const joined = concatBatches([
      sliceBatch(batch, 1, 3),
      gatherBatch(batch, Int32Array.of(2, 0)),
    ]);
    expect([0, 1, 2, 3].map((row) => rowAt(joined, row))).toEqual([
      { id: 2, name: null, topic: "t" },
      { id: 3, name: "c", topic: "t" },
      { id: 3, name: "c", topic: "t" },
      { id: 1, name: "a", topic: "t" },
    ]);
  });

  it("join only with the same columns", () => {
    expect(() => concatBatches([])).toThrow(TypeError);
    expect(() => concatBatches([batch, columnBatch({ id, name })])).toThrow(TypeError);
    const text = columnFromValues({ kind: "utf8" }, ["x", "y", "z"]);
    expect(() => concatBatches([columnBatch({ id }), columnBatch({ id: text })])).toThrow(
      TypeError,
    );
  });
});
