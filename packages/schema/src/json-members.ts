/** Where a member of a JSON object is: key with its quotes, and value, both as `[start, end)`. */
export interface JsonMember {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The members of the object that `buffer[start .. end]` holds, in their order; members of nested
 * values are not looked at. Only for bytes that JSON.parse took for an object: nothing is checked.
 */
export function findJsonMembers(buffer: Uint8Array, start: number, end: number): JsonMember[] {
  const members: JsonMember[] = [];
  let at = skipSpace(buffer, start) + 1;
  while (at < end) {
    const keyStart = skipSpace(buffer, at);
    if (buffer[keyStart] === CLOSE_BRACE) break;
    const keyEnd = endOfString(buffer, keyStart);
    const valueStart = skipSpace(buffer, skipSpace(buffer, keyEnd) + 1);
    const valueEnd = endOfValue(buffer, valueStart, end);
    members.push({ keyStart, keyEnd, valueStart, valueEnd });
    at = skipSpace(buffer, valueEnd);
    if (buffer[at] !== COMMA) break;
    at++;
  }
  return members;
}

function skipSpace(buffer: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(buffer[at]!)) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The index behind the closing quote. */
function endOfString(buffer: Uint8Array, start: number): number {
  let at = start + 1;
  while (buffer[at] !== QUOTE) at += buffer[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfValue(buffer: Uint8Array, start: number, end: number): number {
  const first = buffer[start];
  if (first === QUOTE) return endOfString(buffer, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(buffer, start, end);
  let at = start;
  while (at < end && !isDelimiter(buffer[at]!)) at++;
  return at;
}

function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || isSpace(byte);
}

/** Counts depth instead of recursing: nesting may be as deep as a record is long. */
function endOfNested(buffer: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const byte = buffer[at];
    if (byte === QUOTE) {
      at = endOfString(buffer, at);
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    if (depth === 0) break;
  }
  return at;
}
