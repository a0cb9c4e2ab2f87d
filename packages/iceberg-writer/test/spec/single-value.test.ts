import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decimalBytesRequired,
  decodeDecimal,
  encodeFixedDecimal,
  encodeMinimalDecimal,
} from "../../src/spec/decimal-bytes.ts";
import { decodeSingleValue, encodeSingleValue } from "../../src/spec/single-value.ts";
import { parsePrimitiveType } from "../../src/spec/type.ts";
import { compareValues, type PrimitiveValue } from "../../src/spec/value.ts";
import { bytes, utf8, uuid } from "./values.ts";

const someUuid = "f79c3e09-677c-4bbd-a479-3f349cb785e7";

describe("binary single values (spec: Appendix D)", () => {
  test.each<readonly [string, PrimitiveValue, Uint8Array]>([
    ["boolean", false, bytes(0)],
    ["boolean", true, bytes(1)],
    ["int", 84202, bytes(0xea, 0x48, 0x01, 0x00)],
    ["long", 200n, bytes(0xc8, 0, 0, 0, 0, 0, 0, 0)],
    ["float", -4.5, bytes(0, 0, 0x90, 0xc0)],
    ["double", 6, bytes(0, 0, 0, 0, 0, 0, 0x18, 0x40)],
    ["date", 1000, bytes(0xe8, 0x03, 0, 0)],
    ["time", 10_000n, bytes(0x10, 0x27, 0, 0, 0, 0, 0, 0)],
    ["timestamp", 400_000n, bytes(0x80, 0x1a, 0x06, 0, 0, 0, 0, 0)],
    ["timestamptz", 400_000n, bytes(0x80, 0x1a, 0x06, 0, 0, 0, 0, 0)],
    ["string", "ABC", bytes(65, 66, 67)],
    ["string", "\ufeffa", bytes(0xef, 0xbb, 0xbf, 97)],
    ["uuid", uuid(someUuid), uuid(someUuid)],
    ["fixed[2]", bytes(97, 98), bytes(97, 98)],
    ["binary", bytes(90), bytes(90)],
    ["decimal(3, 2)", 345n, bytes(1, 0x59)],
    ["decimal(7, 4)", 1_234_567n, bytes(0x12, 0xd6, 0x87)],
    ["decimal(7, 4)", -1_234_567n, bytes(0xed, 0x29, 0x79)],
    ["decimal(10, 3)", 11n, bytes(11)],
  ])("%s %s", (text, value, encoded) => {
    const type = parsePrimitiveType(text);
    expect(encodeSingleValue(type, value)).toEqual(encoded);
    expect(decodeSingleValue(type, encoded)).toEqual(value);
  });

  test("any non-zero byte is true", () => {
    expect(decodeSingleValue({ kind: "boolean" }, bytes(7))).toBe(true);
  });

  test("bounds from before a promotion are read", () => {
    expect(decodeSingleValue({ kind: "long" }, bytes(0xff, 0xff, 0xff, 0xff))).toBe(-1n);
    expect(decodeSingleValue({ kind: "double" }, bytes(0, 0, 0x90, 0xc0))).toBe(-4.5);
  });

  test("values and bytes of another type are refused", () => {
    expect(() => encodeSingleValue({ kind: "long" }, 5)).toThrow("5 is no value of long");
    expect(() => encodeSingleValue({ kind: "int" }, 2 ** 31)).toThrow("is no value of int");
    expect(() => encodeSingleValue({ kind: "fixed", length: 2 }, bytes(1))).toThrow("fixed[2]");
    expect(() => decodeSingleValue({ kind: "int" }, bytes(1))).toThrow(
      "1 bytes are no value of int",
    );
  });
});

describe("decimals", () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [9, 4],
    [10, 5],
    [18, 8],
    [19, 9],
    [38, 16],
  ])("%i digits need %i bytes", (precision, size) => {
    expect(decimalBytesRequired(precision)).toBe(size);
  });

  test.each([
    [0n, bytes(0)],
    [127n, bytes(127)],
    [128n, bytes(0, 128)],
    [-1n, bytes(255)],
    [-128n, bytes(128)],
    [-129n, bytes(255, 127)],
  ])("%s takes as few bytes as possible", (value, encoded) => {
    expect(encodeMinimalDecimal(value)).toEqual(encoded);
  });

  test("of any size survive both encodings", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (value) => {
        expect(decodeDecimal(encodeMinimalDecimal(value))).toBe(value);
        expect(decodeDecimal(encodeFixedDecimal(value, 17))).toBe(value);
      }),
    );
  });
});

describe("order of values", () => {
  test("of zeros: the negative one comes first", () => {
    expect(compareValues(-0, 0)).toBe(-1);
    expect(compareValues(0, -0)).toBe(1);
    expect(compareValues(0, 0)).toBe(0);
  });

  test("of strings is that of their UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        const expected = Buffer.compare(utf8(a), utf8(b));
        expect(Math.sign(compareValues(a, b))).toBe(expected);
      }),
    );
    expect(compareValues("\uffff", "\u{10000}")).toBe(-1);
  });

  test("of bytes is unsigned", () => {
    expect(compareValues(bytes(0x7f), bytes(0x80))).toBe(-1);
    expect(compareValues(5n, 7n)).toBe(-1);
    expect(compareValues(true, false)).toBe(1);
  });
});
