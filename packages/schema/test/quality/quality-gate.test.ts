import { describe, expect, it } from "vitest";
import {
  createDecoder,
  createQualityGate,
  defineEventSchema,
  ratingsRules,
  ratingsSchema,
  type CheckedRecords,
  type DateTimeRepresentation,
  type EventFieldType,
  type QualityCheck,
} from "../../src/index.ts";
import { decodeValues, outcomesOf, type Outcome } from "../records.ts";

/** 2025-01-15T10:30:00Z */
const TIMESTAMP_MS = 1_736_937_000_000;

interface Checked {
  readonly values: readonly unknown[];
  readonly as?: DateTimeRepresentation;
  readonly timeZone?: string;
  readonly timestampMs?: number;
}

/** Which values of a field `f` break a check. */
function broken(type: EventFieldType, check: QualityCheck, checked: Checked): readonly unknown[] {
  const { values, as, timeZone = "UTC", timestampMs = TIMESTAMP_MS } = checked;
  const schema = defineEventSchema({ name: "s", fields: [{ name: "f", type }] });
  const decoder = createDecoder(schema, as === undefined ? {} : { dateTimes: { f: as } });
  const rules = [{ name: "r", field: "f", severity: "reject", check } as const];
  const records = values.map((f) =>
    JSON.stringify({ f }).replaceAll('"#', "").replaceAll('#"', ""),
  );
  const result = createQualityGate({ schema, rules, timeZone }).check(
    decodeValues(decoder, records),
    new Float64Array(records.length).fill(timestampMs),
  );
  const outcomes = outcomesOf(result.decoded, records.length);
  const bad = values.filter((_, index) => "code" in (outcomes[index] ?? {}));
  expect(result.broken.get("r") ?? 0).toBe(bad.length);
  return bad;
}

describe("createQualityGate", () => {
  it.each<EventFieldType>(["int", "long", "float", "double"])("knows ranges of %s", (type) => {
    const check = { kind: "range", min: 1, max: 5 } as const;
    expect(broken(type, check, { values: [0, 1, 5, 6, null, -3] })).toEqual([0, 6, -3]);
  });

  it("compares floats with the float that is nearest to a bound", () => {
    const check = { kind: "range", min: 0.1, max: 4.9 } as const;
    expect(broken("float", check, { values: [0.1, 4.9, 4.91] })).toEqual([4.91]);
    const list = { kind: "one-of", values: [4.9, 0.1] } as const;
    expect(broken("float", list, { values: [4.9, 0.1, 0.2] })).toEqual([0.2]);
  });

  it("keeps longs exact beyond 2^53", () => {
    const check = { kind: "range", max: Number.MAX_SAFE_INTEGER } as const;
    const values = ["#9007199254740991#", "#9007199254740992#", "#-9223372036854775808#"];
    expect(broken("long", check, { values })).toEqual(["#9007199254740992#"]);
  });

  it("knows lists and sets of every type", () => {
    const texts = { kind: "in-set", set: "s", values: ["a", "ü"] } as const;
    expect(broken("string", texts, { values: ["a", "ü", "b", null, ""] })).toEqual(["b", ""]);
    expect(
      broken("boolean", { kind: "one-of", values: [true] }, { values: [true, false] }),
    ).toEqual([false]);
    expect(broken("int", { kind: "one-of", values: [2, 3] }, { values: [1, 2, 3] })).toEqual([1]);
    const long = { kind: "one-of", values: [2] } as const;
    expect(broken("long", long, { values: [2, "#9007199254740993#"] })).toEqual([
      "#9007199254740993#",
    ]);
  });

  it("takes null for broken only where it is asked for", () => {
    expect(broken("int", { kind: "not-null" }, { values: [1, null] })).toEqual([null]);
    expect(broken("string", { kind: "not-null" }, { values: ["", null, "a"] })).toEqual([null]);
    expect(broken("int", { kind: "not-null" }, { values: [1] })).toEqual([]);
  });

  it("counts length in code points", () => {
    const check = { kind: "length", min: 2, max: 3 } as const;
    const values = ["é", "éé", "👍👍👍", "👍", "abcd", null];
    expect(broken("string", check, { values })).toEqual(["é", "👍", "abcd"]);
  });

  it("finds patterns anywhere, and in linear time", () => {
    const check = { kind: "pattern", pattern: "^[a-z]+@[a-z]+$" } as const;
    expect(broken("string", check, { values: ["a@b", "a@b c", null] })).toEqual(["a@b c"]);
    // Backtracking engines need 2^50 steps for it.
    const hostile = { kind: "pattern", pattern: "^(a+)+$" } as const;
    const value = `${"a".repeat(50)}!`;
    expect(broken("string", hostile, { values: [value, "aaa"] })).toEqual([value]);
  });

  it.each<[string, DateTimeRepresentation, string]>([
    ["text", { as: "string" }, "UTC"],
    ["timestamp", { as: "timestamp" }, "UTC"],
    ["timestamptz", { as: "timestamptz", timeZone: "UTC" }, "UTC"],
  ])("compares a %s with the record's timestamp", (_, as, timeZone) => {
    const older = { kind: "not-older-than", seconds: 60 } as const;
    const newer = { kind: "not-newer-than", seconds: 60 } as const;
    const values = [
      "2025-01-15T10:28:59.999",
      "2025-01-15T10:29:00",
      "2025-01-15T10:31:00",
      "2025-01-15T10:31:00.001",
      null,
    ];
    expect(broken("local-date-time", older, { values, as, timeZone })).toEqual([values[0]]);
    expect(broken("local-date-time", newer, { values, as, timeZone })).toEqual([values[3]]);
  });

  it.each<DateTimeRepresentation>([
    { as: "string" },
    { as: "timestamp" },
    { as: "timestamptz", timeZone: "Europe/Berlin" },
  ])("takes local date-times to be in its zone: %o", (as) => {
    const check = { kind: "not-newer-than", seconds: 0 } as const;
    const values = ["2025-01-15T11:30:00", "2025-01-15T11:30:01"];
    expect(broken("local-date-time", check, { values, as, timeZone: "Europe/Berlin" })).toEqual([
      values[1],
    ]);
  });

  it("holds where the record has no timestamp", () => {
    const check = { kind: "not-newer-than", seconds: 0 } as const;
    const values = ["9999-01-01T00:00:00"];
    expect(broken("local-date-time", check, { values, timestampMs: -1 })).toEqual([]);
  });

  it("agrees with a plain check on repeated and many texts", () => {
    const values = Array.from({ length: 5_000 }, (_, i) => (i % 2 ? `text ${i % 7}` : `t${i}`));
    const check = { kind: "length", min: 4, max: 5 } as const;
    const wanted = values.filter((text) => text.length < 4 || text.length > 5);
    expect(broken("string", check, { values })).toEqual(wanted);
  });
});

