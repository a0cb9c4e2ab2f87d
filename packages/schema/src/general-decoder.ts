import type { DecodedRecords, Decoder, DecoderOptions, RejectedRecord } from "./decoder.ts";
import type { EventSchema } from "./event-schema.ts";
import { beginBatch, createRecordFields, finishBatch, writeRecord } from "./record-fields.ts";
import { RecordIndexes } from "./record-indexes.ts";

/**
 * A decoder that reads every record with JSON.parse: what any other one has to agree with. Throws
 * SCHEMA_INVALID where an option names no date-time field, TIME_ZONE_UNKNOWN for an unknown zone.
 */
export function createGeneralDecoder(schema: EventSchema, options: DecoderOptions = {}): Decoder {
  const fields = createRecordFields(schema, options);

  const decode: Decoder["decode"] = (buffer, starts, ends, count): DecodedRecords => {
    beginBatch(fields, count);
    const rejected: RejectedRecord[] = [];
    const indexes = new RecordIndexes(count);
    let generalPathCount = 0;
    for (let index = 0; index < count; index++) {
      const [start, end, row] = [starts[index]!, ends[index]!, index - rejected.length];
      if (start >= 0) generalPathCount++;
      const rejection = writeRecord(fields, { buffer, start, end, index, row });
      if (rejection === undefined) indexes.add(row, index, 1);
      else rejected.push(rejection);
    }
    const batch = finishBatch(fields, count - rejected.length);
    return { batch, ...indexes.finish(batch.rowCount), rejected, generalPathCount };
  };
  return { schema, decode };
}
