import { encodeFixedDecimal } from "../../spec/decimal-bytes.ts";
import type { PrimitiveType } from "../../spec/type.ts";
import type { PrimitiveValue } from "../../spec/value.ts";
import { parquetTypeOf } from "./parquet-type.ts";

/** One value in the PLAIN encoding without a length, as statistics have it; strings as UTF-8. */
export function plainValue(type: PrimitiveType, value: PrimitiveValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  const parquetType = parquetTypeOf(type);
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  switch (parquetType.type) {
    case "BOOLEAN":
      return Uint8Array.of(value ? 1 : 0);
    case "INT32":
      view.setInt32(0, Number(value), true);
      return bytes.subarray(0, 4);
    case "FLOAT":
      view.setFloat32(0, Number(value), true);
      return bytes.subarray(0, 4);
    case "DOUBLE":
      view.setFloat64(0, Number(value), true);
      return bytes;
    case "INT64":
      view.setBigInt64(0, BigInt(value), true);
      return bytes;
    case "FIXED_LEN_BYTE_ARRAY":
    case "BYTE_ARRAY":
      return encodeFixedDecimal(BigInt(value), parquetType.type_length ?? 16);
    default:
      return parquetType.type satisfies never;
  }
}
