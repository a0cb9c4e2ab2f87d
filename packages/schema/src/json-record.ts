import { isUtf8 } from "node:buffer";
import type { RejectionCode } from "./decoder.ts";
import { parseExactInteger } from "./exact-integer.ts";
import { findJsonMembers } from "./json-members.ts";

/** Why a value does not fit its field, or a record is no object. */
export interface JsonProblem {
  readonly code: RejectionCode;
  readonly message: string;
}

/** A JSON object as JSON.parse reads it, with the bytes it was read from. */
export interface JsonRecord {
  /** The value of a member, of the last one where a key repeats; undefined where there is none. */
  get(key: string): unknown;
  /** The text of a number as it was sent, for those that a double cannot hold. */
  numberText(key: string): string;
  /** Whether a number that a double holds as an integer was one: 0.99999999999999999 is not. */
  isIntegral(key: string): boolean;
}

/** Only numbers of 16 digits and a point, or of a negative exponent, are rounded to integers. */
const MAY_BE_ROUNDED = /[\d.]{17}|\d[eE]-/;

/** Reads `buffer[start .. end]` as a JSON object. */
export function parseJsonRecord(
  buffer: Uint8Array,
  start: number,
  end: number,
): JsonRecord | JsonProblem {
  const bytes = Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start);
  if (!isUtf8(bytes)) return { code: "INVALID_UTF8", message: "the bytes are no UTF-8" };
  // It keeps a byte order mark, which JSON.parse then refuses.
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // Whatever JSON.parse cannot read, be it for its form, its depth or its length.
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { code: "INVALID_JSON", message: reason.slice(0, MESSAGE_LENGTH_MAX).toWellFormed() };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { code: "NOT_AN_OBJECT", message: `${describeJson(value)} is no object` };
  }
  const members = value as Readonly<Record<string, unknown>>;
  const numberText = (key: string): string => findText(buffer, start, end, key);
  let mayBeRounded: boolean | undefined;
  return {
    get: (key) => (Object.hasOwn(members, key) ? members[key] : undefined),
    numberText,
    isIntegral: (key) => {
      mayBeRounded ??= MAY_BE_ROUNDED.test(text);
      return !mayBeRounded || parseExactInteger(numberText(key)) !== undefined;
    },
  };
}

/** Whether a record was read. */
export function isJsonRecord(result: JsonRecord | JsonProblem): result is JsonRecord {
  return "get" in result;
}

const MESSAGE_LENGTH_MAX = 200;
const EXCERPT_LENGTH_MAX = 40;

/** A value in few words, as messages name it. */
export function describeJson(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw new TypeError(`a ${typeof value} is no JSON`);
  const excerpt = value.slice(0, EXCERPT_LENGTH_MAX).toWellFormed();
  return `${JSON.stringify(excerpt)}${value.length > EXCERPT_LENGTH_MAX ? "…" : ""}`;
}

function findText(buffer: Uint8Array, start: number, end: number, key: string): string {
  let text = "";
  for (const { keyStart, keyEnd, valueStart, valueEnd } of findJsonMembers(buffer, start, end)) {
    if (JSON.parse(textOf(buffer, keyStart, keyEnd)) !== key) continue;
    text = textOf(buffer, valueStart, valueEnd);
  }
  return text;
}

function textOf(buffer: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString("utf8");
}
