import { byteWidthOf, plainLayoutOf, type FlatColumnType } from "./column-type.ts";
import type {
  BooleanColumn,
  FixedSizeBinaryColumn,
  PrimitiveColumn,
  VariableBinaryColumn,
} from "./column.ts";
import { createPrimitiveValues } from "./primitive-values.ts";
import { createBitmap } from "./validity.ts";

/** A column in a layout that holds its values one by one. */
export type PlainColumn =
  | BooleanColumn
  | PrimitiveColumn
  | VariableBinaryColumn
  | FixedSizeBinaryColumn;

/** A plain column whose rows are all null. */
export function plainNullColumn(type: FlatColumnType, length: number): PlainColumn {
  const base = {
    type,
    length,
    nullCount: length,
    ...(length > 0 && { validity: createBitmap(length) }),
  };
  const layout = plainLayoutOf(type);
  if (layout === "boolean") return { ...base, layout, values: createBitmap(length) };
  if (layout === "primitive") {
    return { ...base, layout, values: createPrimitiveValues(type, length) };
  }
  if (layout === "fixed-size-binary") {
    const byteWidth = byteWidthOf(type);
    return { ...base, layout, byteWidth, data: new Uint8Array(length * byteWidth) };
  }
  return { ...base, layout, offsets: new Int32Array(length + 1), data: new Uint8Array(0) };
}
