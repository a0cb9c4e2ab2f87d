import {
  fractionalTimestamp,
  futureTimestamp,
  invalidTimestamp,
  oldTimestamp,
} from "./dirty-timestamp.ts";
import {
  brokenBytes,
  malformedJson,
  NOT_AN_OBJECT_TEXTS,
  SPECIAL_COMMENT_TEXTS,
} from "./dirty-text.ts";
import type { Random } from "./random.ts";
import type { Rating } from "./rating.ts";
import { joinFields, ratingFields, RATING_FIELDS, serializeRating } from "./rating-json.ts";

/** What can be odd or wrong about an event; {@link DIRTY_KINDS} says what each is. */
export type DirtyKind =
  | "invalid-rating-null"
  | "invalid-rating-out-of-range"
  | "invalid-rating-overflow"
  | "rating-as-text"
  | "id-as-text"
  | "id-out-of-range"
  | "missing-field"
  | "null-field"
  | "extra-field"
  | "repeated-key"
  | "future-timestamp"
  | "old-timestamp"
  | "fractional-timestamp"
  | "invalid-timestamp"
  | "empty-comment"
  | "special-characters"
  | "lone-surrogate"
  | "long-comment"
  | "duplicate"
  | "malformed-json"
  | "not-an-object"
  | "not-utf8"
  | "byte-order-mark"
  | "null-value";

/** The value of a dirty event. */
export interface DirtyValue {
  /** Undefined is a null value. */
  readonly value: string | Uint8Array | undefined;
  /** False where there is no right customer id to be the key. Default: true. */
  readonly hasKey?: boolean;
}

/** What is known of a kind. */
export interface DirtyKindDescription {
  /** One line for people. */
  readonly summary: string;
  /**
   * Whether its events are records that a sink must accept: a UTF-8 JSON object whose fields have
   * the right types. Rules on the meaning of values, as ranges of ratings, are not meant.
   * Of `duplicate` undefined: what holds for the event that it repeats.
   */
  readonly valid: boolean | undefined;
}

interface DirtyKindRow extends DirtyKindDescription {
  readonly write: (rating: Rating, random: Random) => DirtyValue;
}

const ID_FIELDS = RATING_FIELDS.slice(0, 4);
/** Valid comments end well below this; long enough to pass page, bound and buffer sizes. */
const LONG_COMMENT_MAX_CHARACTERS = 20_000;

