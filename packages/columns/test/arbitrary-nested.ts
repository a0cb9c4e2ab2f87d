import fc from "fast-check";
import type { ColumnType, ColumnValue } from "../src/index.ts";

/** A type with values of it. */
export interface NestedCase {
  readonly type: ColumnType;
  readonly values: readonly (ColumnValue | null)[];
}

interface TypedValue {
  readonly type: ColumnType;
  readonly value: fc.Arbitrary<ColumnValue>;
}

const FLAT: readonly TypedValue[] = [
  { type: { kind: "boolean" }, value: fc.boolean() },
  { type: { kind: "int32" }, value: fc.integer() },
  { type: { kind: "int64" }, value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { type: { kind: "utf8" }, value: fc.string({ maxLength: 5 }) },
  {
    type: { kind: "fixed-size-binary", byteWidth: 2 },
    value: fc.uint8Array({ minLength: 2, maxLength: 2 }),
  },
];

const orNull = (value: fc.Arbitrary<ColumnValue>): fc.Arbitrary<ColumnValue | null> =>
  fc.option(value, { nil: null, freq: 4 });

function typed(depth: number): fc.Arbitrary<TypedValue> {
  const flat = fc.constantFrom(...FLAT);
  if (depth === 0) return flat;
  const part = typed(depth - 1);
  return fc.oneof(
    flat,
    fc.array(part, { minLength: 1, maxLength: 3 }).map(structOf),
    part.map(({ type, value }): TypedValue => ({
      type: { kind: "list", element: type },
      value: fc.array(orNull(value), { maxLength: 4 }),
    })),
    fc.tuple(part, part).map(([key, { type, value }]): TypedValue => ({
      type: { kind: "map", key: key.type, value: type },
      value: fc.array(fc.tuple(key.value, orNull(value)), { maxLength: 3 }),
    })),
  );
}

function structOf(parts: readonly TypedValue[]): TypedValue {
  const fields = parts.map(({ type }, index) => ({ name: `f${index}`, type }));
  const value = fc
    .tuple(...parts.map((part) => orNull(part.value)))
    .map((values) => Object.fromEntries(values.map((item, index) => [`f${index}`, item])));
  return { type: { kind: "struct", fields }, value };
}

/** Types up to three levels deep, with a few rows. */
export const nestedCase: fc.Arbitrary<NestedCase> = typed(3).chain(({ type, value }) =>
  fc.array(orNull(value), { maxLength: 12 }).map((values) => ({ type, values })),
);
