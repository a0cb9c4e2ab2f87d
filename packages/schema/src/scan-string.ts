import { isUtf8 } from "node:buffer";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;

/**
 * The index of the quote that closes the string whose first byte is at `at`; -1 where there is none
 * before `end`, or where the string is more than its own bytes: it has escapes, or it is no valid
 * JSON for a control character or bytes that are no UTF-8. Reads up to three bytes behind `end`.
 */
export function findPlainStringEnd(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): number {
  let index = at;
  let highBits = 0;
  while (index < end) {
    const word = view.getInt32(index, true);
    // A byte is zero where subtracting 1 borrows; the first such byte is exact, later ones may not
    // be.
    const quotes = word ^ QUOTES;
    const backslashes = word ^ BACKSLASHES;
    const stops =
      (((quotes - ONES) & ~quotes) |
        ((backslashes - ONES) & ~backslashes) |
        ((word - SPACES) & ~word)) &
      HIGH_BITS;
    if (stops !== 0) break;
    highBits |= word;
    index += 4;
  }
  for (; index < end; index++) {
    const byte = bytes[index]!;
    if (byte === QUOTE) {
      const isAscii = (highBits & HIGH_BITS) === 0;
      return isAscii || isUtf8(bytes.subarray(at, index)) ? index : -1;
    }
    if (byte === BACKSLASH || byte < SPACE) return -1;
    highBits |= byte;
  }
  return -1;
}
