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

/** Views a column of an Iceberg type for encoding. */
export function columnSource(
  column: FlatColumn,
  type: PrimitiveType,
): LeafSource<DefinitionLevels> {
  const { length } = column;
  const rows = {
    length,
    sliceEnd: (start: number, rowsMax: number, levelsMax: number) =>
      Math.min(start + Math.min(rowsMax, levelsMax), length),
    isRowStart: () => true,
  };
  switch (column.layout) {
    case "dictionary": {
      const { indices, validity } = column;
      return {
        ...rows,
        values: physicalVector(column.dictionary, type),
        sharesValues: true,
        select: (start, end, positions, levels) =>
          validity === undefined
            ? selectIndices(indices, start, end, positions, levels)
            : selectValidIndices(indices, validity, start, end, positions, levels),
      };
    }
    case "run-end-encoded": {
      const { runEnds, values } = column;
      return {
        ...rows,
        values: physicalVector(values, type),
        sharesValues: true,
        select: (start, end, positions, levels) =>
          selectRuns(runEnds, values.validity, start, end, positions, levels),
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
            ? selectAll(start, end, positions, levels)
            : selectValid(validity, start, end, positions, levels),
      };
    }
    default:
      return column satisfies never;
  }
}

function selectAll(
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const count = end - start;
  for (let i = 0; i < count; i++) positions[i] = start + i;
  levels.appendRows(count);
  return count;
}

function selectValid(
  validity: Uint8Array,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  for (let row = start; row < end; row++) {
    if ((validity[row >>> 3]! >>> (row & 7)) & 1) positions[count++] = row;
    else levels.markNull(firstRow + row);
  }
  levels.appendRows(end - start);
  return count;
}

function selectIndices(
  indices: Int32Array,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  positions.set(indices.subarray(start, end));
  levels.appendRows(end - start);
  return end - start;
}

function selectValidIndices(
  indices: Int32Array,
  validity: Uint8Array,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  for (let row = start; row < end; row++) {
    if ((validity[row >>> 3]! >>> (row & 7)) & 1) positions[count++] = indices[row]!;
    else levels.markNull(firstRow + row);
  }
  levels.appendRows(end - start);
  return count;
}

function selectRuns(
  runEnds: Int32Array,
  validity: Uint8Array | undefined,
  start: number,
  end: number,
  positions: Int32Array,
  levels: DefinitionLevels,
): number {
  const firstRow = levels.rowCount - start;
  let count = 0;
  let row = start;
  for (let run = start < end ? runAt(runEnds, start) : 0; row < end; run++) {
    const runEnd = Math.min(runEnds[run]!, end);
    const isValid = validity === undefined || ((validity[run >>> 3]! >>> (run & 7)) & 1) === 1;
    if (isValid) {
      positions.fill(run, count, count + runEnd - row);
      count += runEnd - row;
    } else {
      for (let at = row; at < runEnd; at++) levels.markNull(firstRow + at);
    }
    row = runEnd;
  }
  levels.appendRows(end - start);
  return count;
}
