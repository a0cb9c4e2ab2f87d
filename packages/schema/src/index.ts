export { createDecoder } from "./compiled-decoder.ts";
export type {
  DateTimeRepresentation,
  DecodedRecords,
  Decoder,
  DecoderOptions,
  RejectedRecord,
  RejectionCode,
} from "./decoder.ts";
export { defineEventSchema } from "./event-schema.ts";
export type { EventField, EventFieldType, EventSchema } from "./event-schema.ts";
export { createGeneralDecoder } from "./general-decoder.ts";
export { ratingsSchema } from "./ratings-schema.ts";
export { SchemaError } from "./schema-error.ts";
export type { SchemaErrorCode } from "./schema-error.ts";
