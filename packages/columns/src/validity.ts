/**
 * Bitmaps as Arrow has them: one bit a row, least significant bit of a byte first, 1 = valid
 * (Arrow: Validity bitmaps). Bits behind the last row are 0. Boolean values use the same form.
 */

/** A bitmap of `length` bits that are all 0, or all 1. */
export function createBitmap(length: number, bit: 0 | 1 = 0): Uint8Array {
  const bitmap = new Uint8Array((length + 7) >> 3);
  if (bit === 1) {
    bitmap.fill(0xff);
    if ((length & 7) !== 0) bitmap[bitmap.length - 1] = 0xff >> (8 - (length & 7));
  }
  return bitmap;
}

/** Whether bit `row` is 1. */
export function isBitSet(bitmap: Uint8Array, row: number): boolean {
  return (bitmap[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** Makes bit `row` 1. */
export function setBit(bitmap: Uint8Array, row: number): void {
  bitmap[row >> 3]! |= 1 << (row & 7);
}

/** Makes bit `row` 0. */
export function clearBit(bitmap: Uint8Array, row: number): void {
  bitmap[row >> 3]! &= ~(1 << (row & 7));
}

/** Whether a row is valid; without a bitmap every row is. */
export function isValidRow(validity: Uint8Array | undefined, row: number): boolean {
  return validity === undefined || isBitSet(validity, row);
}

/** How many of the first `length` bits are 1. */
export function countBits(bitmap: Uint8Array, length: number): number {
  const wholeBytes = length >> 3;
  let count = 0;
  for (let index = 0; index < wholeBytes; index++) count += bitsOfByte(bitmap[index]!);
  const rest = length & 7;
  if (rest !== 0) count += bitsOfByte(bitmap[wholeBytes]! & (0xff >> (8 - rest)));
  return count;
}

/** How many of `length` rows are null. */
export function countNulls(validity: Uint8Array | undefined, length: number): number {
  return validity === undefined ? 0 : length - countBits(validity, length);
}

/** The bits of rows `start` to `end`, `end` excluded, as a bitmap of its own. */
export function sliceBitmap(bitmap: Uint8Array, start: number, end: number): Uint8Array {
  const result = createBitmap(end - start);
  copyBits({ source: bitmap, start, end, target: result, at: 0 });
  return result;
}

/** The bits of the given rows, in their order. */
export function gatherBitmap(bitmap: Uint8Array, rows: Int32Array): Uint8Array {
  const result = createBitmap(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    result[index >> 3]! |= ((bitmap[row >> 3]! >> (row & 7)) & 1) << (index & 7);
  }
  return result;
}

/** Bits to copy: `[start, end)` of `source` to `target` from bit `at`, where the target is 0. */
export interface BitCopy {
  readonly source: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly target: Uint8Array;
  readonly at: number;
}

/** Copies bits into a part of a bitmap that holds zeros. */
export function copyBits({ source, start, end, target, at }: BitCopy): void {
  if ((start & 7) === 0 && (at & 7) === 0) {
    const wholeBytes = (end - start) >> 3;
    target.set(source.subarray(start >> 3, (start >> 3) + wholeBytes), at >> 3);
    copyBitByBit(source, start + wholeBytes * 8, end, target, at + wholeBytes * 8);
    return;
  }
  copyBitByBit(source, start, end, target, at);
}

function copyBitByBit(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  for (let from = start, to = at; from < end; from++, to++) {
    target[to >> 3]! |= ((source[from >> 3]! >> (from & 7)) & 1) << (to & 7);
  }
}

function bitsOfByte(byte: number): number {
  let bits = byte - ((byte >> 1) & 0x55);
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}
