import type { ColumnValue } from "@salon/columns";
import fc from "fast-check";
import type { NestedField, PrimitiveType, Type } from "../../src/spec/type.ts";

/** A column of a table with values of its type. */
export interface NestedFieldCase {
  readonly field: NestedField;
  readonly values: readonly (ColumnValue | null)[];
}

interface TypedValue {
  readonly type: Type;
  readonly value: fc.Arbitrary<ColumnValue>;
}

const key: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "d");

const FLAT: readonly { readonly type: PrimitiveType; readonly value: fc.Arbitrary<ColumnValue> }[] =
  [
    { type: { kind: "boolean" }, value: fc.boolean() },
    { type: { kind: "int" }, value: fc.integer() },
    { type: { kind: "long" }, value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
    { type: { kind: "string" }, value: key },
  ];

let nextId = 1;

function typed(depth: number): fc.Arbitrary<TypedValue> {
  const flat: fc.Arbitrary<TypedValue> = fc.constantFrom(...FLAT);
  if (depth === 0) return flat;
  const part = fc.tuple(typed(depth - 1), fc.boolean());
  return fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 3 }).map(structOf),
    part.map(([{ type, value }, elementRequired]): TypedValue => ({
      type: { kind: "list", elementId: nextId++, elementRequired, element: type },
      value: fc.array(unless(elementRequired, value), { maxLength: 4 }),
    })),
    part.map(([{ type, value }, valueRequired]): TypedValue => ({
      type: {
        kind: "map",
        keyId: nextId++,
        key: { kind: "string" },
        valueId: nextId++,
        valueRequired,
        value: type,
      },
      value: fc.uniqueArray(fc.tuple(key, unless(valueRequired, value)), {
        maxLength: 3,
        selector: ([name]) => name,
      }),
    })),
  );
}

function unless(
  isRequired: boolean,
  value: fc.Arbitrary<ColumnValue>,
): fc.Arbitrary<ColumnValue | null> {
  return isRequired ? value : fc.option(value, { nil: null, freq: 3 });
}

function structOf(parts: readonly (readonly [TypedValue, boolean])[]): TypedValue {
  const fields = parts.map(([{ type }, required], index) => ({
    id: nextId++,
    name: `f${index}`,
    required,
    type,
  }));
  const value = fc
    .tuple(...parts.map(([part, required]) => unless(required, part.value)))
    .map((values) => Object.fromEntries(values.map((item, index) => [`f${index}`, item])));
  return { type: { kind: "struct", fields }, value };
}

/** Columns of types up to three levels deep, required or not at every level. */
export const nestedFieldCase: fc.Arbitrary<NestedFieldCase> = fc
  .tuple(typed(3), fc.boolean())
  .chain(([{ type, value }, required]) =>
    fc
      .array(unless(required, value), { minLength: 1, maxLength: 12 })
      .map((values) => ({ field: { id: nextId++, name: "root", required, type }, values })),
  );
