import { isFlatColumn, isValidRow, toPlainColumn, valueAt, valuesOf } from "@salon/columns";
import type { Column, ColumnBatch, VariableBinaryColumn } from "@salon/columns";

/** The columns that say where a row comes from. */
export const ORIGIN_COLUMN_NAMES: readonly string[] = [
  "_kafka_topic",
  "_kafka_partition",
  "_kafka_offset",
];

/** Where the rows of a batch come from; each function takes a row's index. */
export interface RowOrigins {
  readonly rowCount: number;
  readonly topicAt: (row: number) => string | undefined;
  readonly partitionAt: (row: number) => number | undefined;
  readonly offsetAt: (row: number) => number | undefined;
}

/** Reads {@link ORIGIN_COLUMN_NAMES} of a batch that has them. */
export function originsOf(batch: ColumnBatch): RowOrigins {
  return {
    rowCount: batch.rowCount,
    topicAt: textReader(columnOf(batch, "_kafka_topic")),
    partitionAt: integerReader(columnOf(batch, "_kafka_partition")),
    offsetAt: integerReader(columnOf(batch, "_kafka_offset")),
  };
}

/** Whole numbers of any width as safe integers; undefined for null. */
function integerReader(column: Column): (row: number) => number | undefined {
  const plain = isFlatColumn(column) ? toPlainColumn(column) : undefined;
  if (plain?.layout !== "primitive") throw new TypeError(`${column.type.kind} is no integer`);
  const { values, validity } = plain;
  return (row) => (isValidRow(validity, row) ? Number(values[row]) : undefined);
}

/** The column of a name, which a scan was asked for. */
export function columnOf(batch: ColumnBatch, name: string): Column {
  const column = batch.columns[batch.names.indexOf(name)];
  if (column === undefined) throw new RangeError(`there is no column ${name} in the batch`);
  return column;
}

/** Texts repeat: those of a dictionary are decoded once, others where they differ from the last. */
function textReader(column: Column): (row: number) => string | undefined {
  if (column.layout === "dictionary") {
    const { indices, validity } = column;
    const texts = valuesOf(column.dictionary).map(textOf);
    return (row) => (isValidRow(validity, row) ? texts[indices[row] ?? 0] : undefined);
  }
  if (column.layout !== "variable-size-binary") return (row) => textOf(valueAt(column, row));
  let last: { readonly row: number; readonly text: string | undefined } | undefined;
  return (row) => {
    if (!isValidRow(column.validity, row)) return undefined;
    if (last === undefined || !isSameText(column, last.row, row)) {
      last = { row, text: textOf(valueAt(column, row)) };
    }
    return last.text;
  };
}

/** A plain loop over bytes: it runs for every row, and allocates nothing. */
function isSameText({ offsets, data }: VariableBinaryColumn, left: number, right: number): boolean {
  const leftStart = offsets[left] ?? 0;
  const rightStart = offsets[right] ?? 0;
  const length = (offsets[left + 1] ?? 0) - leftStart;
  if (length !== (offsets[right + 1] ?? 0) - rightStart) return false;
  for (let at = 0; at < length; at++) {
    if (data[leftStart + at] !== data[rightStart + at]) return false;
  }
  return true;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
