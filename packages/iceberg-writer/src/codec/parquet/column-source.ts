import { runAt, type FlatColumn } from "@salon/columns";
import type { PrimitiveType } from "../../spec/type.ts";
import type { DefinitionLevels } from "./definition-levels.ts";
import { physicalVector, type PhysicalVector } from "./physical-vector.ts";

/** The values of a leaf, and which of them its levels have; a flat column has one level a row. */
export interface LeafSource<Levels> {
  /** How many levels there are. */
  readonly length: number;
  readonly values: PhysicalVector;
  /** Many rows may share a value: what is found out about one holds for all of them. */
  readonly sharesValues: boolean;
  /** Of a dictionary that grows, whose distinct entries are the values. */
  readonly dictionaryId?: symbol | undefined;
  /** Where a slice from `start` on ends: with a row, unless one row is longer than a slice. */
  sliceEnd(start: number, rowsMax: number, levelsMax: number): number;
  /** Whether a row begins there, or all rows have ended. */
  isRowStart(at: number): boolean;
  /**
   * Writes the positions in `values` of what is not null in `[start, end)` to `positions`, appends
   * the levels to the page's, and answers how many positions there are.
   */
  select(start: number, end: number, positions: Int32Array, levels: Levels): number;
}

/** Levels that a leaf function sees at once: more make V8 optimise in the middle of a loop. */
export const SLICE_LEVELS: number = 16_384;

/** How many levels to take of a source at once: long byte strings are to fill one page at most. */
export function sliceLevelsMax(
  { values, sharesValues }: Pick<LeafSource<never>, "values" | "sharesValues">,
  pageSizeBytes: number,
): number {
  const { length } = values;
  if (values.kind !== "bytes" || sharesValues || length === 0) return SLICE_LEVELS;
  const averageBytes = (values.offsets[length]! - values.offsets[0]!) / length;
  const fitting = Math.floor(pageSizeBytes / Math.max(averageBytes, 1));
  return Math.max(1, Math.min(SLICE_LEVELS, fitting));
}

/** Rows of a column, ascending; undefined for all of them. */
export type RowSelection = Int32Array | undefined;

/** Views the given rows of a column of an Iceberg type for encoding. */
export function columnSource(
  column: FlatColumn,
  type: PrimitiveType,
  selection?: RowSelection,
): LeafSource<DefinitionLevels> {
  const length = selection?.length ?? column.length;
  const rows = {
    length,
    sliceEnd: (start: number, rowsMax: number, levelsMax: number) =>
      Math.min(start + Math.min(rowsMax, levelsMax), length),
    isRowStart: () => true,
  };
  switch (column.layout) {
    case "dictionary": {
      const { indices, validity, dictionaryId } = column;
      return {
        ...rows,
        values: physicalVector(column.dictionary, type),
        sharesValues: true,
        dictionaryId,
        select: (start, end, positions, levels) =>
          validity === undefined
            ? selectIndices(indices, selection, start, end, positions, levels)
            : selectValidIndices(indices, validity, selection, start, end, positions, levels),
      };
    }
    case "run-end-encoded": {
      const { runEnds, values } = column;
      return {
        ...rows,
        values: physicalVector(values, type),
        sharesValues: true,
        select: (start, end, positions, levels) =>
          selectRuns(runEnds, values.validity, selection, start, end, positions, levels),
      };
    }
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary": {
      const { validity } = column;
      return {
        ...rows,
        values: physicalVector(column, type),
        sharesValues: false,
        select: (start, end, positions, levels) =>
          validity === undefined
            ? selectAll(selection, start, end, positions, levels)
            : selectValid(validity, selection, start, end, positions, levels),
      };
    }
    default:
      return column satisfies never;
  }
}

function selectAll(
  selection: RowSelection,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const count = end - start;
  if (selection !== undefined) positions.set(selection.subarray(start, end));
  else for (let i = 0; i < count; i++) positions[i] = start + i;
  levels.appendRows(count);
  return count;
}

function selectValid(
  validity: Uint8Array,
  selection: RowSelection,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  for (let at = start; at < end; at++) {
    const row = selection === undefined ? at : selection[at]!;
    if ((validity[row >>> 3]! >>> (row & 7)) & 1) positions[count++] = row;
    else levels.markNull(firstRow + at);
  }
  levels.appendRows(end - start);
  return count;
}

function selectIndices(
  indices: Int32Array,
  selection: RowSelection,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const count = end - start;
  if (selection === undefined) positions.set(indices.subarray(start, end));
  else for (let i = 0; i < count; i++) positions[i] = indices[selection[start + i]!]!;
  levels.appendRows(count);
  return count;
}

function selectValidIndices(
  indices: Int32Array,
  validity: Uint8Array,
  selection: RowSelection,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  for (let at = start; at < end; at++) {
    const row = selection === undefined ? at : selection[at]!;
    if ((validity[row >>> 3]! >>> (row & 7)) & 1) positions[count++] = indices[row]!;
    else levels.markNull(firstRow + at);
  }
  levels.appendRows(end - start);
  return count;
}

function selectRuns(
  runEnds: Int32Array,
  validity: Uint8Array | undefined,
  selection: RowSelection,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  let at = start;
  for (let run = start < end ? runAt(runEnds, selection?.[start] ?? start) : 0; at < end; run++) {
    const runEnd = endInSelection(selection, runEnds[run]!, at, end);
    const isValid = validity === undefined || ((validity[run >>> 3]! >>> (run & 7)) & 1) === 1;
    if (isValid) {
      positions.fill(run, count, count + runEnd - at);
      count += runEnd - at;
    } else {
      for (; at < runEnd; at++) levels.markNull(firstRow + at);
    }
    at = runEnd;
  }
  levels.appendRows(end - start);
  return count;
}

/** The place from `from` on, `to` at most, whose row lies behind a run. */
function endInSelection(selection: RowSelection, runEnd: number, from: number, to: number): number {
  if (selection === undefined) return Math.min(runEnd, to);
  if (selection[to - 1]! < runEnd) return to;
  let at = from;
  while (selection[at]! < runEnd) at++;
  return at;
}
