import type { DecodedRecords, Decoder, DecoderOptions, RejectedRecord } from "./decoder.ts";
import type { EventSchema } from "./event-schema.ts";
import { beginBatch, createRecordFields, finishBatch, writeRecord } from "./record-fields.ts";
import { RecordIndexes } from "./record-indexes.ts";
import { TemplateSet } from "./template-set.ts";

/**
 * The generated loops are called for so many rows at most: V8 optimises calls better than loops.
 */
const ROWS_PER_CALL = 16_384;

/**
 * A decoder that generates code for the forms of records that it meets, and leaves to the general
 * path what is unusual, with the same result. Throws SCHEMA_INVALID where an option names no
 * date-time field, TIME_ZONE_UNKNOWN for an unknown zone. Dictionaries of `string` columns may be
 * shared by the batches of one decoder: they are never changed.
 */
export function createDecoder(schema: EventSchema, options: DecoderOptions = {}): Decoder {
  const fields = createRecordFields(schema, options);
  const templates = new TemplateSet(fields);

  const decode: Decoder["decode"] = (buffer, starts, ends, count): DecodedRecords => {
    beginBatch(fields, count);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const rejected: RejectedRecord[] = [];
    const indexes = new RecordIndexes(count);
    let generalPathCount = 0;
    let index = 0;
    while (index < count) {
      const row = index - rejected.length;
      const to = Math.min(count, index + ROWS_PER_CALL);
      const readCount = templates.read({ bytes: buffer, view, starts, ends, from: index, to, row });
      indexes.add(row, index, readCount);
      index += readCount;
      if (readCount > 0) continue;
      const [start, end] = [starts[index]!, ends[index]!];
      if (start >= 0) generalPathCount++;
      const rejection = writeRecord(fields, { buffer, start, end, index, row });
      if (rejection === undefined) {
        indexes.add(row, index, 1);
        templates.learn(buffer, start, end);
      } else {
        rejected.push(rejection);
      }
      index++;
    }
    const batch = finishBatch(fields, count - rejected.length);
    return { batch, ...indexes.finish(batch.rowCount), rejected, generalPathCount };
  };
  return { schema, decode };
}
