import { IcebergError } from "../iceberg-error.ts";
import { decodeDecimal, encodeMinimalDecimal } from "./decimal-bytes.ts";
import { type PrimitiveType, primitiveTypeToString } from "./type.ts";
import { isValueOf, type PrimitiveValue } from "./value.ts";

/**
 * Encodes one value as bounds hold it (spec: Appendix D, Binary single-value serialization).
 * `VALUE_INVALID` where the value is not of the type.
 */
export function encodeSingleValue(type: PrimitiveType, value: PrimitiveValue): Uint8Array {
  if (!isValueOf(type, value)) {
    const name = primitiveTypeToString(type);
    throw new IcebergError("VALUE_INVALID", `${String(value)} is no value of ${name}`);
  }
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (typeof value === "boolean") return Uint8Array.of(value ? 1 : 0);
  if (typeof value === "bigint") {
    return type.kind === "decimal" ? encodeMinimalDecimal(value) : encodeLong(value);
  }
  return encodeNumber(type, value);
}

function encodeLong(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

function encodeNumber(type: PrimitiveType, value: number): Uint8Array {
  const bytes = new Uint8Array(type.kind === "double" ? 8 : 4);
  const view = new DataView(bytes.buffer);
  if (type.kind === "double") view.setFloat64(0, value, true);
  else if (type.kind === "float") view.setFloat32(0, value, true);
  else view.setInt32(0, value, true);
  return bytes;
}

/**
 * The inverse of {@link encodeSingleValue}. A long or double may have been written as int or float
 * before its column was promoted. `METADATA_INVALID` where the length fits no value of the type.
 */
export function decodeSingleValue(type: PrimitiveType, bytes: Uint8Array): PrimitiveValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPromoted = bytes.length === 4;
  switch (type.kind) {
    case "boolean":
      return checkLength(type, bytes, 1)[0] !== 0;
    case "int":
    case "date":
      checkLength(type, bytes, 4);
      return view.getInt32(0, true);
    case "float":
      checkLength(type, bytes, 4);
      return view.getFloat32(0, true);
    case "long":
      if (isPromoted) return BigInt(view.getInt32(0, true));
      checkLength(type, bytes, 8);
      return view.getBigInt64(0, true);
    case "double":
      if (isPromoted) return view.getFloat32(0, true);
      checkLength(type, bytes, 8);
      return view.getFloat64(0, true);
    case "time":
    case "timestamp":
    case "timestamptz":
      checkLength(type, bytes, 8);
      return view.getBigInt64(0, true);
    case "decimal":
      return decodeDecimal(bytes);
    case "string":
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    case "uuid":
      return checkLength(type, bytes, 16);
    case "fixed":
    case "binary":
      // A bound of a fixed type may be truncated.
      return bytes;
    default:
      return type satisfies never;
  }
}

function checkLength(type: PrimitiveType, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const name = primitiveTypeToString(type);
  throw new IcebergError("METADATA_INVALID", `${bytes.length} bytes are no value of ${name}`);
}
