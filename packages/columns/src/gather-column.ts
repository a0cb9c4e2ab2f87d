import type {
  Column,
  DictionaryColumn,
  FixedSizeBinaryColumn,
  FlatColumn,
  RunEndEncodedColumn,
  VariableBinaryColumn,
} from "./column.ts";
import type { PlainColumn } from "./plain-column.ts";
import { gatherPrimitiveValues } from "./primitive-values.ts";
import { countRunNulls, runsOfRows } from "./run-ends.ts";
import { countNulls, gatherBitmap } from "./validity.ts";

/** Runs shorter than this on average are no longer worth a run-end encoding. */
const ROWS_PER_RUN_MIN = 4;

/**
 * The given rows in the given order; rows may repeat. A dictionary column keeps its dictionary;
 * runs stay runs where they are still long, else they become a dictionary or a plain column.
 * RangeError where a row is not in the column.
 */
export function gatherColumn(column: FlatColumn, rows: Int32Array): FlatColumn;
export function gatherColumn(column: Column, rows: Int32Array): Column;
export function gatherColumn(column: Column, rows: Int32Array): Column {
  checkRows(rows, column.length);
  return gatherCheckedRows(column, rows);
}

/** As `gatherColumn`, for rows of which it is known that they are in the column. */
export function gatherCheckedRows(column: Column, rows: Int32Array): Column {
  switch (column.layout) {
    case "dictionary":
      return gatherDictionary(column, rows);
    case "run-end-encoded":
      return gatherRuns(column, rows);
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary":
      return gatherPlainColumn(column, rows);
    case "struct": {
      const children = column.children.map((child) => gatherCheckedRows(child, rows));
      return { ...column, ...gatheredBase(column, rows), children };
    }
    case "list": {
      const { offsets, items } = gatherItems(column.offsets, rows);
      const element = gatherColumn(column.element, items);
      return { ...column, ...gatheredBase(column, rows), offsets, element };
    }
    case "map": {
      const { offsets, items } = gatherItems(column.offsets, rows);
      const keys = gatherColumn(column.keys, items);
      const values = gatherColumn(column.values, items);
      return { ...column, ...gatheredBase(column, rows), offsets, keys, values };
    }
    default:
      return column satisfies never;
  }
}

/** As `gatherColumn`, for a column of which it is known that its layout is plain. */
export function gatherPlainColumn<Plain extends PlainColumn>(
  column: Plain,
  rows: Int32Array,
): Plain {
  return { ...column, ...gatheredBase(column, rows), ...gatheredValues(column, rows) };
}

function gatheredValues(column: PlainColumn, rows: Int32Array): object {
  switch (column.layout) {
    case "boolean":
      return { values: gatherBitmap(column.values, rows) };
    case "primitive":
      return { values: gatherPrimitiveValues(column.values, rows) };
    case "fixed-size-binary":
      return { data: gatherFixedSize(column, rows) };
    case "variable-size-binary":
      return gatherVariableSize(column, rows);
    default:
      return column satisfies never;
  }
}

interface GatheredBase {
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Uint8Array | undefined;
}

function gatheredBase(
  column: { readonly validity?: Uint8Array | undefined },
  rows: Int32Array,
): GatheredBase {
  const length = rows.length;
  if (column.validity === undefined) return { length, nullCount: 0, validity: undefined };
  const validity = gatherBitmap(column.validity, rows);
  const nullCount = countNulls(validity, length);
  return { length, nullCount, validity: nullCount === 0 ? undefined : validity };
}

function gatherFixedSize({ data, byteWidth }: FixedSizeBinaryColumn, rows: Int32Array): Uint8Array {
  const target = new Uint8Array(rows.length * byteWidth);
  for (let index = 0; index < rows.length; index++) {
    const start = rows[index]! * byteWidth;
    target.set(data.subarray(start, start + byteWidth), index * byteWidth);
  }
  return target;
}

