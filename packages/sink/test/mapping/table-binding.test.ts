import type { NestedField, Schema } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";
import { bindTable } from "../../src/mapping/table-binding.ts";

const { schema } = bronzeLayout(ratingsSchema, "string");

function withColumn(name: string, change: Partial<NestedField> | undefined): Schema {
  const fields = schema.fields.flatMap((field) => {
    if (field.name !== name) return [field];
    return change === undefined ? [] : [{ ...field, ...change }];
  });
  return { ...schema, fields };
}

describe("bindTable", () => {
  it.each(["string", "timestamp", "timestamptz"] as const)("takes the table's own %s", (type) => {
    const own = withColumn("timestamp", { type: { kind: type } });
    const { dateTimes } = bindTable(own, ratingsSchema, "Europe/Berlin", "t");
    expect(dateTimes).toEqual(
      {
        string: {},
        timestamp: { timestamp: { as: "timestamp" } },
        timestamptz: { timestamp: { as: "timestamptz", timeZone: "Europe/Berlin" } },
      }[type],
    );
  });

  it("takes wider numbers, and further columns as long as they are optional", () => {
    const wide = withColumn("customer_id", { type: { kind: "long" } });
    const extra: NestedField = { id: 99, name: "mood", required: false, type: { kind: "string" } };
    const fields = [...wide.fields, extra];
    expect(() => bindTable({ ...wide, fields }, ratingsSchema, "UTC", "t")).not.toThrow();
  });

  it.each([
    ["a missing column", "comment", undefined, "there is no column comment"],
    ["a narrower one", "rating_value", { type: { kind: "int" } }, "rating_value is int"],
    ["a date for a time", "timestamp", { type: { kind: "date" } }, "timestamp is date"],
    ["a required one", "branch_id", { required: true }, "branch_id is required"],
    ["one without offsets", "_kafka_offset", undefined, "no column _kafka_offset"],
  ] as const)("refuses %s, and names it", (_, name, change, message) => {
    expect(() => bindTable(withColumn(name, change), ratingsSchema, "UTC", "t")).toThrow(
      expect.objectContaining({
        code: "TABLE_INCOMPATIBLE",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("names every difference at once", () => {
    const broken: Schema = { schemaId: 0, fields: [] };
    expect(() => bindTable(broken, ratingsSchema, "UTC", "t")).toThrow(
      expect.objectContaining({
        context: { differences: expect.objectContaining({ length: 10 }) },
      }),
    );
  });
});