function checkRatings(records: readonly string[]): CheckedRecords & { outcomes: Outcome[] } {
  const decoder = createDecoder(ratingsSchema);
  const gate = createQualityGate({ schema: ratingsSchema, rules: ratingsRules, timeZone: "UTC" });
  const timestampsMs = new Float64Array(records.length).fill(TIMESTAMP_MS);
  const checked = gate.check(decodeValues(decoder, records), timestampsMs);
  return { ...checked, outcomes: outcomesOf(checked.decoded, records.length) };
}

function rating(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    customer_id: 1,
    branch_id: 1,
    employee_id: 1,
    treatment_id: 1,
    rating_value: 4.5,
    comment: "good",
    timestamp: "2025-01-15T10:30:00",
    ...changes,
  });
}

describe("ratingsRules", () => {
  it("name rule and field, keep the order of records, and only count what is a warning", () => {
    const {
      decoded,
      broken: counts,
      outcomes,
    } = checkRatings([
      rating(),
      rating({ rating_value: 7, branch_id: 9 }),
      "no json",
      rating({ timestamp: "2024-01-15T10:30:00" }),
      rating({ rating_value: null }),
    ]);
    expect(decoded.rejected.map(({ index }) => index)).toEqual([1, 2, 4]);
    expect(outcomes[1]).toEqual({
      index: 1,
      code: "RULE_BROKEN",
      rule: "branch-known",
      field: "branch_id",
      message: "9 is not from 1 to 5",
    });
    expect(outcomes[4]).toMatchObject({ rule: "rating-given", field: "rating_value" });
    expect(outcomes[3]).toMatchObject({ timestamp: "2024-01-15T10:30:00" });
    expect(Object.fromEntries(counts)).toEqual({
      "branch-known": 1,
      "rating-range": 1,
      "rating-given": 1,
      "timestamp-late": 1,
    });
  });

  it("leave a batch without fault as it is", () => {
    const decoded = decodeValues(createDecoder(ratingsSchema), [rating(), rating()]);
    const gate = createQualityGate({ schema: ratingsSchema, rules: ratingsRules, timeZone: "UTC" });
    const checked = gate.check(decoded, new Float64Array(2).fill(TIMESTAMP_MS));
    expect(checked.decoded).toBe(decoded);
    expect(checked.broken.size).toBe(0);
  });
});
