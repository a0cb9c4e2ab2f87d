import { columnFromValues, type FlatValue } from "@salon/columns";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  boundsOf,
  countNans,
  mergeBounds,
  type ColumnBounds,
} from "../../../src/codec/parquet/column-bounds.ts";
import { physicalVector } from "../../../src/codec/parquet/physical-vector.ts";
import { columnTypeOf } from "../../../src/codec/column-type.ts";
import type { PrimitiveType } from "../../../src/spec/type.ts";
import { compareValues, type PrimitiveValue } from "../../../src/spec/value.ts";

function bounds(type: PrimitiveType, values: readonly FlatValue[]): ColumnBounds | undefined {
  const column = columnFromValues(columnTypeOf(type), values);
  return boundsOf(type, physicalVector(column, type), values.length);
}

/** By sorting, without NaN: the plain twin. */
function boundsBySorting(values: readonly PrimitiveValue[]): ColumnBounds | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort(compareValues);
  return sorted.length === 0 ? undefined : { lower: sorted[0]!, upper: sorted.at(-1)! };
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const decimalOf = (precision: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 1n - 10n ** BigInt(precision), max: 10n ** BigInt(precision) - 1n });

const CASES: readonly [PrimitiveType, fc.Arbitrary<FlatValue>][] = [
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "int" }, fc.integer()],
  [{ kind: "date" }, fc.integer()],
  [{ kind: "long" }, int64],
  [{ kind: "timestamptz" }, int64],
  [{ kind: "float" }, fc.float()],
  [{ kind: "double" }, fc.double()],
  [{ kind: "float" }, fc.constantFrom(0, -0, 1, -1, Number.NaN)],
  [{ kind: "double" }, fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY)],
  [{ kind: "decimal", precision: 9, scale: 2 }, decimalOf(9)],
  [{ kind: "decimal", precision: 18, scale: 2 }, decimalOf(18)],
  [{ kind: "decimal", precision: 38, scale: 2 }, decimalOf(38)],
  [{ kind: "binary" }, fc.uint8Array({ maxLength: 3 })],
  [{ kind: "uuid" }, fc.uint8Array({ minLength: 16, maxLength: 16 })],
];

test.each(CASES)("finds the least and the greatest of %o", (type, arbitrary) => {
  fc.assert(
    fc.property(fc.array(arbitrary), (values) => {
      expect(bounds(type, values)).toEqual(boundsBySorting(values));
    }),
  );
});

test("orders strings by code points, not by UTF-16 units", () => {
  expect(bounds({ kind: "string" }, ["\u{1f600}", "\uffee"])).toEqual({
    lower: new TextEncoder().encode("\uffee"),
    upper: new TextEncoder().encode("\u{1f600}"),
  });
});

test("tells -0 from +0", () => {
  expect(bounds({ kind: "double" }, [0])).toEqual({ lower: 0, upper: 0 });
  expect(bounds({ kind: "double" }, [0, -0])).toEqual({ lower: -0, upper: 0 });
  expect(bounds({ kind: "float" }, [-0])).toEqual({ lower: -0, upper: -0 });
  expect(mergeBounds({ lower: 0, upper: 0 }, { lower: -0, upper: -0 })).toEqual({
    lower: -0,
    upper: 0,
  });
});

test("has no bounds for nothing but NaN, and counts NaN", () => {
  const values = [Number.NaN, 1, Number.NaN];
  expect(bounds({ kind: "float" }, [Number.NaN])).toBeUndefined();
  expect(bounds({ kind: "double" }, [])).toBeUndefined();
  for (const type of [{ kind: "float" }, { kind: "double" }] as const) {
    const vector = physicalVector(columnFromValues(columnTypeOf(type), values), type);
    expect(countNans(type, vector, Int32Array.of(0, 1, 2), 3)).toBe(2);
  }
});

test("merges with what has no bounds", () => {
  const some = { lower: 1, upper: 2 };
  expect(mergeBounds(undefined, some)).toBe(some);
  expect(mergeBounds(some, undefined)).toBe(some);
  expect(mergeBounds(undefined, undefined)).toBeUndefined();
});
