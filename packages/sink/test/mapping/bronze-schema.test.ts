import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";

describe("bronzeLayout", () => {
  it("is the bronze table of the pipeline that it replaces, all columns optional, in this order", () => {
    const { schema } = bronzeLayout(ratingsSchema, "string");
    expect(schema.fields.map(({ name, type, required }) => [name, type.kind, required])).toEqual([
      ["customer_id", "int", false],
      ["branch_id", "int", false],
      ["employee_id", "int", false],
      ["treatment_id", "int", false],
      ["rating_value", "float", false],
      ["comment", "string", false],
      ["timestamp", "string", false],
      ["processed_timestamp", "timestamptz", false],
      ["_kafka_topic", "string", false],
      ["_kafka_partition", "int", false],
      ["_kafka_offset", "long", false],
    ]);
  });

  it.each([
    ["string", { kind: "truncate", width: 10 }],
    ["timestamp", { kind: "day" }],
    ["timestamptz", { kind: "day" }],
  ] as const)("is partitioned by timestamp_day for timestamps as %s", (type, transform) => {
    expect(bronzeLayout(ratingsSchema, type).partitionSpec.fields).toEqual([
      { sourceId: 7, fieldId: 1000, name: "timestamp_day", transform },
    ]);
  });

  it("is not partitioned where events have no time", () => {
    const events = { name: "e", fields: [{ name: "a", type: "int" }] } as const;
    expect(bronzeLayout(events, "string").partitionSpec.fields).toEqual([]);
  });
});
