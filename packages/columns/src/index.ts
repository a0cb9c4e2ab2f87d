export { createBooleanBuilder } from "./boolean-builder.ts";
export { checkColumn } from "./check-column.ts";
export {
  columnBatch,
  concatBatches,
  findColumn,
  gatherBatch,
  rowAt,
  sliceBatch,
  trustedColumnBatch,
} from "./column-batch.ts";
export type { ColumnBatch } from "./column-batch.ts";
export type { ColumnBuilder } from "./column-builder.ts";
export {
  byteWidthOf,
  describeColumnType,
  isFlatColumnType,
  isSameColumnType,
  plainLayoutOf,
} from "./column-type.ts";
export type {
  ColumnField,
  ColumnType,
  FlatColumnType,
  ListColumnType,
  MapColumnType,
  NestedColumnType,
  PlainLayout,
  StructColumnType,
} from "./column-type.ts";
export { decodeDecimal128, encodeDecimal128, isListValue, isStructValue } from "./column-value.ts";
export type { ColumnValue, FlatValue, ListValue, StructValue } from "./column-value.ts";
export { isFlatColumn } from "./column.ts";
export type {
  BooleanColumn,
  Column,
  DictionaryColumn,
  FixedSizeBinaryColumn,
  FlatColumn,
  ListColumn,
  MapColumn,
  NestedColumn,
  PrimitiveColumn,
  RunEndEncodedColumn,
  StructColumn,
  VariableBinaryColumn,
} from "./column.ts";
export { concatColumns } from "./concat-columns.ts";
export { constantColumn, nullColumn } from "./constant-column.ts";
export { columnFromValues, createColumnBuilder } from "./create-column-builder.ts";
export { createFixedSizeBinaryBuilder } from "./fixed-size-binary-builder.ts";
export { gatherColumn } from "./gather-column.ts";
export { NullRows } from "./null-rows.ts";
export type { PlainColumn } from "./plain-column.ts";
export { createPrimitiveBuilder } from "./primitive-builder.ts";
export { createPrimitiveValues } from "./primitive-values.ts";
export type { PrimitiveValues } from "./primitive-values.ts";
export { promoteColumn } from "./promote-column.ts";
export { runAt } from "./run-ends.ts";
export { sliceColumn } from "./slice-column.ts";
export { structField } from "./struct-field.ts";
export { toPlainColumn } from "./to-plain-column.ts";
export {
  clearBit,
  countBits,
  countNulls,
  createBitmap,
  gatherBitmap,
  isBitSet,
  isValidRow,
  setBit,
  sliceBitmap,
} from "./validity.ts";
export { valueAt, valuesOf } from "./value-at.ts";
export { createVariableBinaryBuilder } from "./variable-binary-builder.ts";
export type { VariableBinaryBuilder } from "./variable-binary-builder.ts";
