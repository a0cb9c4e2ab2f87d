import { findPlainStringEnd } from "./scan-string.ts";

const QUOTE = 0x22;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LETTER_E = 0x65;
const LOWER_CASE = 0x20;

/** `null`, `true` and `fals` as little-endian words. */
const NULL_WORD = 0x6c6c756e;
const TRUE_WORD = 0x65757274;
const FALS_WORD = 0x736c6166;

/** Nesting beyond this is left to JSON.parse, which does not recurse. */
const DEPTH_MAX = 32;

/**
 * The index behind a value that nobody asks for. 0 where it is no JSON, or one to be left to the
 * general path: a string with escapes, or deep nesting. Reads up to four bytes behind `end`.
 */
export function skipValue(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  depth: number = 0,
): number {
  const first = bytes[at]!;
  if (first === QUOTE) return findPlainStringEnd(bytes, view, at + 1, end) + 1;
  if (first === MINUS || isDigit(first)) return skipNumber(bytes, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    return depth === DEPTH_MAX ? 0 : skipNested(bytes, view, at, end, depth + 1);
  }
  if (at + 4 > end) return 0;
  const word = view.getInt32(at, true);
  if (word === NULL_WORD || word === TRUE_WORD) return at + 4;
  return word === FALS_WORD && bytes[at + 4] === LETTER_E ? at + 5 : 0;
}

/** Skips an array or an object whose opening byte is at `start`. */
function skipNested(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  depth: number,
): number {
  const isObject = bytes[start] === OPEN_BRACE;
  const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === close) return at + 1;
  while (at < end) {
    if (isObject) {
      if (bytes[at] !== QUOTE) return 0;
      const quote = findPlainStringEnd(bytes, view, at + 1, end);
      if (quote < 0) return 0;
      at = skipSpace(bytes, quote + 1);
      if (bytes[at] !== COLON) return 0;
      at = skipSpace(bytes, at + 1);
    }
    at = skipValue(bytes, view, at, end, depth);
    if (at === 0) return 0;
    at = skipSpace(bytes, at);
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== COMMA) return 0;
    at = skipSpace(bytes, at + 1);
  }
  return 0;
}

/** The index of the first byte from `start` on that is no space between JSON's tokens. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

/** Behind the last byte of the buffer a byte is undefined, and so no digit. */
function skipNumber(bytes: Uint8Array, start: number): number {
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let at = bytes[whole] === ZERO ? whole + 1 : skipDigits(bytes, whole);
  if (at === whole) return 0;
  if (bytes[at] === POINT) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction);
    if (at === fraction) return 0;
  }
  if ((bytes[at]! | LOWER_CASE) !== LETTER_E) return at;
  const sign = bytes[at + 1];
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  at = skipDigits(bytes, exponent);
  return at === exponent ? 0 : at;
}

function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at]!)) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
