/** Bytes that hold every unscaled value of a precision (spec: Appendix A, decimal). */
export function decimalBytesRequired(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n;
  return encodeMinimalDecimal(largest).length;
}

/** Two's complement, big endian, in as few bytes as possible (spec: Appendices B and D). */
export function encodeMinimalDecimal(unscaled: bigint): Uint8Array {
  let size = 1;
  while (BigInt.asIntN(8 * size, unscaled) !== unscaled) size += 1;
  return encodeFixedDecimal(unscaled, size);
}

/** Two's complement, big endian, sign-extended to `size` bytes. The value must fit. */
export function encodeFixedDecimal(unscaled: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = unscaled;
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(BigInt.asUintN(8, rest));
    rest >>= 8n;
  }
  return bytes;
}

/** The inverse of both encodings. */
export function decodeDecimal(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}
