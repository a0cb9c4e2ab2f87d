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
export { defineQualityRules } from "./quality/define-quality-rules.ts";
export { parseQualityRules } from "./quality/parse-quality-rules.ts";
export { createQualityGate } from "./quality/quality-gate.ts";
export type { CheckedRecords, QualityGate, QualityGateOptions } from "./quality/quality-gate.ts";
export type {
  ListedValue,
  QualityCheck,
  QualityRule,
  RuleSeverity,
} from "./quality/quality-rule.ts";
export { ratingsRules } from "./quality/ratings-rules.ts";
export { ratingsSchema } from "./ratings-schema.ts";
export { SchemaError } from "./schema-error.ts";
export type { SchemaErrorCode } from "./schema-error.ts";
