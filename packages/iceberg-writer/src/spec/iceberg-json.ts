import { IcebergError } from "../iceberg-error.ts";
import { parseJsonLongs, serializeJson } from "./json-longs.ts";

export { serializeJson };

/** JSON in memory; integers that a double cannot hold exactly are bigints, as snapshot ids are. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object; a key that is absent reads as undefined, and is left out when written. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Parses text without losing a digit of an integer. `METADATA_INVALID` where it is no JSON. */
export function parseJson(text: string, what: string): JsonValue {
  try {
    return parseJsonLongs(text);
  } catch (cause) {
    throw new IcebergError("METADATA_INVALID", `${what} is no JSON`, { cause });
  }
}

function invalid(what: string, expected: string, value: JsonValue | undefined): IcebergError {
  return new IcebergError("METADATA_INVALID", `${what} is ${shown(value)}, not ${expected}`);
}

/** Containers are not shown: they may be as deep as somebody who means harm has made them. */
function shown(value: JsonValue | undefined): string {
  if (value === undefined) return "absent";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return serializeJson(value).slice(0, 200);
}

/** Narrows to an object; `METADATA_INVALID` naming `what` otherwise. */
export function readObject(value: JsonValue | undefined, what: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(what, "an object", value);
  }
  // Array.isArray does not narrow a readonly array out of the union.
  return value as JsonObject;
}

/** Narrows to an array; `METADATA_INVALID` naming `what` otherwise. */
export function readArray(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw invalid(what, "an array", value);
  return value;
}

/** Narrows to a string; `METADATA_INVALID` naming `what` otherwise. */
export function readString(value: JsonValue | undefined, what: string): string {
  if (typeof value !== "string") throw invalid(what, "a string", value);
  return value;
}

/** Narrows to a boolean; `METADATA_INVALID` naming `what` otherwise. */
export function readBoolean(value: JsonValue | undefined, what: string): boolean {
  if (typeof value !== "boolean") throw invalid(what, "a boolean", value);
  return value;
}

/** Narrows to a safe integer; `METADATA_INVALID` naming `what` otherwise. */
export function readInt(value: JsonValue | undefined, what: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw invalid(what, "an integer", value);
  }
  return value;
}

/** Narrows to an integer of any size; `METADATA_INVALID` naming `what` otherwise. */
export function readLong(value: JsonValue | undefined, what: string): bigint {
  if (typeof value === "bigint") return value;
  return BigInt(readInt(value, what));
}

/**
 * An object whose values are all strings; `METADATA_INVALID` naming `what` and the key otherwise.
 */
export function readStringMap(value: JsonValue | undefined, what: string): Record<string, string> {
  const entries = Object.entries(readObject(value, what));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, readString(item, `${what}.${key}`)]),
  );
}

/** Applies a reader to a field that may be missing or null. */
export function readOptional<T>(
  value: JsonValue | undefined,
  what: string,
  read: (value: JsonValue, what: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, what);
}

/** A number where a double holds it exactly, so that equal JSON stays equal in memory. */
export function longToJson(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
