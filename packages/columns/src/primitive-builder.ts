import type { ColumnBuilder } from "./column-builder.ts";
import { describeColumnType, type FlatColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import type { PrimitiveColumn } from "./column.ts";
import { NullRows } from "./null-rows.ts";
import { createPrimitiveValues, type PrimitiveValues } from "./primitive-values.ts";

/**
 * Builds a column of numbers. 32-bit types take integral numbers in range, 64-bit ones bigints in
 * range, float32 and float64 any number (float32 rounds it).
 */
export function createPrimitiveBuilder(
  type: FlatColumnType,
  capacity = 1024,
): ColumnBuilder<PrimitiveColumn> {
  const nulls = new NullRows();
  let values = createPrimitiveValues(type, Math.max(capacity, 8));
  let length = 0;

  const reserveRow = (): void => {
    if (length === values.length) values = grow(type, values);
  };

  return {
    type,
    get length() {
      return length;
    },
    append(value) {
      reserveRow();
      storeValue(type, values, length, value);
      length++;
    },
    appendNull() {
      reserveRow();
      nulls.add(length++);
    },
    truncate(rowCount) {
      if (rowCount >= length) return;
      clearValues(values, rowCount, length);
      length = rowCount;
      nulls.truncate(length);
    },
    finish() {
      const built = values.slice(0, length);
      const column = { type, layout: "primitive", length, values: built } as const;
      const nullRows = nulls.finish(length);
      // Rows of null are left as they are, so they have to be 0 again.
      clearValues(values, 0, length);
      length = 0;
      return { ...column, ...nullRows };
    },
  };
}

function storeValue(
  type: FlatColumnType,
  values: PrimitiveValues,
  row: number,
  value: ColumnValue,
): void {
  if (values instanceof BigInt64Array) {
    if (typeof value !== "bigint") throw wrongValue(type, value);
    if (BigInt.asIntN(64, value) !== value) throw outOfRange(type, value);
    values[row] = value;
    return;
  }
  if (typeof value !== "number") throw wrongValue(type, value);
  if (values instanceof Int32Array && (value | 0) !== value) throw outOfRange(type, value);
  values[row] = value;
}

function wrongValue(type: FlatColumnType, value: ColumnValue): TypeError {
  return new TypeError(`${describeColumnType(type)} takes no ${typeof value}`);
}

function outOfRange(type: FlatColumnType, value: number | bigint): RangeError {
  return new RangeError(`${value} is no ${describeColumnType(type)}`);
}

function grow(type: FlatColumnType, values: PrimitiveValues): PrimitiveValues {
  const grown = createPrimitiveValues(type, values.length * 2);
  if (grown instanceof BigInt64Array && values instanceof BigInt64Array) grown.set(values);
  if (!(grown instanceof BigInt64Array) && !(values instanceof BigInt64Array)) grown.set(values);
  return grown;
}

function clearValues(values: PrimitiveValues, start: number, end: number): void {
  if (values instanceof BigInt64Array) values.fill(0n, start, end);
  else values.fill(0, start, end);
}
