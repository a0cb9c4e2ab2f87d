import type { SchemaElement } from "hyparquet";
import { decimalBytesRequired } from "../../spec/decimal-bytes.ts";
import type { PrimitiveType } from "../../spec/type.ts";

/** How Parquet stores the values of an Iceberg type (Iceberg spec: Appendix A, Parquet). */
export type ParquetType = Pick<
  SchemaElement,
  "type_length" | "converted_type" | "logical_type" | "precision" | "scale"
> & {
  readonly type:
    | "BOOLEAN"
    | "INT32"
    | "INT64"
    | "FLOAT"
    | "DOUBLE"
    | "BYTE_ARRAY"
    | "FIXED_LEN_BYTE_ARRAY";
};

/** No converted type beside it: TIME_MICROS and TIMESTAMP_MICROS mean values adjusted to UTC. */
const LOCAL_MICROS = { isAdjustedToUTC: false, unit: "MICROS" } as const;

/** The Parquet type of a primitive Iceberg type. */
export function parquetTypeOf(type: PrimitiveType): ParquetType {
  switch (type.kind) {
    case "boolean":
      return { type: "BOOLEAN" };
    case "int":
      return { type: "INT32" };
    case "long":
      return { type: "INT64" };
    case "float":
      return { type: "FLOAT" };
    case "double":
      return { type: "DOUBLE" };
    case "decimal":
      return decimalType(type.precision, type.scale);
    case "date":
      return { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
    case "time":
      return { type: "INT64", logical_type: { type: "TIME", ...LOCAL_MICROS } };
    case "timestamp":
      return { type: "INT64", logical_type: { type: "TIMESTAMP", ...LOCAL_MICROS } };
    case "timestamptz":
      return {
        type: "INT64",
        converted_type: "TIMESTAMP_MICROS",
        logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
      };
    case "string":
      return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case "uuid":
      return { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } };
    case "fixed":
      return { type: "FIXED_LEN_BYTE_ARRAY", type_length: type.length };
    case "binary":
      return { type: "BYTE_ARRAY" };
    default:
      return type satisfies never;
  }
}

function decimalType(precision: number, scale: number): ParquetType {
  const annotation = {
    converted_type: "DECIMAL",
    logical_type: { type: "DECIMAL", precision, scale },
    precision,
    scale,
  } as const;
  if (precision <= 9) return { type: "INT32", ...annotation };
  if (precision <= 18) return { type: "INT64", ...annotation };
  const type_length = decimalBytesRequired(precision);
  return { type: "FIXED_LEN_BYTE_ARRAY", type_length, ...annotation };
}
