const MAX_CODE_POINT = 0x10ffff;
const LAST_BEFORE_SURROGATES = 0xd7ff;
const FIRST_AFTER_SURROGATES = 0xe000;

/** The first `length` code points of a string. */
export function truncateCodePoints(text: string, length: number): string {
  // A code point is at most two units: a short string needs no counting.
  if (text.length <= length) return text;
  let end = 0;
  for (let count = 0; count < length && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** The first `length` code points of UTF-8 text: a lower bound of it. */
export function truncateStringLower(utf8: Uint8Array, length: number): Uint8Array {
  if (utf8.length <= length) return utf8;
  let end = 0;
  for (let count = 0; count < length && end < utf8.length; count++) {
    end += utf8Length(utf8[end] ?? 0);
  }
  return utf8.subarray(0, end);
}

/** How many bytes the code point has that a lead byte opens. */
function utf8Length(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/**
 * An upper bound of at most `length` code points: the text itself where it is that short, else its
 * prefix with the last code point that can be raised by one raised, and what follows cut off.
 * Undefined where every code point is the last of Unicode.
 */
export function truncateStringUpper(utf8: Uint8Array, length: number): Uint8Array | undefined {
  const prefix = truncateStringLower(utf8, length);
  if (prefix.length === utf8.length) return utf8;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(prefix);
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const last = codePoints.findLastIndex((codePoint) => codePoint < MAX_CODE_POINT);
  const raised = codePoints[last];
  if (raised === undefined) return undefined;
  const next = raised === LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : raised + 1;
  return new TextEncoder().encode(String.fromCodePoint(...codePoints.slice(0, last), next));
}

/** The first `length` bytes: a lower bound of the whole. */
export function truncateBinaryLower(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.subarray(0, length);
}

/** Like {@link truncateStringUpper} for bytes: undefined where all of the prefix are 0xff. */
export function truncateBinaryUpper(bytes: Uint8Array, length: number): Uint8Array | undefined {
  if (bytes.length <= length) return bytes;
  const last = bytes.subarray(0, length).findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  const bound = bytes.slice(0, last + 1);
  bound[last] = (bound[last] ?? 0) + 1;
  return bound;
}
