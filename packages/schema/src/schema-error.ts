/**
 * What a caller may tell apart: a schema that contradicts itself, a time zone nobody knows, rules
 * of a user that cannot be used.
 */
export type SchemaErrorCode = "SCHEMA_INVALID" | "TIME_ZONE_UNKNOWN" | "RULES_INVALID";

/** The error of this package. Records that are no rows are no errors: they are returned. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SchemaError";
    this.code = code;
  }
}
