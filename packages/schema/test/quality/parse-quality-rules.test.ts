import { describe, expect, it } from "vitest";
import { parseQualityRules, ratingsSchema, SchemaError } from "../../src/index.ts";

function parse(document: unknown): unknown {
  return parseQualityRules(JSON.stringify(document), ratingsSchema);
}

function rule(changes: Record<string, unknown>): unknown {
  const check = { kind: "range", min: 1 };
  return { rules: [{ name: "r", field: "rating_value", check, ...changes }] };
}

describe("parseQualityRules", () => {
  it("reads every kind of check", () => {
    const checks: [string, unknown][] = [
      ["customer_id", { kind: "in-set", set: "customers" }],
      ["branch_id", { kind: "one-of", values: [1, 2] }],
      ["rating_value", { kind: "range", min: 1, max: 5 }],
      ["comment", { kind: "length", max: 9 }],
      ["comment", { kind: "pattern", pattern: "^a" }],
      ["comment", { kind: "not-null" }],
      ["timestamp", { kind: "not-older-than", seconds: 1 }],
      ["timestamp", { kind: "not-newer-than", seconds: 0.5 }],
    ];
    const rules = checks.map(([field, check], index) => ({ name: `r${index}`, field, check }));
    const [first, ...others] = rules.map((each) => ({ ...each, severity: "reject" }));
    expect(parse({ sets: { customers: [7] }, rules })).toEqual([
      { ...first, check: { kind: "in-set", set: "customers", values: [7] } },
      ...others,
    ]);
  });

  it.each<[string, unknown, string]>([
    ["no rules", {}, "no list of rules"],
    ["an unknown member", rule({ severty: "warn" }), 'rule 1 has an unknown member "severty"'],
    ["an unknown severity", rule({ severity: "error" }), "rule r, field rating_value: severity"],
    ["an unknown check", rule({ check: { kind: "rnge" } }), 'there is no check "rnge"'],
    ["an unknown part", rule({ check: { kind: "range", mn: 1 } }), 'unknown member "mn"'],
    ["no bound", rule({ check: { kind: "range" } }), "neither min nor max"],
    ["crossed bounds", rule({ check: { kind: "range", min: 2, max: 1 } }), "min 2 is above max 1"],
    ["an unknown field", rule({ field: "stars" }), "rule r, field stars: events of ratings"],
    ["an unfit check", rule({ check: { kind: "pattern", pattern: "a" } }), "no check of float"],
    ["an unknown set", rule({ check: { kind: "in-set", set: "x" } }), 'no set "x"'],
    ["a wrong value", rule({ check: { kind: "one-of", values: ["a"] } }), '"a" is no float'],
    ["a name with an escape", rule({ name: "\u001b[2J" }), "a name is 1 to 64"],
    [
      "a broken pattern",
      rule({ field: "comment", check: { kind: "pattern", pattern: "(" } }),
      "rule r, field comment: ",
    ],
    [
      "a backreference, which has no linear time",
      rule({ field: "comment", check: { kind: "pattern", pattern: "(a)\\1" } }),
      "rule r, field comment: ",
    ],
    [
      "a pattern without end",
      rule({ field: "comment", check: { kind: "pattern", pattern: "a".repeat(1001) } }),
      "longer than 1000",
    ],
  ])("refuses %s", (_, document, message) => {
    expect(() => parse(document)).toThrow(SchemaError);
    expect(() => parse(document)).toThrow(message);
  });

  it("refuses what is no JSON, and a rule that is there twice", () => {
    expect(() => parseQualityRules("{", ratingsSchema)).toThrow("no JSON");
    const check = { kind: "not-null" };
    const twice = { name: "r", field: "comment", check };
    expect(() => parse({ rules: [twice, twice] })).toThrow("rule r is there twice");
  });
});
