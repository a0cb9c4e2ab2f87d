const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** Murmur3, x86 variant, 32 bits, seed 0, as a signed integer (spec: Appendix B). */
export function hashBytes(bytes: Uint8Array): number {
  const { length } = bytes;
  const blocksEnd = length - (length % 4);
  let hash = 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    hash = mixBlock(
      hash,
      byteAt(bytes, i) |
        (byteAt(bytes, i + 1) << 8) |
        (byteAt(bytes, i + 2) << 16) |
        (byteAt(bytes, i + 3) << 24),
    );
  }
  let tail = 0;
  for (let i = length - 1; i >= blocksEnd; i--) tail = (tail << 8) | byteAt(bytes, i);
  return finish(hash ^ scramble(tail), length);
}

/** {@link hashBytes} of the 8 little-endian bytes of an integer. */
export function hashLong(value: bigint): number {
  return hashWords(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}

/** {@link hashLong} of a 32-bit integer. */
export function hashInt(value: number): number {
  return hashWords(value, value >> 31);
}

function hashWords(low: number, high: number): number {
  return finish(mixBlock(mixBlock(0, low), high), 8);
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function rotateLeft(value: number, distance: number): number {
  return (value << distance) | (value >>> (32 - distance));
}

function scramble(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, C1), 15), C2);
}

function mixBlock(hash: number, block: number): number {
  return (Math.imul(rotateLeft(hash ^ scramble(block), 13), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
