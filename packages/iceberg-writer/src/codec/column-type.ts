import type { ColumnType, FlatColumnType } from "@salon/columns";
import type { PrimitiveType, Type } from "../spec/type.ts";

/** The type of the columns that hold values of an Iceberg type. */
export function columnTypeOf(type: PrimitiveType): FlatColumnType;
export function columnTypeOf(type: Type): ColumnType;
export function columnTypeOf(type: Type): ColumnType {
  switch (type.kind) {
    case "boolean":
    case "binary":
      return { kind: type.kind };
    case "int":
      return { kind: "int32" };
    case "long":
      return { kind: "int64" };
    case "float":
      return { kind: "float32" };
    case "double":
      return { kind: "float64" };
    case "decimal":
      return { kind: "decimal128", precision: type.precision, scale: type.scale };
    case "date":
      return { kind: "date32" };
    case "time":
      return { kind: "time64" };
    case "timestamp":
      return { kind: "timestamp", utc: false };
    case "timestamptz":
      return { kind: "timestamp", utc: true };
    case "string":
      return { kind: "utf8" };
    case "uuid":
      return { kind: "fixed-size-binary", byteWidth: 16 };
    case "fixed":
      return { kind: "fixed-size-binary", byteWidth: type.length };
    case "struct": {
      const fields = type.fields.map((field) => ({
        name: field.name,
        type: columnTypeOf(field.type),
      }));
      return { kind: "struct", fields };
    }
    case "list":
      return { kind: "list", element: columnTypeOf(type.element) };
    case "map":
      return { kind: "map", key: columnTypeOf(type.key), value: columnTypeOf(type.value) };
    default:
      return type satisfies never;
  }
}
