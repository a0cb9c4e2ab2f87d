import type { ColumnValue } from "@salon/columns";
import { isPrimitiveType, type NestedField, type Type } from "../spec/type.ts";
import { rowValue } from "./row-value.ts";

/** What is wrong with a value of a row, and where in it. */
export class RowValueProblem extends Error {
  readonly code: "SCHEMA_MISMATCH" | "VALUE_INVALID";
  /** The names of the fields on the way; `element`, `key` and `value` in lists and maps. */
  readonly path: readonly string[];
  readonly reason: string;

  constructor(code: RowValueProblem["code"], path: readonly string[], reason: string) {
    super(`${path.join(".")}: ${reason}`);
    this.code = code;
    this.path = path;
    this.reason = reason;
  }
}

/**
 * A field's value from what programs have: a primitive as {@link rowValue} takes it, a struct from
 * an object, a list from an array, a map from a `Map`, an array of `[key, value]` pairs, or, where
 * its keys are strings, an object. Undefined is null. Throws {@link RowValueProblem}.
 */
export function nestedRowValue(
  { name, required, type }: Pick<NestedField, "name" | "required" | "type">,
  value: unknown,
): ColumnValue | null {
  return convert({ type, isRequired: required, path: [name] }, value);
}

interface Node {
  readonly type: Type;
  readonly isRequired: boolean;
  readonly path: readonly string[];
}

function convert({ type, isRequired, path }: Node, value: unknown): ColumnValue | null {
  if (value === null || value === undefined) {
    if (!isRequired) return null;
    throw new RowValueProblem("VALUE_INVALID", path, "null in a required column");
  }
  if (isPrimitiveType(type)) return convertPrimitive(() => rowValue(type, value), path);
  switch (type.kind) {
    case "struct":
      return convertStruct(type.fields, path, value);
    case "list": {
      if (!Array.isArray(value)) throw wrongValue(path, value, "an array");
      const element = { type: type.element, isRequired: type.elementRequired };
      return Array.from(value, (item) => convert({ ...element, path: [...path, "element"] }, item));
    }
    case "map":
      return entriesOf(type.key, path, value).map(([key, item]) => [
        convert({ type: type.key, isRequired: true, path: [...path, "key"] }, key),
        convert(
          { type: type.value, isRequired: type.valueRequired, path: [...path, "value"] },
          item,
        ),
      ]);
    default:
      return type satisfies never;
  }
}

function convertPrimitive(read: () => ColumnValue, path: readonly string[]): ColumnValue {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RowValueProblem("VALUE_INVALID", path, reason);
  }
}

function convertStruct(
  fields: readonly NestedField[],
  path: readonly string[],
  value: unknown,
): ColumnValue {
  if (!isPlainObject(value)) throw wrongValue(path, value, "an object");
  const names = new Set(fields.map(({ name }) => name));
  const unknown = Object.keys(value).find((name) => !names.has(name));
  if (unknown !== undefined) {
    const reason = "is not in the table's schema";
    throw new RowValueProblem("SCHEMA_MISMATCH", [...path, unknown], reason);
  }
  return Object.fromEntries(
    fields.map(({ name, type, required }) => {
      const part = Object.hasOwn(value, name) ? value[name] : null;
      return [name, convert({ type, isRequired: required, path: [...path, name] }, part)];
    }),
  );
}

function entriesOf(
  keyType: Type,
  path: readonly string[],
  value: unknown,
): readonly (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value.entries()];
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => {
      if (Array.isArray(entry) && entry.length === 2) return [entry[0], entry[1]];
      throw wrongValue(path, entry, "a pair of a key and a value");
    });
  }
  if (keyType.kind === "string" && isPlainObject(value)) return Object.entries(value);
  throw wrongValue(path, value, "a Map or an array of pairs");
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Map) &&
    !(value instanceof Date)
  );
}

function wrongValue(path: readonly string[], value: unknown, wanted: string): RowValueProblem {
  return new RowValueProblem("VALUE_INVALID", path, `${describe(value)} is not ${wanted}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, 100));
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return "an object";
  }
}
