/**
 * A flat column's value in memory: boolean; number for int32, date32 (days), float32 and float64;
 * bigint for int64, time64 and timestamp (microseconds) and decimal128 (unscaled); string for utf8;
 * bytes for binary and fixed-size-binary.
 */
export type FlatValue = boolean | number | bigint | string | Uint8Array;

/** A struct's value: its fields by name. */
export interface StructValue {
  readonly [name: string]: ColumnValue | null;
}

/** A list's value: its elements. A map's value is a list of `[key, value]` pairs. */
export type ListValue = readonly (ColumnValue | null)[];

/** A column's value in memory. */
export type ColumnValue = FlatValue | StructValue | ListValue;

/** Whether a value is a list's or a map's. */
export function isListValue(value: ColumnValue | null | undefined): value is ListValue {
  return Array.isArray(value);
}

/** Whether a value is a struct's. */
export function isStructValue(value: ColumnValue | null | undefined): value is StructValue {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

const INT64_MASK = 0xffff_ffff_ffff_ffffn;

/** Writes a decimal's unscaled value as 16 bytes, two's complement, little endian. */
export function encodeDecimal128(unscaled: bigint, target: Uint8Array, at: number): void {
  const view = new DataView(target.buffer, target.byteOffset + at, 16);
  view.setBigUint64(0, unscaled & INT64_MASK, true);
  view.setBigInt64(8, BigInt.asIntN(64, unscaled >> 64n), true);
}

/** Reads what `encodeDecimal128` wrote. */
export function decodeDecimal128(source: Uint8Array, at: number): bigint {
  const view = new DataView(source.buffer, source.byteOffset + at, 16);
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true);
}
