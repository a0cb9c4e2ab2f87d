import { countNulls, sliceBitmap, type Column } from "@salon/columns";
import { arrowDataError } from "./arrow-error.ts";
import type { ArrowData } from "./arrow-structure.ts";

/** How many rows a chunk has, and which of them are null. */
export type ArrowRows = Pick<Column, "length" | "nullCount"> & {
  readonly validity?: Uint8Array | undefined;
};

/** The rows of a chunk; its bitmap is brought to begin with the first of them. */
export function rowsOfArrow(data: ArrowData, path: string): ArrowRows {
  const { length, offset, nullBitmap, nullCount } = data;
  const hasBitmap = nullBitmap instanceof Uint8Array && nullBitmap.length > 0;
  if (!hasBitmap) {
    if (nullCount > 0)
      throw arrowDataError(path, `${nullCount} rows are null, and it has no bitmap`);
    return { length, nullCount: 0 };
  }
  const validity = sliceArrowBitmap(nullBitmap, offset, length, path);
  const counted = countNulls(validity, length);
  return counted === 0 ? { length, nullCount: 0 } : { length, nullCount: counted, validity };
}

/** `length` bits from `offset` on; `VALUE_INVALID` where they are not all there. */
export function sliceArrowBitmap(
  bitmap: Uint8Array,
  offset: number,
  length: number,
  path: string,
): Uint8Array {
  if (bitmap.length * 8 < offset + length) {
    const reason = `a bitmap of ${bitmap.length} bytes for ${offset + length} rows`;
    throw arrowDataError(path, reason);
  }
  return sliceBitmap(bitmap, offset, offset + length);
}
