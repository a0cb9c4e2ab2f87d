import { IcebergError } from "../iceberg-error.ts";
import type { Schema } from "../spec/schema.ts";
import { isPrimitiveType, type NestedField, type PrimitiveType } from "../spec/type.ts";

/** A field of a schema that a file stores in one column. */
export interface PrimitiveField extends NestedField {
  readonly type: PrimitiveType;
}

/** The fields of a schema; `UNSUPPORTED` where one is a struct, a list or a map. */
export function primitiveFields(schema: Pick<Schema, "fields">): readonly PrimitiveField[] {
  return schema.fields.map((field) => {
    const { type } = field;
    if (isPrimitiveType(type)) return { ...field, type };
    throw new IcebergError(
      "UNSUPPORTED",
      `column ${field.name} is a ${type.kind}: only columns of primitive types are handled`,
      { context: { fieldId: field.id } },
    );
  });
}