const ROWS: Readonly<Record<DirtyKind, DirtyKindRow>> = {
  "invalid-rating-null": {
    summary: "rating_value is null",
    valid: true,
    write: (rating) => replaceField(rating, "rating_value", "null"),
  },
  "invalid-rating-out-of-range": {
    summary: "rating_value is a number outside of 1.0 to 5.0, as 6.5 or -1",
    valid: true,
    write: (rating, random) =>
      replaceField(
        rating,
        "rating_value",
        random.pick(["-1", "0", "0.9", "5.1", "6.5", "10", "99.9", "-0.0", "1e6", "1E-3"]),
      ),
  },
  "invalid-rating-overflow": {
    summary: "rating_value is a number that no 32-bit float holds, as 1e39",
    valid: false,
    write: (rating, random) =>
      replaceField(rating, "rating_value", random.pick(["1e39", "-3.5e38", "1e400", "-1e999"])),
  },
  "rating-as-text": {
    summary: 'rating_value is a string, as "4.5" or "five"',
    valid: false,
    write: (rating, random) =>
      replaceField(rating, "rating_value", random.pick(['"4.5"', '"five"', '""', '"NaN"'])),
  },
  "id-as-text": {
    summary: 'an id is a string, as "7"',
    valid: false,
    write: (rating, random) => replaceField(rating, random.pick(ID_FIELDS), '"7"'),
  },
  "id-out-of-range": {
    summary: "an id is no 32-bit integer, as 2147483648 or 1.5",
    valid: false,
    write: (rating, random) =>
      replaceField(
        rating,
        random.pick(ID_FIELDS),
        random.pick(["2147483648", "-2147483649", "1.5", "1e10", "9007199254740993"]),
      ),
  },
  "missing-field": {
    summary: "one field is not there",
    valid: true,
    write: (rating, random) => {
      const fields = ratingFields(rating);
      const name = random.pick(RATING_FIELDS);
      fields.delete(name);
      return { value: joinFields(fields), hasKey: name !== "customer_id" };
    },
  },
  "null-field": {
    summary: "one field is null",
    valid: true,
    write: (rating, random) => replaceField(rating, random.pick(RATING_FIELDS), "null"),
  },
  "extra-field": {
    summary: "there is a field that the schema does not name",
    valid: true,
    write: (rating, random) =>
      replaceField(
        rating,
        random.pick(["tip", "", "Rating_Value", "__proto__"]),
        random.pick(["1.5", "null", '"x"', "[1,[2]]", '{"customer_id":999}']),
      ),
  },
  "repeated-key": {
    summary: "a field is there twice; the last one counts, and is a right one",
    valid: true,
    write: (rating, random) => {
      const fields = ratingFields(rating);
      const earlier = ["rating_value", random.pick(["0.1", "null", '"x"'])] as const;
      return { value: joinFields([earlier, ...fields]) };
    },
  },
  "future-timestamp": {
    summary: "timestamp lies days to years ahead",
    valid: true,
    write: (rating, random) =>
      replaceField(rating, "timestamp", futureTimestamp(rating.timestamp, random)),
  },
  "old-timestamp": {
    summary: "timestamp lies years to centuries back",
    valid: true,
    write: (rating, random) =>
      replaceField(rating, "timestamp", oldTimestamp(rating.timestamp, random)),
  },
  "fractional-timestamp": {
    summary: "timestamp has one to nine digits of a second",
    valid: true,
    write: (rating, random) =>
      replaceField(rating, "timestamp", fractionalTimestamp(rating.timestamp, random)),
  },
  "invalid-timestamp": {
    summary: "timestamp is no local date-time, as 2025-02-30T10:00:00 or one with a zone",
    valid: false,
    write: (rating, random) => replaceField(rating, "timestamp", invalidTimestamp(random)),
  },
  "empty-comment": {
    summary: "comment is empty or blank",
    valid: true,
    write: (rating, random) =>
      replaceField(rating, "comment", random.pick(['""', '" "', '"\\t\\n"'])),
  },
  "special-characters": {
    summary: "comment has emoji, quotes, escapes, control characters or right-to-left text",
    valid: true,
    write: (rating, random) => replaceField(rating, "comment", random.pick(SPECIAL_COMMENT_TEXTS)),
  },
  "lone-surrogate": {
    summary: "comment escapes half of a surrogate pair",
    valid: true,
    write: (rating, random) =>
      replaceField(
        rating,
        "comment",
        random.pick(['"\\ud83d"', '"half \\uDE00 emoji"', '"\\ude00\\ud83d swapped"']),
      ),
  },
  "long-comment": {
    summary: "comment has thousands of characters",
    valid: true,
    write: (rating, random) => {
      const length = 1_000 + random.below(LONG_COMMENT_MAX_CHARACTERS - 1_000);
      const text = `${rating.comment} `.repeat(Math.ceil(length / 10)).slice(0, length);
      return replaceField(rating, "comment", `"${text}"`);
    },
  },
  duplicate: {
    summary: "the event before it once more, byte for byte",
    valid: undefined,
    write: (rating) => ({ value: serializeRating(rating) }),
  },
  "malformed-json": {
    summary: "no JSON: cut off, single quotes, NaN, a comma too many, empty, …",
    valid: false,
    write: (rating, random) => ({ value: malformedJson(serializeRating(rating), random) }),
  },
  "not-an-object": {
    summary: "JSON, but an array, a string, a number or a literal",
    valid: false,
    write: (_, random) => ({ value: random.pick(NOT_AN_OBJECT_TEXTS) }),
  },
  "not-utf8": {
    summary: "comment has bytes that are no UTF-8",
    valid: false,
    write: (rating, random) => ({ value: brokenBytes(serializeRating(rating), random) }),
  },
  "byte-order-mark": {
    summary: "a right rating behind a byte order mark",
    valid: false,
    write: (rating) => ({ value: `\uFEFF${serializeRating(rating)}` }),
  },
  "null-value": {
    summary: "no value at all, as in a tombstone",
    valid: false,
    write: () => ({ value: undefined }),
  },
};

/** Every kind, with what to expect of it. */
export const DIRTY_KINDS: Readonly<Record<DirtyKind, DirtyKindDescription>> = ROWS;

/** Every kind's name. */
export const DIRTY_KIND_NAMES: readonly DirtyKind[] = Object.keys(ROWS) as DirtyKind[];

/** Turns a rating into an event of that kind; of `duplicate` the caller repeats what it had. */
export function writeDirtyValue(kind: DirtyKind, rating: Rating, random: Random): DirtyValue {
  return ROWS[kind].write(rating, random);
}

function replaceField(rating: Rating, name: string, text: string): DirtyValue {
  const fields = ratingFields(rating).set(name, text);
  return { value: joinFields(fields), hasKey: name !== "customer_id" };
}
