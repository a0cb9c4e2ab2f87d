import { describe, expect, it } from "vitest";
import { defineEventSchema, ratingsSchema, type EventFieldType } from "../src/index.ts";

describe("defineEventSchema", () => {
  it("freezes a copy", () => {
    const fields = [{ name: "a", type: "int" as const }];
    const schema = defineEventSchema({ name: "s", fields });
    fields[0]!.name = "b";
    expect(schema).toEqual({ name: "s", fields: [{ name: "a", type: "int" }] });
    expect(Object.isFrozen(schema) && Object.isFrozen(schema.fields[0])).toBe(true);
  });

  it.each([
    ["no name", { name: "", fields: [{ name: "a", type: "int" as const }] }],
    ["no fields", { name: "s", fields: [] }],
    ["a field without a name", { name: "s", fields: [{ name: "", type: "int" as const }] }],
    ["a lone surrogate", { name: "s", fields: [{ name: "\ud800", type: "int" as const }] }],
    [
      "a name twice",
      {
        name: "s",
        fields: [
          { name: "a", type: "int" as const },
          { name: "a", type: "long" as const },
        ],
      },
    ],
    ["an unknown type", { name: "s", fields: [{ name: "a", type: "date" as EventFieldType }] }],
  ])("refuses %s", (_, schema) => {
    expect(() => defineEventSchema(schema)).toThrow(
      expect.objectContaining({ name: "SchemaError", code: "SCHEMA_INVALID" }),
    );
  });
});

describe("ratingsSchema", () => {
  it("has the fields of a rating, all optional", () => {
    expect(ratingsSchema.fields).toEqual([
      { name: "customer_id", type: "int" },
      { name: "branch_id", type: "int" },
      { name: "employee_id", type: "int" },
      { name: "treatment_id", type: "int" },
      { name: "rating_value", type: "float" },
      { name: "comment", type: "string" },
      { name: "timestamp", type: "local-date-time" },
    ]);
  });
});
