import type { JsonValue } from "./iceberg-json.ts";

/**
 * The parts of the JSON built-in that read and write the source text of a number (ECMAScript 2026).
 */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: JsonValue, context: { readonly source?: string }) => JsonValue,
  ): JsonValue;
  rawJSON(text: string): object;
}

// TypeScript's library does not declare these parts yet; Node has them since version 22.
const jsonWithSource = JSON as JSON & JsonWithSource as JsonWithSource;

const INTEGER = /^-?\d+$/u;

/** Stands before the digits of a long in a string of its own; no text may hold it then. */
const MARK = "\u0001";
const ESCAPED_MARK = "\\u0001";

const BACKSLASH = 0x5c;
const LONG_DIGITS = 16;
const MAY_HOLD_LONG = /\d{16}/u;
/**
 * Integers of so many digits that a double may not hold them; no part of a fraction or exponent.
 */
const LONG = /(?<![\d.eE+])-?[1-9]\d{15,}(?=[\s,\]}]|$)/gu;

/**
 * Parses JSON without losing a digit of an integer: those that a double cannot hold become bigints.
 * Throws what `JSON.parse` does.
 *
 * A reviver that sees the source text of each number takes ten times as long as the parsing itself.
 * So the few long integers are made strings in the text, and made numbers again in what comes of
 * it.
 */
export function parseJsonLongs(text: string): JsonValue {
  if (!MAY_HOLD_LONG.test(text)) return JSON.parse(text) as JsonValue;
  if (text.includes(ESCAPED_MARK)) return parseJsonPlainly(text);
  return unmarked(JSON.parse(markLongs(text)) as JsonValue);
}

/** The same by the source text of each number: what {@link parseJsonLongs} is held to. */
export function parseJsonPlainly(text: string): JsonValue {
  return jsonWithSource.parse(text, (_key, value, { source }) =>
    typeof value === "number" &&
    !Number.isSafeInteger(value) &&
    source !== undefined &&
    INTEGER.test(source)
      ? BigInt(source)
      : value,
  );
}

/**
 * The inverse: bigints become JSON numbers.
 *
 * Serializing throws at the first bigint: what has one mostly has it near its beginning. A replacer
 * takes several times as long as a copy with the digits in the places of bigints.
 */
export function serializeJson(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(withRawLongs(value));
  }
}

function withRawLongs(value: JsonValue | undefined): unknown {
  if (typeof value === "bigint") return jsonWithSource.rawJSON(value.toString());
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withRawLongs);
  const entries = Object.entries(value);
  // Most of a table's objects: properties, and summaries of snapshots.
  if (entries.every(([, item]) => typeof item === "string")) return value;
  return Object.fromEntries(entries.map(([key, item]) => [key, withRawLongs(item)]));
}

/** The text with its long integers as strings; what stands in strings is left alone. */
function markLongs(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    if (end - at >= LONG_DIGITS) {
      for (const { 0: digits, index } of text.slice(at, end).matchAll(LONG)) {
        const start = at + index;
        parts.push(text.slice(copied, start), '"', ESCAPED_MARK, digits, '"');
        copied = start + digits.length;
      }
    }
    at = quote === -1 ? text.length : stringEnd(text, quote);
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

/** Where the text goes on behind a string. */
function stringEnd(text: string, quote: number): number {
  let close = text.indexOf('"', quote + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** Nobody else has the value yet: it is changed in place. */
function unmarked(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.startsWith(MARK) ? longOf(value) : value;
  if (typeof value !== "object" || value === null) return value;
  const container = value as Record<string, JsonValue>;
  for (const key of Object.keys(container)) {
    const item = container[key];
    if (typeof item === "object" || typeof item === "string") container[key] = unmarked(item);
  }
  return value;
}

function longOf(marked: string): JsonValue {
  const long = BigInt(marked.slice(MARK.length));
  const number = Number(long);
  return Number.isSafeInteger(number) ? number : long;
}
