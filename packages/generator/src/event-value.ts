import { RATING_BYTES_MAX, writeRating } from "./rating-json.ts";
import type { Rating } from "./rating.ts";

/** What is sent, before it is bytes: a rating as it should be, or whatever stands for one. */
export type EventValue = Rating | string | Uint8Array;

/** Bytes that it has at most: a UTF-16 unit takes three of UTF-8 at most. */
export function byteLengthMax(value: EventValue): number {
  if (typeof value === "string") return 3 * value.length;
  if (value instanceof Uint8Array) return value.length;
  return RATING_BYTES_MAX + 3 * value.comment.length;
}

/** Writes it where there is room for {@link byteLengthMax}, and returns where it ends. */
export function writeEventValue(value: EventValue, target: Buffer, at: number): number {
  if (typeof value === "string") return at + target.write(value, at);
  if (!(value instanceof Uint8Array)) return writeRating(value, target, at);
  target.set(value, at);
  return at + value.length;
}
