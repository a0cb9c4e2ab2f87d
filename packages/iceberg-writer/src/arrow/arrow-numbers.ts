import { arrowDataError } from "./arrow-error.ts";

const MICROSECONDS_PER_SECOND = 1_000_000n;
const MILLISECONDS_PER_DAY = 86_400_000n;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Whole numbers of up to 32 bits that Arrow keeps in an array of their own width. */
export type SmallIntegers =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** The integers as int32, in place where they are that already. */
export function toInt32(values: SmallIntegers): Int32Array {
  return values instanceof Int32Array ? values : Int32Array.from(values);
}

/** Whether the array holds integers of up to 32 bits. */
export function isSmallIntegers(values: unknown): values is SmallIntegers {
  return (
    values instanceof Int32Array ||
    values instanceof Int8Array ||
    values instanceof Int16Array ||
    values instanceof Uint8Array ||
    values instanceof Uint16Array ||
    values instanceof Uint32Array
  );
}

/**
 * `length` 64-bit integers. Older versions of Arrow keep them as pairs of 32 bits, low half first;
 * unsigned ones must be in the range of signed ones where their row is not null.
 */
export function int64Values(
  values: unknown,
  length: number,
  isValid: (row: number) => boolean,
  path: string,
): BigInt64Array {
  if (values instanceof BigInt64Array) return values;
  if (values instanceof Uint32Array) return BigInt64Array.from(values, BigInt);
  if (values instanceof Int32Array && values.length >= 2 * length) {
    const copy = values.slice(0, 2 * length);
    return new BigInt64Array(copy.buffer, 0, length);
  }
  if (!(values instanceof BigUint64Array)) throw arrowDataError(path, "it has no 64-bit values");
  const signed = new BigInt64Array(values.buffer, values.byteOffset, values.length);
  for (let row = 0; row < length; row++) {
    if (signed[row]! < 0n && isValid(row)) {
      throw arrowDataError(path, `${values[row]} in row ${row} is above the range of a long`);
    }
  }
  return signed;
}

/**
 * Times of any of Arrow's units as microseconds, of rows that are not null; `VALUE_INVALID` for one
 * that is not a whole number of them or leaves 64 bits.
 */
export function toMicroseconds(
  values: BigInt64Array,
  length: number,
  unitsPerSecond: bigint,
  isValid: (row: number) => boolean,
  path: string,
): BigInt64Array {
  if (unitsPerSecond === MICROSECONDS_PER_SECOND) return values;
  const micros = new BigInt64Array(length);
  for (let row = 0; row < length; row++) {
    if (!isValid(row)) continue;
    const scaled = values[row]! * MICROSECONDS_PER_SECOND;
    const micro = scaled / unitsPerSecond;
    if (micro * unitsPerSecond !== scaled) {
      throw arrowDataError(path, `row ${row} is not a whole number of microseconds`);
    }
    if (micro > INT64_MAX || micro < INT64_MIN) {
      throw arrowDataError(path, `row ${row} is beyond what 64 bits of microseconds hold`);
    }
    micros[row] = micro;
  }
  return micros;
}

/** Milliseconds since 1970 as days, of rows that are not null; only whole days are dates. */
export function millisecondsToDays(
  values: BigInt64Array,
  length: number,
  isValid: (row: number) => boolean,
  path: string,
): Int32Array {
  const days = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    if (!isValid(row)) continue;
    const day = values[row]! / MILLISECONDS_PER_DAY;
    if (day * MILLISECONDS_PER_DAY !== values[row] || BigInt.asIntN(32, day) !== day) {
      throw arrowDataError(path, `row ${row} is not a whole number of days`);
    }
    days[row] = Number(day);
  }
  return days;
}

/** Half-precision floats (IEEE 754: binary16), which Arrow keeps as their bits. */
export function halfToFloat32(bits: Uint16Array, length: number): Float32Array {
  const floats = new Float32Array(length);
  for (let row = 0; row < length; row++) {
    const half = bits[row]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) floats[row] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) floats[row] = sign * fraction * 2 ** -24;
    else floats[row] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return floats;
}
