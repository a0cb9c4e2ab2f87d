/**
 * A column's value in memory: boolean; number for int32, date32 (days), float32 and float64; bigint
 * for int64, time64 and timestamp (microseconds) and decimal128 (unscaled); string for utf8; bytes
 * for binary and fixed-size-binary.
 */
export type ColumnValue = boolean | number | bigint | string | Uint8Array;

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
