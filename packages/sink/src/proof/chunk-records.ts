import { valueAt } from "@salon/columns";
import type { RecordChunk } from "@salon/kafka-io";
import type { DecodedRecords } from "@salon/schema";
import { deadLetterTimestamp } from "../mapping/dead-letter-timestamp.ts";
import type { ComparedRecord } from "./compared-record.ts";

/** The offsets of a chunk's records with their indexes. */
export function* offsetsOf(chunk: RecordChunk): Generator<readonly [number, number], void> {
  let index = 0;
  for (const { baseOffset, count } of chunk.runs) {
    for (let delta = 0; delta < count; delta++) yield [baseOffset + delta, index++];
  }
}

/** What each record of a chunk is, by its index, now that it is decoded. */
export function recordReader(
  chunk: RecordChunk,
  { batch, recordIndexes }: DecodedRecords,
): (index: number) => ComparedRecord {
  const rows = new Int32Array(chunk.count).fill(-1);
  for (let row = 0; row < batch.rowCount; row++) rows[recordIndexes?.[row] ?? row] = row;
  return (index) => {
    const row = rows[index] ?? -1;
    return row < 0
      ? { decision: "dead", values: deadLetterValues(chunk, index) }
      : { decision: "row", values: batch.columns.map((column) => valueAt(column, row)) };
  };
}

/** A record as the dead letter that a rule made of it, although it decodes. */
export function ruledOutRecord(chunk: RecordChunk, index: number): ComparedRecord {
  return { decision: "dead", values: deadLetterValues(chunk, index) };
}

function deadLetterValues(chunk: RecordChunk, index: number): ComparedRecord["values"] {
  return [
    deadLetterTimestamp(chunk.timestampsMs[index] ?? -1) ?? null,
    slice(chunk.buffer, chunk.keyStarts[index], chunk.keyEnds[index]),
    slice(chunk.buffer, chunk.valueStarts[index], chunk.valueEnds[index]),
  ];
}

function slice(buffer: Uint8Array, start = -1, end = -1): Uint8Array | null {
  return start < 0 ? null : buffer.slice(start, end);
}
