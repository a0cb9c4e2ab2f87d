import { createColumnBuilder, type FlatColumn, type FlatValue } from "@salon/columns";
import type { DecodedArray, SchemaElement } from "hyparquet";
import { IcebergError } from "../../iceberg-error.ts";
import { decodeDecimal } from "../../spec/decimal-bytes.ts";
import { primitiveTypeToString, type PrimitiveType } from "../../spec/type.ts";
import { columnTypeOf } from "../column-type.ts";

/**
 * The column of values as they were decoded, without logical types, from a file's column. A file
 * may be older than its table's type: int reads as long, float as double, a decimal with more
 * precision. `UNSUPPORTED` for any other difference.
 */
export function columnOfDecoded(
  type: PrimitiveType,
  element: SchemaElement,
  decoded: DecodedArray,
): FlatColumn {
  const columnType = columnTypeOf(type);
  const convert = converterOf(type, element);
  const isWhole = decoded instanceof Int32Array || decoded instanceof BigInt64Array;
  if (isWhole && isStoredAs(columnType.kind, decoded)) {
    const values = decoded.slice();
    return { layout: "primitive", type: columnType, length: values.length, nullCount: 0, values };
  }
  const builder = createColumnBuilder(columnType, decoded.length);
  for (const value of decoded as Iterable<FlatValue | null | undefined>) {
    if (value === null || value === undefined) builder.appendNull();
    else builder.append(convert(value));
  }
  return builder.finish();
}

function isStoredAs(kind: string, decoded: Int32Array | BigInt64Array): boolean {
  return decoded instanceof Int32Array
    ? kind === "int32" || kind === "date32"
    : kind === "int64" || kind === "time64" || kind === "timestamp";
}

type Converter = (value: FlatValue) => FlatValue;

const asIs: Converter = (value) => value;

/** What makes a decoded value one of the type's columns; `UNSUPPORTED` as above. */
export function converterOf(type: PrimitiveType, element: SchemaElement): Converter {
  const stored = element.type;
  switch (type.kind) {
    case "boolean":
      if (stored === "BOOLEAN") return asIs;
      break;
    case "int":
    case "date":
      if (stored === "INT32") return asIs;
      break;
    case "long":
      if (stored === "INT64") return asIs;
      if (stored === "INT32") return (value) => BigInt(Number(value));
      break;
    case "float":
      if (stored === "FLOAT") return asIs;
      break;
    case "double":
      if (stored === "DOUBLE" || stored === "FLOAT") return asIs;
      break;
    case "decimal":
      if (stored === "INT32" || stored === "INT64") return (value) => BigInt(String(value));
      if (stored?.endsWith("BYTE_ARRAY")) return unscaledValue;
      break;
    case "time":
    case "timestamp":
    case "timestamptz":
      if (stored === "INT64" && hasMicroseconds(element)) return asIs;
      break;
    case "string":
    case "binary":
      if (stored === "BYTE_ARRAY") return asIs;
      break;
    case "uuid":
    case "fixed":
      if (stored === "FIXED_LEN_BYTE_ARRAY") return asIs;
      break;
    default:
      return type satisfies never;
  }
  const name = primitiveTypeToString(type);
  throw new IcebergError(
    "UNSUPPORTED",
    `Parquet column ${element.name} of type ${stored} is not read as ${name}`,
  );
}

const unscaledValue: Converter = (value) =>
  value instanceof Uint8Array ? decodeDecimal(value) : value;

function hasMicroseconds({
  logical_type: logical,
  converted_type: converted,
}: SchemaElement): boolean {
  if (logical?.type === "TIME" || logical?.type === "TIMESTAMP") return logical.unit === "MICROS";
  return converted === undefined || converted.endsWith("_MICROS");
}
