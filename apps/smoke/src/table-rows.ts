import { inspect } from "node:util";
import { findColumn, valueAt } from "@salon/columns";
import type { ColumnBatch, ColumnValue } from "@salon/columns";
import { planFiles, scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, OperationOptions, PlannedFile } from "@salon/iceberg-writer";
import type { PlacedRating } from "./smoke-rating.ts";

/** A row of the table that is one of the run's ratings, by its comment. */
export type TableRow = Readonly<Record<string, ColumnValue | null>>;

const ORIGIN_COLUMNS = ["_kafka_topic", "_kafka_partition", "_kafka_offset"] as const;

/** Of the ratings' numbers and of their origin; what a table shows of time is its own choice. */
const COLUMNS = [
  "customer_id",
  "branch_id",
  "employee_id",
  "treatment_id",
  "rating_value",
  "comment",
  ...ORIGIN_COLUMNS,
] as const;

/**
 * The rows with comments of the ratings, of the files that came into the table after this sequence
 * number. Errors: those of the scan.
 */
export async function findRows(
  table: CatalogTable,
  ratings: readonly PlacedRating[],
  { after, ...options }: OperationOptions & { readonly after: bigint },
): Promise<readonly TableRow[]> {
  const comments = new Set<unknown>(ratings.map(({ rating }) => rating.comment));
  const files: PlannedFile[] = [];
  for await (const file of planFiles(table, options)) {
    if (file.sequenceNumber > after) files.push(file);
  }
  const rows: TableRow[] = [];
  for await (const { batch } of scanTable({ table, columns: COLUMNS, files }, options)) {
    for (let row = 0; row < batch.rowCount; row++) {
      if (comments.has(cell(batch, "comment", row))) rows.push(rowOf(batch, row));
    }
  }
  return rows;
}

/** What is wrong with the rows that were found, as a sentence; undefined where nothing is. */
export function differenceOf(
  rows: readonly TableRow[],
  ratings: readonly PlacedRating[],
  topic: string,
): string | undefined {
  for (const placed of ratings) {
    const expected = expectedRow(placed, topic);
    const found = rows.filter((row) => row["comment"] === placed.rating.comment);
    const where = `partition ${placed.partition}, offset ${placed.offset}`;
    if (found.length > 1) return `the rating of ${where} is in the table ${found.length} times`;
    const [row] = found;
    if (row === undefined) continue;
    const wrong = COLUMNS.find((name) => !Object.is(row[name], expected[name]));
    if (wrong !== undefined) {
      return `${wrong} of ${where} is ${inspect(row[wrong])}, and ${inspect(expected[wrong])} was sent`;
    }
  }
  return undefined;
}

function expectedRow({ rating, partition, offset }: PlacedRating, topic: string): TableRow {
  const { timestamp: _timestamp, ...values } = rating;
  return {
    ...values,
    rating_value: Math.fround(rating.rating_value),
    _kafka_topic: topic,
    _kafka_partition: partition,
    _kafka_offset: BigInt(offset),
  };
}

function rowOf(batch: ColumnBatch, row: number): TableRow {
  return Object.fromEntries(COLUMNS.map((name) => [name, cell(batch, name, row)]));
}

function cell(batch: ColumnBatch, name: string, row: number): ColumnValue | null {
  const column = findColumn(batch, name);
  return column === undefined ? null : valueAt(column, row);
}
