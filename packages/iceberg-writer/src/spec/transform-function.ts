import { IcebergError } from "../iceberg-error.ts";
import { truncateBinaryLower, truncateCodePoints } from "./bound-truncation.ts";
import { calendarDayOf, floorDivide, MICROS_PER_DAY, MICROS_PER_HOUR } from "./calendar.ts";
import { encodeMinimalDecimal } from "./decimal-bytes.ts";
import { hashBytes, hashInt, hashLong } from "./murmur3.ts";
import { type Transform, transformToString } from "./transform.ts";
import { canTransform } from "./transform-result.ts";
import { type PrimitiveType, primitiveTypeToString } from "./type.ts";
import type { PrimitiveValue } from "./value.ts";

/** A transform bound to the type of its source; null stays null. */
export type TransformFunction = (value: PrimitiveValue | null) => PrimitiveValue | null;

/**
 * Binds a transform to its source's type (spec: Partition Transforms). The function is pure: over a
 * column, call it once for each entry of a dictionary or run. Values must be of the source's type
 * (see {@link PrimitiveValue}). Codes: `METADATA_INVALID` for a source that the transform does not
 * take, `UNSUPPORTED` for an unknown transform.
 */
export function transformFunction(transform: Transform, source: PrimitiveType): TransformFunction {
  if (!canTransform(transform, source)) {
    const name = primitiveTypeToString(source);
    const message = `transform ${transformToString(transform)} takes no ${name}`;
    throw new IcebergError("METADATA_INVALID", message);
  }
  switch (transform.kind) {
    case "identity":
      return (value) => value;
    case "void":
      return () => null;
    case "bucket": {
      const hash = bucketHash(source);
      return nullSafe((value) => (hash(value) & 0x7fffffff) % transform.numBuckets);
    }
    case "truncate":
      return nullSafe(truncation(source, transform.width));
    case "year":
      return nullSafe((value) => calendarDayOf(epochDay(value)).year - EPOCH_YEAR);
    case "month":
      return nullSafe((value) => {
        const { year, month } = calendarDayOf(epochDay(value));
        return (year - EPOCH_YEAR) * 12 + month - 1;
      });
    case "day":
      return nullSafe(epochDay);
    case "hour":
      return nullSafe((value) => Number(floorDivide(bigintOf(value), MICROS_PER_HOUR)));
    case "unknown":
      throw new IcebergError("UNSUPPORTED", `transform ${transform.text} is not known`);
    default:
      return transform satisfies never;
  }
}

const EPOCH_YEAR = 1970;

function nullSafe(transform: (value: PrimitiveValue) => PrimitiveValue): TransformFunction {
  return (value) => (value === null ? null : transform(value));
}

/** The day of a date or of a timestamp. */
function epochDay(value: PrimitiveValue): number {
  if (typeof value === "number") return value;
  return Number(floorDivide(bigintOf(value), MICROS_PER_DAY));
}

/** The 32-bit hash of values of a type (spec: Appendix B). */
export function bucketHash(type: PrimitiveType): (value: PrimitiveValue) => number {
  switch (type.kind) {
    case "boolean":
      return (value) => hashInt(Number(value));
    case "int":
    case "date":
      return (value) => hashInt(numberOf(value));
    case "float":
    case "double":
      return (value) => hashLong(canonicalBits(numberOf(value)));
    case "long":
    case "time":
    case "timestamp":
    case "timestamptz":
      return (value) => hashLong(bigintOf(value));
    case "decimal":
      return (value) => hashBytes(encodeMinimalDecimal(bigintOf(value)));
    case "string":
      return (value) => hashBytes(new TextEncoder().encode(stringOf(value)));
    case "uuid":
    case "fixed":
    case "binary":
      return (value) => hashBytes(bytesOf(value));
    default:
      return type satisfies never;
  }
}

/** Both zeros are one, and so are all NaNs (spec: Appendix B, note 5). */
function canonicalBits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (Number.isNaN(value)) return 0x7ff8000000000000n;
  view.setFloat64(0, value === 0 ? 0 : value);
  return view.getBigInt64(0);
}

/** Remainders count upwards from minus infinity (spec: Truncate Transform Details, note 1). */
function truncation(type: PrimitiveType, width: number): (value: PrimitiveValue) => PrimitiveValue {
  const bigWidth = BigInt(width);
  const floorLong = (value: bigint): bigint => value - (((value % bigWidth) + bigWidth) % bigWidth);
  switch (type.kind) {
    case "int":
      // Next to the smallest int the result wraps around, as it does in Java.
      return (value) => (numberOf(value) - (((numberOf(value) % width) + width) % width)) | 0;
    case "long":
      return (value) => BigInt.asIntN(64, floorLong(bigintOf(value)));
    case "decimal":
      return (value) => floorLong(bigintOf(value));
    case "string":
      return (value) => truncateCodePoints(stringOf(value), width);
    default:
      return (value) => truncateBinaryLower(bytesOf(value), width);
  }
}

function wrongValue(value: PrimitiveValue, expected: string): IcebergError {
  return new IcebergError("VALUE_INVALID", `${String(value)} is no ${expected}`);
}

function numberOf(value: PrimitiveValue): number {
  if (typeof value === "number") return value;
  throw wrongValue(value, "number");
}

function bigintOf(value: PrimitiveValue): bigint {
  if (typeof value === "bigint") return value;
  throw wrongValue(value, "bigint");
}

function stringOf(value: PrimitiveValue): string {
  if (typeof value === "string") return value;
  throw wrongValue(value, "string");
}

function bytesOf(value: PrimitiveValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongValue(value, "byte array");
}
