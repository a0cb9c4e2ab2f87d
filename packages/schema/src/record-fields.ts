import { trustedColumnBatch, type ColumnBatch } from "@salon/columns";
import type { DecoderOptions, RejectedRecord } from "./decoder.ts";
import type { EventField, EventSchema } from "./event-schema.ts";
import { createFieldWriter, type AnyFieldWriter } from "./field-writer/create-field-writer.ts";
import { isJsonRecord, parseJsonRecord, type JsonProblem, type JsonRecord } from "./json-record.ts";
import { SchemaError } from "./schema-error.ts";

/** A field of the schema with the writer of its column. */
export interface RecordField {
  readonly field: EventField;
  readonly writer: AnyFieldWriter;
}

/** The fields with their writers; SCHEMA_INVALID where an option names no date-time field. */
export function createRecordFields(schema: EventSchema, options: DecoderOptions): RecordField[] {
  const { dateTimes = {}, lendsColumns = false } = options;
  for (const name of Object.keys(dateTimes)) {
    const isThere = schema.fields.some(
      (field) => field.name === name && field.type === "local-date-time",
    );
    if (!isThere) {
      const message = `schema ${schema.name} has no local-date-time field ${name}`;
      throw new SchemaError("SCHEMA_INVALID", message);
    }
  }
  return schema.fields.map((field) => {
    const dateTime = Object.hasOwn(dateTimes, field.name) ? dateTimes[field.name] : undefined;
    return { field, writer: createFieldWriter(field, { dateTime, lendsColumns }) };
  });
}

/** Starts columns of at most `rowsMax` rows. */
export function beginBatch(fields: readonly RecordField[], rowsMax: number): void {
  // A batch that ended with an error may have left null rows behind.
  truncateFields(fields, 0);
  for (const { writer } of fields) writer.begin(rowsMax);
}

/** The batch of the first `rowCount` rows. */
export function finishBatch(fields: readonly RecordField[], rowCount: number): ColumnBatch {
  return trustedColumnBatch(
    fields.map(({ field }) => field.name),
    fields.map(({ writer }) => writer.finish(rowCount)),
  );
}

/** Forgets what was written to rows from `rowCount` on. */
export function truncateFields(fields: readonly RecordField[], rowCount: number): void {
  for (const { writer } of fields) writer.truncate(rowCount);
}

/** A record to be written to a row: `buffer[start .. end]`, a start of -1 is a null value. */
export interface RecordToWrite {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly index: number;
  readonly row: number;
}

/**
 * The general path: reads a record with JSON.parse, whatever its form, and writes it to its row;
 * answers why where it is no row, and leaves nothing of it then.
 */
export function writeRecord(
  fields: readonly RecordField[],
  { buffer, start, end, index, row }: RecordToWrite,
): RejectedRecord | undefined {
  if (start < 0) return { index, code: "NULL_VALUE", message: "the record has a null value" };
  const record = parseJsonRecord(buffer, start, end);
  if (!isJsonRecord(record)) return { index, ...record };
  for (const { field, writer } of fields) {
    const problem = writeField(field, writer, row, record);
    if (problem === undefined) continue;
    truncateFields(fields, row);
    return { index, code: problem.code, field: field.name, message: problem.message };
  }
  return undefined;
}

function writeField(
  field: EventField,
  writer: AnyFieldWriter,
  row: number,
  record: JsonRecord,
): JsonProblem | undefined {
  const value = record.get(field.name);
  if (value !== undefined && value !== null) return writer.writeJson(row, value, record);
  if (field.required === true) {
    const state = value === null ? "null" : "missing";
    return { code: "MISSING_FIELD", message: `the field is ${state} but required` };
  }
  writer.writeNull(row);
  return undefined;
}
