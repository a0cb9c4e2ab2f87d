/**
 * The structure of Apache Arrow's JavaScript objects as far as it is read here. All versions and
 * copies of the package `apache-arrow` have it, which therefore is no dependency. What stands in
 * them is looked at before it is used, and `unknown` until then.
 */
export interface ArrowTable {
  readonly schema: ArrowSchema;
  readonly batches: readonly ArrowRecordBatch[];
}

/** Rows as one chunk for each column. */
export interface ArrowRecordBatch {
  readonly schema: ArrowSchema;
  /** A struct of the columns. */
  readonly data: ArrowData;
}

/** The columns of a table or record batch. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
}

/** A column, or a part of one. */
export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
  readonly metadata?: unknown;
}

/** A type with the parameters that its kind has (Arrow: Schema.fbs). */
export interface ArrowType {
  readonly typeId: number;
}

/** One chunk of a column with its buffers (Arrow: Physical Memory Layout). */
export interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  /** Where the rows begin in `nullBitmap` and in booleans; other buffers begin with them. */
  readonly offset: number;
  readonly nullCount: number;
  readonly nullBitmap?: unknown;
  readonly values: unknown;
  readonly valueOffsets: unknown;
  readonly children: readonly unknown[];
  readonly dictionary?: unknown;
}

/** Whether a value is a table of Arrow's, by its structure. */
export function isArrowTable(value: unknown): value is ArrowTable {
  return hasArrowSchema(value) && "batches" in value && Array.isArray(value.batches);
}

/** Whether a value is a record batch of Arrow's, by its structure. */
export function isArrowRecordBatch(value: unknown): value is ArrowRecordBatch {
  return hasArrowSchema(value) && "data" in value && isArrowData(value.data);
}

/** Whether a value is a chunk of Arrow's, by its structure. */
export function isArrowData(value: unknown): value is ArrowData {
  return (
    isObject(value) &&
    "type" in value &&
    isArrowType(value.type) &&
    "length" in value &&
    isCount(value.length) &&
    "offset" in value &&
    isCount(value.offset) &&
    "nullCount" in value &&
    typeof value.nullCount === "number" &&
    "children" in value &&
    Array.isArray(value.children)
  );
}

/** Whether a value is a field of Arrow's, by its structure. */
export function isArrowField(value: unknown): value is ArrowField {
  return (
    isObject(value) &&
    "name" in value &&
    typeof value.name === "string" &&
    "type" in value &&
    isArrowType(value.type)
  );
}

function hasArrowSchema(value: unknown): value is { readonly schema: ArrowSchema } {
  return (
    isObject(value) &&
    "schema" in value &&
    isObject(value.schema) &&
    "fields" in value.schema &&
    Array.isArray(value.schema.fields) &&
    value.schema.fields.every(isArrowField)
  );
}

/** Whether a value is a type of Arrow's, by its structure. */
export function isArrowType(value: unknown): value is ArrowType {
  return isObject(value) && "typeId" in value && typeof value.typeId === "number";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
