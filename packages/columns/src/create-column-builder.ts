import { createBooleanBuilder } from "./boolean-builder.ts";
import { plainLayoutOf, type ColumnType } from "./column-type.ts";
import type { ColumnValue } from "./column-value.ts";
import { createFixedSizeBinaryBuilder } from "./fixed-size-binary-builder.ts";
import type { ColumnBuilder } from "./column-builder.ts";
import type { PlainColumn } from "./plain-column.ts";
import { createPrimitiveBuilder } from "./primitive-builder.ts";
import { createVariableBinaryBuilder } from "./variable-binary-builder.ts";

/** A builder of a plain column of a type; rows are expected, not limited, to be `capacity`. */
export function createColumnBuilder(type: ColumnType, capacity = 1024): ColumnBuilder {
  const layout = plainLayoutOf(type);
  if (layout === "boolean") return createBooleanBuilder(capacity);
  if (layout === "primitive") return createPrimitiveBuilder(type, capacity);
  if (layout === "fixed-size-binary") return createFixedSizeBinaryBuilder(type, capacity);
  return createVariableBinaryBuilder(type.kind === "utf8" ? "utf8" : "binary", capacity);
}

/** The column of given values, null for null; for tests and small inputs. */
export function columnFromValues(
  type: ColumnType,
  values: readonly (ColumnValue | null)[],
): PlainColumn {
  const builder = createColumnBuilder(type, values.length);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else builder.append(value);
  }
  return builder.finish();
}
