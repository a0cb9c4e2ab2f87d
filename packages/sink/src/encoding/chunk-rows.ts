import {
  constantColumn,
  createColumnBuilder,
  createVariableBinaryBuilder,
  trustedColumnBatch,
} from "@salon/columns";
import type { Column, ColumnBatch, PrimitiveColumn } from "@salon/columns";
import { recordHeaders } from "@salon/kafka-io";
import type { RecordChunk } from "@salon/kafka-io";
import type { DecodedRecords } from "@salon/schema";
import { deadLetterCause } from "../mapping/dead-letter-cause.ts";
import { HEADERS_COLUMN } from "../mapping/dead-letter-schema.ts";
import { deadLetterTimestamp } from "../mapping/dead-letter-timestamp.ts";
import type { TableBinding } from "../mapping/table-binding.ts";

const TWO_TO_32 = 4_294_967_296;

/** What rows of one chunk have in common. */
export interface ChunkOrigin {
  readonly chunk: RecordChunk;
  readonly processedAtMs: number;
}

/**
 * The rows of a chunk's valid records: the event's columns and those that say where a row is from.
 */
export function chunkRows(
  decoded: DecodedRecords,
  { chunk, processedAtMs }: ChunkOrigin,
  binding: TableBinding,
): ColumnBatch {
  const { batch, recordIndexes } = decoded;
  const names = [...batch.names, "_kafka_topic", "_kafka_partition", "_kafka_offset"];
  const columns: Column[] = [
    ...batch.columns,
    constantColumn({ kind: "utf8" }, chunk.topic, batch.rowCount),
    constantColumn({ kind: "int32" }, chunk.partition, batch.rowCount),
    offsetColumn(chunk, recordIndexes, batch.rowCount),
  ];
  if (binding.processedTimestamp !== undefined) {
    const type = { kind: "timestamp", utc: binding.processedTimestamp === "timestamptz" } as const;
    names.push("processed_timestamp");
    columns.push(constantColumn(type, microseconds(processedAtMs), batch.rowCount));
  }
  return trustedColumnBatch(names, columns);
}

/** What dead letters of a unit have in common. */
export interface DeadLetterForm {
  /** The snapshot that decides them. */
  readonly decidedBy: bigint;
  /** Whether their table has a column for headers. */
  readonly hasHeaders: boolean;
}

/** The rejected records of a chunk with their exact bytes. */
export function deadLetterRows(
  decoded: DecodedRecords,
  { chunk, processedAtMs }: ChunkOrigin,
  { decidedBy, hasHeaders }: DeadLetterForm,
): ColumnBatch {
  const { rejected } = decoded;
  const offsets = chunkOffsets(chunk);
  const timestamptz = { kind: "timestamp", utc: true } as const;
  const kafkaOffset = createColumnBuilder({ kind: "int64" }, rejected.length);
  const kafkaTimestamp = createColumnBuilder(timestamptz, rejected.length);
  const key = createVariableBinaryBuilder("binary", rejected.length);
  const value = createVariableBinaryBuilder("binary", rejected.length);
  const code = createColumnBuilder({ kind: "utf8" }, rejected.length);
  const field = createColumnBuilder({ kind: "utf8" }, rejected.length);
  const message = createColumnBuilder({ kind: "utf8" }, rejected.length);
  for (const record of rejected) {
    const { index } = record;
    kafkaOffset.append(BigInt(offsets[index] ?? 0));
    const timestamp = deadLetterTimestamp(chunk.timestampsMs[index] ?? -1);
    if (timestamp === undefined) kafkaTimestamp.appendNull();
    else kafkaTimestamp.append(timestamp);
    appendSlice(key, chunk.buffer, chunk.keyStarts[index] ?? -1, chunk.keyEnds[index] ?? -1);
    appendSlice(value, chunk.buffer, chunk.valueStarts[index] ?? -1, chunk.valueEnds[index] ?? -1);
    code.append(deadLetterCause(record));
    if (record.field === undefined) field.appendNull();
    else field.append(record.field);
    message.append(record.message);
  }
  const columns: Record<string, Column> = {
    _kafka_topic: constantColumn({ kind: "utf8" }, chunk.topic, rejected.length),
    _kafka_partition: constantColumn({ kind: "int32" }, chunk.partition, rejected.length),
    _kafka_offset: kafkaOffset.finish(),
    _kafka_timestamp: kafkaTimestamp.finish(),
    _kafka_key: key.finish(),
    value: value.finish(),
    decided_by: constantColumn({ kind: "int64" }, decidedBy, rejected.length),
    error_code: code.finish(),
    error_field: field.finish(),
    error_message: message.finish(),
    processed_timestamp: constantColumn(timestamptz, microseconds(processedAtMs), rejected.length),
    ...(hasHeaders && { [HEADERS_COLUMN]: headersColumn(decoded, chunk) }),
  };
  return trustedColumnBatch(Object.keys(columns), Object.values(columns));
}

const HEADERS_TYPE = {
  kind: "list",
  element: {
    kind: "struct",
    fields: [
      { name: "name", type: { kind: "utf8" } },
      { name: "value", type: { kind: "binary" } },
    ],
  },
} as const;

/** Empty for a record without headers: it has none, which is not unknown. */
function headersColumn({ rejected }: DecodedRecords, chunk: RecordChunk): Column {
  const builder = createColumnBuilder(HEADERS_TYPE, rejected.length);
  for (const { index } of rejected) {
    const headers = recordHeaders(chunk, index);
    builder.append(headers.map(({ name, value }) => ({ name, value: value ?? null })));
  }
  return builder.finish();
}

/** The offset of every record of a chunk. */
export function chunkOffsets(chunk: RecordChunk): Float64Array {
  const offsets = new Float64Array(chunk.count);
  let at = 0;
  for (const { baseOffset, count } of chunk.runs) {
    for (let index = 0; index < count; index++) offsets[at++] = baseOffset + index;
  }
  return offsets;
}

function offsetColumn(
  chunk: RecordChunk,
  recordIndexes: Int32Array | undefined,
  rowCount: number,
): PrimitiveColumn {
  const values = new BigInt64Array(rowCount);
  // Both halves of each integer: a BigInt for each row would cost an allocation.
  const halves = new Uint32Array(values.buffer);
  if (recordIndexes === undefined) writeRuns(chunk.runs, halves);
  else writePicked(chunkOffsets(chunk), recordIndexes, halves);
  return { type: { kind: "int64" }, layout: "primitive", length: rowCount, nullCount: 0, values };
}

function writeRuns(runs: RecordChunk["runs"], halves: Uint32Array): void {
  let at = 0;
  for (const { baseOffset, count } of runs) {
    for (let offset = baseOffset; offset < baseOffset + count; offset++) {
      halves[at++] = offset >>> 0;
      halves[at++] = Math.floor(offset / TWO_TO_32);
    }
  }
}

function writePicked(offsets: Float64Array, indexes: Int32Array, halves: Uint32Array): void {
  for (let row = 0; row < indexes.length; row++) {
    const offset = offsets[indexes[row]!]!;
    halves[row * 2] = offset >>> 0;
    halves[row * 2 + 1] = Math.floor(offset / TWO_TO_32);
  }
}

function appendSlice(
  builder: ReturnType<typeof createVariableBinaryBuilder>,
  buffer: Uint8Array,
  start: number,
  end: number,
): void {
  if (start < 0) builder.appendNull();
  else builder.appendBytes(buffer, start, end);
}

function microseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n;
}
