/** What a caller may tell apart: a schema that contradicts itself, and a time zone nobody knows. */
export type SchemaErrorCode = "SCHEMA_INVALID" | "TIME_ZONE_UNKNOWN";

/** The error of this package. Records that are no rows are no errors: they are returned. */
export class SchemaError extends Error {
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SchemaError";
    this.code = code;
  }
}
