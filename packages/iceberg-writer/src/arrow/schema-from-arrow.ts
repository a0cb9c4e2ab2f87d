import type { FlatColumnType } from "@salon/columns";
import { assignFreshIds, type Schema } from "../spec/schema.ts";
import type { NestedField, PrimitiveType, Type } from "../spec/type.ts";
import { arrowDataError, arrowTypeError } from "./arrow-error.ts";
import type { ArrowField, ArrowSchema } from "./arrow-structure.ts";
import { arrowChildren, columnTypeOfArrow } from "./arrow-type.ts";

/** Where Arrow's fields say what their type stands for (Arrow: Extension Types). */
const EXTENSION_NAME = "ARROW:extension:name";
const UUID_EXTENSION = "arrow.uuid";
/** `assignFreshIds` gives the real ones. */
const NO_ID = 0;

/**
 * The schema of a table that holds the rows of an Arrow table: its columns by name, required where
 * Arrow's are not nullable. Field ids count from 1; a table that is created with it assigns its
 * own.
 *
 * Errors: `UNSUPPORTED` for types that Iceberg tables do not hold, Arrow's null type among them,
 * `VALUE_INVALID` for two columns of one name.
 */
export function schemaFromArrow(schema: ArrowSchema): Schema {
  return assignFreshIds({ schemaId: 0, fields: fieldsOf(schema.fields, "") }, 0).schema;
}

function fieldsOf(fields: readonly ArrowField[], prefix: string): NestedField[] {
  return fields.map((field, index): NestedField => {
    const { name, nullable } = field;
    const path = prefix + name;
    if (fields.findIndex((other) => other.name === name) !== index) {
      throw arrowDataError(path, "another column has the same name");
    }
    return { id: NO_ID, name, required: !nullable, type: typeOf(field, path) };
  });
}

function typeOf(field: ArrowField, path: string): Type {
  const { type } = field;
  const columnType = columnTypeOfArrow(type, path);
  if (columnType === undefined) throw arrowTypeError(path, "Null");
  switch (columnType.kind) {
    case "struct": {
      const children = arrowChildren(type, undefined, path);
      return { kind: "struct", fields: fieldsOf(children, `${path}.`) };
    }
    case "list": {
      const [element] = arrowChildren(type, 1, path);
      return {
        kind: "list",
        elementId: NO_ID,
        elementRequired: !element!.nullable,
        element: typeOf(element!, `${path}.element`),
      };
    }
    case "map": {
      const [entries] = arrowChildren(type, 1, path);
      const [key, value] = arrowChildren(entries!.type, 2, path);
      return {
        kind: "map",
        keyId: NO_ID,
        key: typeOf(key!, `${path}.key`),
        valueId: NO_ID,
        valueRequired: !value!.nullable,
        value: typeOf(value!, `${path}.value`),
      };
    }
    default:
      return primitiveTypeOf(columnType, isUuid(field));
  }
}

function primitiveTypeOf(type: FlatColumnType, isUuidField: boolean): PrimitiveType {
  switch (type.kind) {
    case "boolean":
    case "binary":
      return { kind: type.kind };
    case "int32":
      return { kind: "int" };
    case "int64":
      return { kind: "long" };
    case "float32":
      return { kind: "float" };
    case "float64":
      return { kind: "double" };
    case "decimal128":
      return { kind: "decimal", precision: type.precision, scale: type.scale };
    case "date32":
      return { kind: "date" };
    case "time64":
      return { kind: "time" };
    case "timestamp":
      return { kind: type.utc ? "timestamptz" : "timestamp" };
    case "utf8":
      return { kind: "string" };
    case "fixed-size-binary":
      return isUuidField && type.byteWidth === 16
        ? { kind: "uuid" }
        : { kind: "fixed", length: type.byteWidth };
    default:
      return type satisfies never;
  }
}

function isUuid({ metadata }: ArrowField): boolean {
  return metadata instanceof Map && metadata.get(EXTENSION_NAME) === UUID_EXTENSION;
}
