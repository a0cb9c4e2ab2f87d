import type { Column, FlatColumn, RunEndEncodedColumn } from "./column.ts";
import type { PlainColumn } from "./plain-column.ts";
import { countRunNulls, runAt } from "./run-ends.ts";
import { countNulls, sliceBitmap } from "./validity.ts";

/**
 * Rows `start` to `end`, `end` excluded, in the same layout. Bytes and numbers are shared with the
 * column, not copied, so the offsets of a slice need not begin at 0. RangeError where the rows are
 * not all there.
 */
export function sliceColumn(column: FlatColumn, start: number, end: number): FlatColumn;
export function sliceColumn(column: Column, start: number, end: number): Column;
export function sliceColumn(column: Column, start: number, end: number): Column {
  if (!(0 <= start && start <= end && end <= column.length)) {
    throw new RangeError(`rows ${start} to ${end} of a column of ${column.length}`);
  }
  if (start === 0 && end === column.length) return column;
  switch (column.layout) {
    case "dictionary":
      return {
        ...column,
        ...slicedBase(column, start, end),
        indices: column.indices.subarray(start, end),
      };
    case "run-end-encoded":
      return sliceRuns(column, start, end);
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary":
      return slicePlainColumn(column, start, end);
    case "struct": {
      const children = column.children.map((child) => sliceColumn(child, start, end));
      return { ...column, ...slicedBase(column, start, end), children };
    }
    case "list":
    case "map": {
      const offsets = column.offsets.subarray(start, end + 1);
      return { ...column, ...slicedBase(column, start, end), offsets };
    }
    default:
      return column satisfies never;
  }
}

/** As `sliceColumn`, for a plain layout. */
function slicePlainColumn<Plain extends PlainColumn>(
  column: Plain,
  start: number,
  end: number,
): Plain {
  return { ...column, ...slicedBase(column, start, end), ...slicedValues(column, start, end) };
}

function slicedValues(column: PlainColumn, start: number, end: number): object {
  switch (column.layout) {
    case "boolean":
      return { values: sliceBitmap(column.values, start, end) };
    case "primitive":
      return { values: column.values.subarray(start, end) };
    case "fixed-size-binary":
      return { data: column.data.subarray(start * column.byteWidth, end * column.byteWidth) };
    case "variable-size-binary":
      return { offsets: column.offsets.subarray(start, end + 1) };
    default:
      return column satisfies never;
  }
}

interface SlicedBase {
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Uint8Array | undefined;
}

function slicedBase(
  column: { readonly validity?: Uint8Array | undefined },
  start: number,
  end: number,
): SlicedBase {
  const length = end - start;
  if (column.validity === undefined) return { length, nullCount: 0, validity: undefined };
  const validity = sliceBitmap(column.validity, start, end);
  const nullCount = countNulls(validity, length);
  return { length, nullCount, validity: nullCount === 0 ? undefined : validity };
}

function sliceRuns(column: RunEndEncodedColumn, start: number, end: number): RunEndEncodedColumn {
  const length = end - start;
  const firstRun = start === end ? 0 : runAt(column.runEnds, start);
  const lastRun = start === end ? -1 : runAt(column.runEnds, end - 1);
  const runEnds = column.runEnds.slice(firstRun, lastRun + 1);
  for (let run = 0; run < runEnds.length; run++) {
    runEnds[run] = Math.min(runEnds[run]!, end) - start;
  }
  const values = slicePlainColumn(column.values, firstRun, lastRun + 1);
  return { ...column, length, nullCount: countRunNulls(values, runEnds), runEnds, values };
}
