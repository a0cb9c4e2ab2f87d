import { describe, expect, it } from "vitest";
import {
  checkColumn,
  columnFromValues,
  constantColumn,
  gatherColumn,
  promoteColumn,
  valuesOf,
  type FlatColumnType,
} from "../src/index.ts";

describe("promoteColumn", () => {
  it("widens int32 to int64, with its sign and nulls", () => {
    const column = columnFromValues({ kind: "int32" }, [1, -1, null, 2 ** 31 - 1, -(2 ** 31)]);
    const wide = promoteColumn(column, { kind: "int64" });
    checkColumn(wide);
    expect(valuesOf(wide)).toEqual([1n, -1n, null, 2147483647n, -2147483648n]);
  });

  it("widens float32 to float64, with the value it had", () => {
    const wide = promoteColumn(columnFromValues({ kind: "float32" }, [0.1, null]), {
      kind: "float64",
    });
    checkColumn(wide);
    expect(valuesOf(wide)).toEqual([Math.fround(0.1), null]);
  });

  it("widens runs and dictionaries as they are", () => {
    const runs = constantColumn({ kind: "int32" }, -7, 3);
    const wide = promoteColumn(runs, { kind: "int64" });
    checkColumn(wide);
    expect(valuesOf(wide)).toEqual([-7n, -7n, -7n]);
    const type: FlatColumnType = { kind: "decimal128", precision: 5, scale: 2 };
    const more: FlatColumnType = { kind: "decimal128", precision: 9, scale: 2 };
    const decimals = promoteColumn(
      gatherColumn(constantColumn(type, 123n, 3), new Int32Array(2)),
      more,
    );
    checkColumn(decimals);
    expect(valuesOf(decimals)).toEqual([123n, 123n]);
  });

  it("answers a column of the type as it is", () => {
    const column = columnFromValues({ kind: "utf8" }, ["a"]);
    expect(promoteColumn(column, { kind: "utf8" })).toBe(column);
  });

  it.each<[FlatColumnType, FlatColumnType]>([
    [{ kind: "int64" }, { kind: "int32" }],
    [{ kind: "int32" }, { kind: "float64" }],
    [{ kind: "date32" }, { kind: "int64" }],
    [{ kind: "utf8" }, { kind: "binary" }],
    [
      { kind: "decimal128", precision: 9, scale: 2 },
      { kind: "decimal128", precision: 9, scale: 3 },
    ],
    [
      { kind: "decimal128", precision: 9, scale: 2 },
      { kind: "decimal128", precision: 8, scale: 2 },
    ],
    [
      { kind: "fixed-size-binary", byteWidth: 2 },
      { kind: "fixed-size-binary", byteWidth: 3 },
    ],
  ])("refuses to make %j into %j", (from, to) => {
    expect(() => promoteColumn(columnFromValues(from, [null]), to)).toThrow(TypeError);
    expect(() => promoteColumn(constantColumn(from, null, 2), to)).toThrow(TypeError);
  });
});
