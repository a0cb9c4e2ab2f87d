import type { ColumnBatch } from "@salon/columns";
import type { EventSchema } from "./event-schema.ts";

/** Why a record is not a row. */
export type RejectionCode =
  | "NULL_VALUE"
  | "INVALID_UTF8"
  | "INVALID_JSON"
  | "NOT_AN_OBJECT"
  | "WRONG_TYPE"
  | "OUT_OF_RANGE"
  | "INVALID_TIMESTAMP"
  | "MISSING_FIELD"
  /** It decodes, and breaks a quality rule; decoders never say it. */
  | "RULE_BROKEN";

/** A record that is not a row, with its cause. */
export interface RejectedRecord {
  /** Index into the starts and ends that were given. */
  readonly index: number;
  readonly code: RejectionCode;
  readonly field?: string | undefined;
  /** Name of the rule, for `RULE_BROKEN`. */
  readonly rule?: string | undefined;
  readonly message: string;
}

/** Records decoded: every one of them is a row of the batch or rejected. */
export interface DecodedRecords {
  /** One column per field of the schema, in its order. */
  readonly batch: ColumnBatch;
  /** Index of the record that became each row, ascending; absent when no record was rejected. */
  readonly recordIndexes?: Int32Array | undefined;
  readonly rejected: readonly RejectedRecord[];
  /** Records that took the general path instead of the compiled one. */
  readonly generalPathCount: number;
}

/** How a `local-date-time` field becomes a column. */
export type DateTimeRepresentation =
  /** The text as it is, a utf8 column. */
  | { readonly as: "string" }
  /** Microseconds of the local date-time, digits beyond are dropped. */
  | { readonly as: "timestamp" }
  /** The instant that this local date-time is in an IANA zone (`UTC`, `Europe/Berlin`). */
  | { readonly as: "timestamptz"; readonly timeZone: string };

/** Settings of a decoder. */
export interface DecoderOptions {
  /** Per `local-date-time` field; `string` where it is not named. */
  readonly dateTimes?: Readonly<Record<string, DateTimeRepresentation>> | undefined;
  /**
   * Whether the columns of a batch hold until the next call alone, which writes to their memory
   * again: for who is done with each batch before the next. False: they belong to the caller.
   */
  readonly lendsColumns?: boolean | undefined;
}

/** Turns JSON bytes into columns. Not for concurrent use. */
export interface Decoder {
  readonly schema: EventSchema;
  /**
   * Decodes `count` records, record `i` being `buffer[starts[i] .. ends[i]]`; a start of -1 is a
   * null value. The buffer has at least 64 bytes of slack behind the last record.
   */
  decode(buffer: Uint8Array, starts: Int32Array, ends: Int32Array, count: number): DecodedRecords;
}
