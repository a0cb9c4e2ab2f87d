import { isBitSet, isValidRow } from "@salon/columns";
import type { FlatColumn, PrimitiveColumn } from "@salon/columns";
import type { ColumnCheck } from "./column-check.ts";

/** Null rows break it. */
export function checkNulls(column: FlatColumn, broken: Uint8Array): number {
  if (column.nullCount === 0) return 0;
  if (column.layout === "run-end-encoded") throw new TypeError("a field's column in runs");
  return markRows(column, broken, (row) => !isValidRow(column.validity, row));
}

/** Numbers below `min` or above `max` break it. */
export function checkRange(min: number, max: number): ColumnCheck {
  return (column, broken) => {
    const { values, validity, length } = primitive(column);
    if (values instanceof BigInt64Array) {
      return markRows(column, broken, (row) => {
        const value = values[row]!;
        return isValidRow(validity, row) && !(value >= min && value <= max);
      });
    }
    // The commonest check: flat, so that rows that hold cost two comparisons.
    let count = 0;
    for (let row = 0; row < length; row++) {
      const value = values[row]!;
      if ((value >= min && value <= max) || !isValidRow(validity, row)) continue;
      broken[row] = 1;
      count++;
    }
    return count;
  };
}

/** Numbers for which `holds` is false break it. A long beyond 2^53 holds in no list. */
export function checkNumbers(holds: (value: number) => boolean): ColumnCheck {
  return (column, broken) => {
    const { values, validity } = primitive(column);
    return markRows(
      column,
      broken,
      (row) => isValidRow(validity, row) && !holds(exactNumber(values[row]!)),
    );
  };
}

/** Booleans for which `holds` is false break it. */
export function checkBooleans(holds: (value: boolean) => boolean): ColumnCheck {
  return (column, broken) => {
    if (column.layout !== "boolean") throw new TypeError(`booleans in layout ${column.layout}`);
    const { values, validity } = column;
    return markRows(
      column,
      broken,
      (row) => isValidRow(validity, row) && !holds(isBitSet(values, row)),
    );
  };
}

/** Flags the rows for which `isBroken`; answers how many. */
export function markRows(
  { length }: FlatColumn,
  broken: Uint8Array,
  isBroken: (row: number) => boolean,
): number {
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (!isBroken(row)) continue;
    broken[row] = 1;
    count++;
  }
  return count;
}

function primitive(column: FlatColumn): PrimitiveColumn {
  if (column.layout === "primitive") return column;
  throw new TypeError(`numbers in layout ${column.layout}`);
}

/** NaN where a number cannot have the value. */
function exactNumber(value: number | bigint): number {
  if (typeof value === "number") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : Number.NaN;
}
