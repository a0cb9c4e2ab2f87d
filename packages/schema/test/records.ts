import { columnBatch, rowAt, type ColumnValue } from "@salon/columns";
import type { DecodedRecords, Decoder, RejectedRecord } from "../src/decoder.ts";

export type RecordValue = string | Uint8Array | null;

export interface Records {
  readonly buffer: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
}

/** Records one behind the other, as a fetch buffer has them; behind the last one stands `slack`. */
export function recordsOf(values: readonly RecordValue[], slack = " ".repeat(64)): Records {
  const starts = new Int32Array(values.length);
  const ends = new Int32Array(values.length);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [index, value] of values.entries()) {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    starts[index] = bytes === null ? -1 : at;
    at += bytes?.length ?? 0;
    ends[index] = bytes === null ? -1 : at;
    if (bytes !== null) parts.push(bytes);
  }
  const buffer = new Uint8Array(Buffer.concat([...parts, Buffer.from(slack)]));
  return { buffer, starts, ends, count: values.length };
}

export function decodeValues(
  decoder: Decoder,
  values: readonly RecordValue[],
  slack?: string,
): DecodedRecords {
  const { buffer, starts, ends, count } = recordsOf(values, slack);
  return decoder.decode(buffer, starts, ends, count);
}

/** What a record became: a row or the cause why not. */
export type Outcome = Record<string, ColumnValue | null> | RejectedRecord;

/** What became of each record; the batch is checked whole, and each record has to be there once. */
export function outcomesOf(decoded: DecodedRecords, count: number): Outcome[] {
  const { batch, recordIndexes, rejected } = decoded;
  columnBatch(Object.fromEntries(batch.names.map((name, i) => [name, batch.columns[i]!])));
  const outcomes: (Outcome | undefined)[] = Array.from({ length: count }, () => undefined);
  const put = (index: number, outcome: Outcome): void => {
    if (index >= count || outcomes[index] !== undefined) throw new Error(`record ${index} twice`);
    outcomes[index] = outcome;
  };
  for (let row = 0; row < batch.rowCount; row++)
    put(recordIndexes?.[row] ?? row, rowAt(batch, row));
  for (const rejection of rejected) put(rejection.index, rejection);
  return outcomes.map((outcome, index) => {
    if (outcome === undefined) throw new Error(`record ${index} is lost`);
    return outcome;
  });
}
