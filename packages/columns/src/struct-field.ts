import type { Column, StructColumn } from "./column.ts";
import { toPlainColumn } from "./to-plain-column.ts";
import { countNulls, createBitmap } from "./validity.ts";

/** The column of a struct's field, null where the struct is; RangeError for a field not there. */
export function structField(column: StructColumn, index: number): Column {
  const child = column.children[index];
  if (child === undefined) throw new RangeError(`field ${index} of ${column.children.length}`);
  const { validity, nullCount, length } = column;
  if (validity === undefined || nullCount === 0) return child;
  // The nulls of runs are in their values: such a column has no bitmap to take more of them.
  const masked = child.layout === "run-end-encoded" ? toPlainColumn(child) : child;
  const both = intersect(validity, masked.validity ?? createBitmap(length, 1), length);
  return { ...masked, validity: both, nullCount: countNulls(both, length) };
}

function intersect(left: Uint8Array, right: Uint8Array, length: number): Uint8Array {
  const both = createBitmap(length);
  for (let index = 0; index < both.length; index++) both[index] = left[index]! & right[index]!;
  return both;
}
