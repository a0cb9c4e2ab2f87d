import type {
  Column,
  FixedSizeBinaryColumn,
  FlatColumn,
  PrimitiveColumn,
  StructColumn,
} from "./column.ts";
import {
  decodeDecimal128,
  type ColumnValue,
  type FlatValue,
  type StructValue,
} from "./column-value.ts";
import { runAt } from "./run-ends.ts";
import { isBitSet, isValidRow } from "./validity.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The value of one row, null where it is null; for tests, messages and small outputs. */
export function valueAt(column: FlatColumn, row: number): FlatValue | null;
/** A struct is an object, a list an array, a map an array of `[key, value]` pairs. */
export function valueAt(column: Column, row: number): ColumnValue | null;
export function valueAt(column: Column, row: number): ColumnValue | null {
  if (!(row >= 0 && row < column.length)) {
    throw new RangeError(`row ${row} of a column of ${column.length}`);
  }
  if (column.layout === "run-end-encoded")
    return valueAt(column.values, runAt(column.runEnds, row));
  if (!isValidRow(column.validity, row)) return null;
  switch (column.layout) {
    case "boolean":
      return isBitSet(column.values, row);
    case "primitive":
      return primitiveAt(column, row);
    case "fixed-size-binary":
      return fixedSizeAt(column, row);
    case "variable-size-binary": {
      const bytes = column.data.subarray(column.offsets[row], column.offsets[row + 1]);
      return column.type.kind === "utf8" ? utf8.decode(bytes) : bytes.slice();
    }
    case "dictionary":
      return valueAt(column.dictionary, column.indices[row]!);
    case "struct":
      return structAt(column, row);
    case "list":
      return itemsAt(column.offsets, row, (item) => valueAt(column.element, item));
    case "map":
      return itemsAt(column.offsets, row, (item) => [
        valueAt(column.keys, item),
        valueAt(column.values, item),
      ]);
    default:
      return column satisfies never;
  }
}

/** The values of all rows. */
export function valuesOf(column: FlatColumn): (FlatValue | null)[];
export function valuesOf(column: Column): (ColumnValue | null)[];
export function valuesOf(column: Column): (ColumnValue | null)[] {
  return Array.from({ length: column.length }, (_, row) => valueAt(column, row));
}

function primitiveAt({ values }: PrimitiveColumn, row: number): number | bigint {
  return values[row]!;
}

function structAt({ type, children }: StructColumn, row: number): StructValue {
  return Object.fromEntries(
    type.fields.map(({ name }, index) => [name, valueAt(children[index]!, row)]),
  );
}

function itemsAt<Item>(offsets: Int32Array, row: number, itemAt: (item: number) => Item): Item[] {
  const start = offsets[row]!;
  return Array.from({ length: offsets[row + 1]! - start }, (_, index) => itemAt(start + index));
}

function fixedSizeAt(
  { type, data, byteWidth }: FixedSizeBinaryColumn,
  row: number,
): bigint | Uint8Array {
  const start = row * byteWidth;
  if (type.kind === "decimal128") return decodeDecimal128(data, start);
  return data.slice(start, start + byteWidth);
}
