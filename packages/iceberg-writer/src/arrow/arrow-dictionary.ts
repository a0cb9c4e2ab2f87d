import {
  concatColumns,
  createBitmap,
  countNulls,
  gatherColumn,
  isFlatColumn,
  isValidRow,
  nullColumn,
  toPlainColumn,
  type Column,
  type ColumnType,
} from "@salon/columns";
import { arrowDataError } from "./arrow-error.ts";
import { isSmallIntegers, toInt32 } from "./arrow-numbers.ts";
import type { ArrowRows } from "./arrow-rows.ts";
import type { ArrowData } from "./arrow-structure.ts";

/**
 * The column of a dictionary-encoded chunk: a dictionary column where those can hold its entries,
 * else its entries row by row, as of booleans, parts and null entries.
 */
export function dictionaryFromArrow(
  data: ArrowData,
  type: ColumnType,
  rows: ArrowRows,
  path: string,
  entriesFromArrow: (data: unknown, path: string) => Column,
): Column {
  const { length, validity, nullCount } = rows;
  if (nullCount === length) return nullColumn(type, length);
  if (!isSmallIntegers(data.values) || data.values.length < length) {
    throw arrowDataError(path, `it has not the indices of ${length} rows`);
  }
  const indices = toInt32(data.values).subarray(0, length);
  const chunks = chunksOf(data.dictionary).map((chunk) => entriesFromArrow(chunk, path));
  if (chunks.length === 0) throw arrowDataError(path, "it has no dictionary");
  const entries = plain(concatColumns(chunks));
  const isKept = entries.layout === "primitive" || isBytes(entries);
  if (isKept && entries.nullCount === 0) {
    return { ...rows, type: entries.type, layout: "dictionary", indices, dictionary: entries };
  }
  const found = gatherColumn(
    entries,
    indices.map((index, row) => (isValidRow(validity, row) ? index : 0)),
  );
  return withNulls(found, rows);
}

function isBytes(
  column: Column,
): column is Extract<Column, { layout: "variable-size-binary" | "fixed-size-binary" }> {
  return column.layout === "variable-size-binary" || column.layout === "fixed-size-binary";
}

/** The chunks of a vector of Arrow's. */
function chunksOf(vector: unknown): readonly unknown[] {
  const hasData = typeof vector === "object" && vector !== null && "data" in vector;
  return hasData && Array.isArray(vector.data) ? vector.data : [];
}

function plain(column: Column): Column {
  return isFlatColumn(column) ? toPlainColumn(column) : column;
}

/** The column with more of its rows null. */
function withNulls(column: Column, { length, validity }: ArrowRows): Column {
  if (validity === undefined) return column;
  const masked = plain(column);
  if (masked.layout === "run-end-encoded") return masked;
  const own = masked.validity ?? createBitmap(length, 1);
  const both = own.map((bits, index) => bits & validity[index]!);
  return { ...masked, validity: both, nullCount: countNulls(both, length) };
}
