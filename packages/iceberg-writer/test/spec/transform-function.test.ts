import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarDayOf } from "../../src/spec/calendar.ts";
import { parseTransform } from "../../src/spec/transform.ts";
import { bucketHash, transformFunction } from "../../src/spec/transform-function.ts";
import { transformResultType } from "../../src/spec/transform-result.ts";
import { parsePrimitiveType } from "../../src/spec/type.ts";
import type { PrimitiveValue } from "../../src/spec/value.ts";
import { bytes, date, micros, uuid } from "./values.ts";

function apply(transform: string, type: string, value: PrimitiveValue | null): unknown {
  return transformFunction(parseTransform(transform), parsePrimitiveType(type))(value);
}

test.each<readonly [string, PrimitiveValue, number]>([
  ["int", 34, 2017239379],
  ["long", 34n, 2017239379],
  ["decimal(9, 2)", 1420n, -500754589],
  ["date", date("2017-11-16"), -653330422],
  ["time", micros("1970-01-01T22:31:08"), -662762989],
  ["timestamp", micros("2017-11-16T22:31:08"), -2047944441],
  ["timestamp", micros("2017-11-16T22:31:08.000001"), -1207196810],
  ["timestamptz", micros("2017-11-16T22:31:08.000001"), -1207196810],
  ["string", "iceberg", 1210000089],
  ["uuid", uuid("f79c3e09-677c-4bbd-a479-3f349cb785e7"), 1488055340],
  ["fixed[4]", bytes(0, 1, 2, 3), -188683207],
  ["binary", bytes(0, 1, 2, 3), -188683207],
  ["boolean", true, 1392991556],
  ["float", 1, -142385009],
  ["double", 1, -142385009],
  ["double", 0, 1669671676],
  ["double", -0, 1669671676],
])("the hash of %s %s is that of Appendix B", (type, value, hash) => {
  expect(bucketHash(parsePrimitiveType(type))(value)).toBe(hash);
});

describe("bucket", () => {
  test("drops the sign of the hash before the remainder", () => {
    expect(apply("bucket[16]", "decimal(9, 2)", 1420n)).toBe((-500754589 & 0x7fffffff) % 16);
    expect(apply("bucket[100]", "int", 34)).toBe(79);
  });

  test("of an int is that of the same long", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(apply("bucket[97]", "int", value)).toBe(apply("bucket[97]", "long", BigInt(value)));
      }),
    );
  });
});

describe("truncate (spec: Truncate Transform Details)", () => {
  test.each<readonly [string, string, PrimitiveValue, PrimitiveValue]>([
    ["truncate[10]", "int", 1, 0],
    ["truncate[10]", "int", -1, -10],
    ["truncate[10]", "long", 1n, 0n],
    ["truncate[10]", "long", -1n, -10n],
    ["truncate[50]", "decimal(9, 2)", 1065n, 1050n],
    ["truncate[10]", "decimal(9, 2)", -5n, -10n],
    ["truncate[3]", "string", "iceberg", "ice"],
    ["truncate[10]", "string", "ice", "ice"],
    ["truncate[1]", "string", "\u{1f600}a", "\u{1f600}"],
    ["truncate[3]", "binary", bytes(1, 2, 3, 4, 5), bytes(1, 2, 3)],
    ["truncate[10]", "string", "2025-01-15T10:30:00", "2025-01-15"],
  ])("%s of %s %s", (transform, type, value, expected) => {
    expect(apply(transform, type, value)).toEqual(expected);
  });
});

describe("times round towards minus infinity", () => {
  test.each<readonly [string, string, PrimitiveValue, number]>([
    ["year", "date", date("2017-12-01"), 47],
    ["year", "date", date("1970-01-01"), 0],
    ["year", "date", date("1969-12-31"), -1],
    ["month", "date", date("2017-12-01"), 575],
    ["month", "date", date("1969-12-31"), -1],
    ["day", "date", date("2017-12-01"), 17501],
    ["year", "timestamp", micros("2017-12-01T10:12:55.038194"), 47],
    ["month", "timestamp", micros("2017-12-01T10:12:55.038194"), 575],
    ["day", "timestamp", micros("2017-12-01T10:12:55.038194"), 17501],
    ["hour", "timestamp", micros("2017-12-01T10:12:55.038194"), 420034],
    ["year", "timestamptz", -1n, -1],
    ["month", "timestamptz", -1n, -1],
    ["day", "timestamptz", -1n, -1],
    ["hour", "timestamptz", -1n, -1],
    ["hour", "timestamptz", 1_000_001n, 0],
  ])("%s of %s %s is %i", (transform, type, value, expected) => {
    expect(apply(transform, type, value)).toBe(expected);
  });

  test("days have the calendar of Date, where Date goes", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (epochDay) => {
        const day = new Date(epochDay * 86_400_000);
        expect(calendarDayOf(epochDay)).toEqual({
          year: day.getUTCFullYear(),
          month: day.getUTCMonth() + 1,
          day: day.getUTCDate(),
        });
      }),
    );
  });
});

describe("every transform", () => {
  const all = ["identity", "bucket[4]", "truncate[4]", "void"];

  test.each(all)("%s keeps null", (transform) => {
    expect(apply(transform, "string", null)).toBeNull();
  });

  test("but void gives a value", () => {
    expect(apply("identity", "string", "a")).toBe("a");
    expect(apply("void", "string", "a")).toBeNull();
  });

  test("refuses what it does not take", () => {
    expect(() => apply("hour", "date", 1)).toThrow("transform hour takes no date");
    expect(() => apply("bucket[4]", "double", 1)).toThrow("takes no double");
    expect(() => apply("truncate[4]", "uuid", 1)).toThrow("takes no uuid");
    expect(() => apply("zorder[4]", "int", 1)).toThrow("zorder[4] is not known");
  });

  test.each([
    ["identity", "decimal(9, 2)", "decimal"],
    ["bucket[4]", "string", "int"],
    ["truncate[4]", "string", "string"],
    ["year", "date", "int"],
    ["month", "timestamp", "int"],
    ["day", "timestamptz", "date"],
    ["hour", "timestamptz", "int"],
    ["void", "string", "string"],
  ])("%s of %s is of type %s", (transform, type, result) => {
    const source = parsePrimitiveType(type);
    expect(transformResultType(parseTransform(transform), source).kind).toBe(result);
  });
});
