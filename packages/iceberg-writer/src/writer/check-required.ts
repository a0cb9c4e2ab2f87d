import { isFlatColumn, isValidRow, runAt, type Column, type NestedColumn } from "@salon/columns";
import { IcebergError } from "../iceberg-error.ts";
import { isPrimitiveType, type NestedField, type Type } from "../spec/type.ts";

/**
 * Checks that no required field is null at any depth, where what is above it is not null itself.
 * `VALUE_INVALID` with the dotted name of the field otherwise.
 */
export function checkRequired(field: NestedField, column: Column): void {
  const { name: path, type, required: isRequired } = field;
  checkNode(column, { path, type, isRequired });
}

interface Node {
  readonly path: string;
  readonly type: Type;
  readonly isRequired: boolean;
}

/** `rows` are those whose parents are there; absent for all rows of the column. */
function checkNode(column: Column, { path, type, isRequired }: Node, rows?: Int32Array): void {
  if (isRequired && column.nullCount > 0) {
    const nullCount = rows === undefined ? column.nullCount : countNullRows(column, rows);
    if (nullCount > 0) {
      const message = `required column ${path} has ${nullCount} nulls`;
      throw new IcebergError("VALUE_INVALID", message, { context: { field: path } });
    }
  }
  if (isFlatColumn(column) || !hasRequiredParts(type)) return;
  const present = presentRows(column, rows);
  if (column.layout === "struct" && type.kind === "struct") {
    for (const [index, { name, type: part, required }] of type.fields.entries()) {
      const node = { path: `${path}.${name}`, type: part, isRequired: required };
      checkNode(column.children[index]!, node, present);
    }
  }
  if (column.layout === "list" && type.kind === "list") {
    const { element, elementRequired } = type;
    const node = { path: `${path}.element`, type: element, isRequired: elementRequired };
    checkNode(column.element, node, itemsOf(column, present));
  }
  if (column.layout === "map" && type.kind === "map") {
    const { key, value, valueRequired } = type;
    const entries = itemsOf(column, present);
    checkNode(column.keys, { path: `${path}.key`, type: key, isRequired: true }, entries);
    const node = { path: `${path}.value`, type: value, isRequired: valueRequired };
    checkNode(column.values, node, entries);
  }
}

function hasRequiredParts(type: Type): boolean {
  if (isPrimitiveType(type)) return false;
  switch (type.kind) {
    case "struct":
      return type.fields.some((field) => field.required || hasRequiredParts(field.type));
    case "list":
      return type.elementRequired || hasRequiredParts(type.element);
    case "map":
      return true;
    default:
      return type satisfies never;
  }
}

function countNullRows(column: Column, rows: Int32Array): number {
  let count = 0;
  for (const row of rows) if (isNullRow(column, row)) count++;
  return count;
}

function isNullRow(column: Column, row: number): boolean {
  return column.layout === "run-end-encoded"
    ? !isValidRow(column.values.validity, runAt(column.runEnds, row))
    : !isValidRow(column.validity, row);
}

function presentRows(column: NestedColumn, rows: Int32Array | undefined): Int32Array | undefined {
  if (column.nullCount === 0) return rows;
  const all = rows ?? Int32Array.from({ length: column.length }, (_, row) => row);
  return all.filter((row) => !isNullRow(column, row));
}

function itemsOf(
  { offsets, length }: { readonly offsets: Int32Array; readonly length: number },
  rows: Int32Array | undefined,
): Int32Array {
  const chosen = rows ?? Int32Array.from({ length }, (_, row) => row);
  const count = chosen.reduce((sum, row) => sum + offsets[row + 1]! - offsets[row]!, 0);
  const items = new Int32Array(count);
  let at = 0;
  for (const row of chosen) {
    for (let item = offsets[row]!; item < offsets[row + 1]!; item++) items[at++] = item;
  }
  return items;
}
