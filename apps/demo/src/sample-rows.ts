import { findColumn, isListValue, isStructValue, sliceBatch, valueAt } from "@salon/columns";
import type { ColumnBatch, ColumnValue } from "@salon/columns";
import type { Table } from "@salon/iceberg-writer";
import { textTable } from "./text-table.ts";

const SAMPLE_ROWS = 5;

/** A few rows of a table, under the names of these columns: from the fullest part of a file. */
export async function sampleText(table: Table, columns: readonly string[]): Promise<string> {
  let fullest: ColumnBatch | undefined;
  for await (const { batch } of table.scan({ columns })) {
    if (batch.rowCount > (fullest?.rowCount ?? 0)) fullest = batch;
  }
  if (fullest === undefined) return "  none";
  const batch = sliceBatch(fullest, 0, Math.min(SAMPLE_ROWS, fullest.rowCount));
  const rows = Array.from({ length: batch.rowCount }, (_, row) =>
    columns.map((name) => cellText(batch, name, row)),
  );
  return textTable(columns, rows);
}

function cellText(batch: ColumnBatch, name: string, row: number): string {
  const column = findColumn(batch, name);
  return column === undefined ? "" : valueText(valueAt(column, row));
}

function valueText(value: ColumnValue | null): string {
  if (value === null) return "null";
  if (isListValue(value)) return `[${value.map(valueText).join(", ")}]`;
  if (isStructValue(value)) return `{${Object.values(value).map(valueText).join(", ")}}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value);
}