function gatherVariableSize(
  column: VariableBinaryColumn,
  rows: Int32Array,
): { offsets: Int32Array; data: Uint8Array } {
  const offsets = gatherOffsets(column.offsets, rows);
  const data = new Uint8Array(offsets[rows.length]!);
  for (let index = 0; index < rows.length; index++) {
    const start = column.offsets[rows[index]!]!;
    const end = column.offsets[rows[index]! + 1]!;
    copyShort({ source: column.data, start, end, target: data, at: offsets[index]! });
  }
  return { offsets, data };
}

/** The elements or entries of the given rows, and where each row's begin among them. */
function gatherItems(
  offsets: Int32Array,
  rows: Int32Array,
): { offsets: Int32Array; items: Int32Array } {
  const gathered = gatherOffsets(offsets, rows);
  const items = new Int32Array(gathered[rows.length]!);
  for (let index = 0; index < rows.length; index++) {
    let item = offsets[rows[index]!]!;
    for (let at = gathered[index]!; at < gathered[index + 1]!; at++) items[at] = item++;
  }
  return { offsets: gathered, items };
}

function gatherOffsets(offsets: Int32Array, rows: Int32Array): Int32Array {
  const gathered = new Int32Array(rows.length + 1);
  let end = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    end += offsets[row + 1]! - offsets[row]!;
    gathered[index + 1] = end;
  }
  if (end > 0x7fff_ffff) throw new RangeError(`${end} bytes or items do not fit 32-bit offsets`);
  return gathered;
}

interface ByteCopy {
  readonly source: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly target: Uint8Array;
  readonly at: number;
}

/** A loop beats `set(subarray())` for the few bytes that most values have. */
function copyShort({ source, start, end, target, at }: ByteCopy): void {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = source[from]!;
}

function gatherDictionary(column: DictionaryColumn, rows: Int32Array): DictionaryColumn {
  const indices = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) indices[index] = column.indices[rows[index]!]!;
  return { ...column, ...gatheredBase(column, rows), indices };
}

function gatherRuns(column: RunEndEncodedColumn, rows: Int32Array): Column {
  if (column.runEnds.length === 1 && rows.length > 0) {
    const nullCount = column.nullCount === 0 ? 0 : rows.length;
    return { ...column, length: rows.length, nullCount, runEnds: Int32Array.of(rows.length) };
  }
  const runs = runsOfRows(column.runEnds, rows);
  const runCount = countChanges(runs);
  if (runCount * ROWS_PER_RUN_MIN <= rows.length || runCount <= 1) {
    return encodeRuns(column.values, runs, runCount);
  }
  const { values } = column;
  if (values.layout === "boolean" || values.length * 2 > rows.length) {
    return gatherPlainColumn(values, runs);
  }
  // A dictionary has no nulls: rows of a null run are null by the column's own bitmap.
  const dictionary = { ...values, nullCount: 0, validity: undefined };
  const { type } = column;
  return { type, layout: "dictionary", ...gatheredBase(values, runs), indices: runs, dictionary };
}

function countChanges(runs: Int32Array): number {
  let count = runs.length === 0 ? 0 : 1;
  for (let index = 1; index < runs.length; index++) {
    if (runs[index] !== runs[index - 1]) count++;
  }
  return count;
}

function encodeRuns(
  source: RunEndEncodedColumn["values"],
  runs: Int32Array,
  runCount: number,
): RunEndEncodedColumn {
  const runEnds = new Int32Array(runCount);
  const runRows = new Int32Array(runCount);
  let run = -1;
  for (let index = 0; index < runs.length; index++) {
    if (index === 0 || runs[index] !== runs[index - 1]) runRows[++run] = runs[index]!;
    runEnds[run] = index + 1;
  }
  const values = gatherPlainColumn(source, runRows);
  const nullCount = countRunNulls(values, runEnds);
  const { type } = source;
  return { type, layout: "run-end-encoded", length: runs.length, nullCount, runEnds, values };
}

/** RangeError where a row is not among the first `length`. */
export function checkRows(rows: Int32Array, length: number): void {
  for (let index = 0; index < rows.length; index++) {
    // As unsigned, a negative row is beyond every length.
    if (rows[index]! >>> 0 >= length) {
      throw new RangeError(`row ${rows[index]} of a column of ${length}`);
    }
  }
}
