import type { ColumnBatch } from "@salon/columns";

import {
  isArrowRecordBatch,
  isArrowTable,
  type ArrowRecordBatch,
  type ArrowTable,
} from "./arrow/arrow-structure.ts";
import { batchesFromArrow } from "./arrow/batch-from-arrow.ts";
import type { Schema } from "./spec/schema.ts";
import { batchFromRows } from "./writer/batch-from-rows.ts";
import type { PlainRow } from "./writer/batch-from-rows.ts";

/**
 * Rows to append: plain objects, columns, Arrow tables and record batches, or a stream of any; a
 * stream is never held whole.
 */
export type TableRows = RowChunk | AsyncIterable<PlainRow | RowChunk>;

/** Rows that are there at once. */
export type RowChunk = readonly PlainRow[] | ColumnBatch | ArrowTable | ArrowRecordBatch;

/** Plain objects that come one by one are gathered up to this many. */
const rowsPerBatch = 4096;

/**
 * The rows as columns of the schema, in their order. Errors: those of {@link batchFromRows}, each
 * with the row's index in all of `rows`, whatever chunks they came in, and of
 * {@link batchesFromArrow}.
 */
export async function* columnBatchesOf(
  schema: Schema,
  rows: TableRows,
): AsyncGenerator<ColumnBatch, void, undefined> {
  let firstRow = 0;
  for await (const chunk of chunksOf(rows)) {
    for (const batch of batchesOfChunk(schema, chunk, firstRow)) {
      firstRow += batch.rowCount;
      yield batch;
    }
  }
}

async function* chunksOf(rows: TableRows): AsyncGenerator<RowChunk, void, undefined> {
  if (!isStream(rows)) {
    yield rows;
    return;
  }
  let gathered: PlainRow[] = [];
  for await (const item of rows) {
    if (!isChunk(item)) {
      gathered.push(item);
      if (gathered.length < rowsPerBatch) continue;
    }
    if (gathered.length > 0) yield gathered;
    gathered = [];
    if (isChunk(item)) yield item;
  }
  if (gathered.length > 0) yield gathered;
}

function* batchesOfChunk(
  schema: Schema,
  chunk: RowChunk,
  firstRow: number,
): Generator<ColumnBatch, void, undefined> {
  if (isColumnBatch(chunk)) {
    if (chunk.rowCount > 0) yield chunk;
    return;
  }
  if (isArrow(chunk)) {
    yield* batchesFromArrow(chunk);
    return;
  }
  for (let start = 0; start < chunk.length; start += rowsPerBatch) {
    const rows = chunk.slice(start, start + rowsPerBatch);
    yield batchFromRows(schema, rows, { firstRow: firstRow + start });
  }
}

function isStream(rows: TableRows): rows is AsyncIterable<PlainRow | RowChunk> {
  return Symbol.asyncIterator in rows;
}

function isChunk(item: PlainRow | RowChunk): item is RowChunk {
  return Array.isArray(item) || isColumnBatch(item) || isArrow(item);
}

function isArrow(item: PlainRow | RowChunk): item is ArrowTable | ArrowRecordBatch {
  return isArrowTable(item) || isArrowRecordBatch(item);
}

/** A batch by its form: a plain row with three such fields would have to be sent in an array. */
function isColumnBatch(item: PlainRow | RowChunk): item is ColumnBatch {
  return (
    isObject(item) &&
    "rowCount" in item &&
    typeof item.rowCount === "number" &&
    "names" in item &&
    Array.isArray(item.names) &&
    "columns" in item &&
    Array.isArray(item.columns)
  );
}

/** JavaScript callers pass anything; what is no object is told as a row that is none. */
function isObject(item: unknown): boolean {
  return typeof item === "object" && item !== null;
}
