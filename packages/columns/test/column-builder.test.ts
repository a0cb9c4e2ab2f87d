import { describe, expect, it } from "vitest";
import {
  columnFromValues,
  createColumnBuilder,
  createVariableBinaryBuilder,
  valuesOf,
  type ColumnType,
  type ColumnValue,
} from "../src/index.ts";

describe("createColumnBuilder", () => {
  it("lays out numbers as Arrow does", () => {
    expect(columnFromValues({ kind: "int32" }, [1, null, 3])).toEqual({
      type: { kind: "int32" },
      layout: "primitive",
      length: 3,
      nullCount: 1,
      validity: Uint8Array.of(0b101),
      values: Int32Array.of(1, 0, 3),
    });
  });

  it("lays out strings as Arrow does", () => {
    expect(columnFromValues({ kind: "utf8" }, ["joe", null, "", "märk"])).toEqual({
      type: { kind: "utf8" },
      layout: "variable-size-binary",
      length: 4,
      nullCount: 1,
      validity: Uint8Array.of(0b1101),
      offsets: Int32Array.of(0, 3, 3, 3, 8),
      data: new Uint8Array(Buffer.from("joemärk")),
    });
  });

  it("lays out booleans as bits, least significant first", () => {
    const values = [true, false, null, true, true, false, false, true, true];
    expect(columnFromValues({ kind: "boolean" }, values)).toMatchObject({
      values: Uint8Array.of(0b10011001, 0b1),
      validity: Uint8Array.of(0b11111011, 0b1),
      nullCount: 1,
    });
  });

  it("lays out decimals as 16 bytes, little endian, two's complement", () => {
    const column = columnFromValues({ kind: "decimal128", precision: 38, scale: 0 }, [258n, -2n]);
    const data = [2, 1, ...Array.from({ length: 14 }, () => 0)];
    const negative = [0xfe, ...Array.from({ length: 15 }, () => 0xff)];
    expect(column).toMatchObject({ byteWidth: 16, data: Uint8Array.of(...data, ...negative) });
  });

  it("has no bitmap where nothing is null", () => {
    expect(columnFromValues({ kind: "float64" }, [1.5]).validity).toBeUndefined();
    expect(columnFromValues({ kind: "float64" }, []).validity).toBeUndefined();
  });

  it("grows, and starts anew after finish", () => {
    const builder = createColumnBuilder({ kind: "int32" }, 1);
    for (let value = 0; value < 1000; value++) {
      if (value % 7 === 0) builder.appendNull();
      else builder.append(value);
    }
    const first = builder.finish();
    expect(builder.length).toBe(0);
    builder.appendNull();
    builder.append(5);
    const second = builder.finish();
    expect(first).toMatchObject({ length: 1000, nullCount: 143 });
    expect(valuesOf(first)[999]).toBe(999);
    expect(second).toMatchObject({ values: Int32Array.of(0, 5), validity: Uint8Array.of(0b10) });
  });

  it.each<[ColumnType, ColumnValue, typeof TypeError | typeof RangeError]>([
    [{ kind: "boolean" }, 1, TypeError],
    [{ kind: "int32" }, 1n, TypeError],
    [{ kind: "int32" }, 2 ** 31, RangeError],
    [{ kind: "int32" }, 1.5, RangeError],
    [{ kind: "date32" }, "2025-01-01", TypeError],
    [{ kind: "int64" }, 1, TypeError],
    [{ kind: "int64" }, 2n ** 63n, RangeError],
    [{ kind: "float64" }, "1", TypeError],
    [{ kind: "decimal128", precision: 3, scale: 1 }, 1000n, RangeError],
    [{ kind: "decimal128", precision: 3, scale: 1 }, -1000n, RangeError],
    [{ kind: "decimal128", precision: 3, scale: 1 }, 1, TypeError],
    [{ kind: "utf8" }, 5, TypeError],
    [{ kind: "binary" }, "text", TypeError],
    [{ kind: "fixed-size-binary", byteWidth: 2 }, Uint8Array.of(1), RangeError],
    [{ kind: "fixed-size-binary", byteWidth: 2 }, "ab", TypeError],
  ])("%j refuses %s and goes on", (type, value, error) => {
    const builder = createColumnBuilder(type);
    expect(() => builder.append(value)).toThrow(error);
    expect(builder.finish()).toMatchObject({ length: 0, nullCount: 0 });
  });
});

describe("createVariableBinaryBuilder", () => {
  it("takes parts of a buffer", () => {
    const builder = createVariableBinaryBuilder("binary", 1);
    builder.appendBytes(Uint8Array.of(1, 2, 3, 4), 1, 3);
    builder.append(Uint8Array.of(9));
    expect(builder.finish()).toMatchObject({
      offsets: Int32Array.of(0, 2, 3),
      data: Uint8Array.of(2, 3, 9),
    });
  });

  it("writes lone surrogates as U+FFFD", () => {
    expect(valuesOf(columnFromValues({ kind: "utf8" }, ["a\ud800b"]))).toEqual(["a\ufffdb"]);
  });
});
