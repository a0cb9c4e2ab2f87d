import { readFile } from "node:fs/promises";

/**
 * A row as a foreign engine read it. 64-bit integer columns are bigint; binary is base64;
 * timestamps are ISO with six fraction digits, with `Z` if they have a zone; dates, times, decimals
 * and UUIDs are text; NaN and infinities are text; null is null.
 */
export type TableRow = Readonly<Record<string, unknown>>;

/** Column types in the words of the engine that read them. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** Reads the rows that a reader wrote, one JSON object a line. */
export async function readRows(path: string, types: ColumnTypes): Promise<readonly TableRow[]> {
  const longs = Object.keys(types).filter((name) => /^(long|bigint)$/i.test(types[name] ?? ""));
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => parseRow(line, longs));
}

/** Rows by the value of integer columns, such as `_kafka_partition`, `_kafka_offset`. */
export function sortRows(
  rows: readonly TableRow[],
  ...columns: readonly string[]
): readonly TableRow[] {
  return rows.toSorted((left, right) => {
    for (const column of columns) {
      const difference = asBigInt(left[column]) - asBigInt(right[column]);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
    }
    return 0;
  });
}

/** A row as JSON, for an engine that writes it. */
export function serializeRow(row: TableRow): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

function parseRow(line: string, longs: readonly string[]): TableRow {
  const row = JSON.parse(line) as Record<string, unknown>;
  for (const name of longs) if (row[name] !== null) row[name] = asBigInt(row[name]);
  return row;
}

function asBigInt(value: unknown): bigint {
  return BigInt(value as string | number | bigint);
}
