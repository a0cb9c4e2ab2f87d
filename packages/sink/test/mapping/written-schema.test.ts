import type { NestedField, Schema } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { isWholeUnder } from "../../src/mapping/written-schema.ts";

const column = (id: number, name: string, required = false): NestedField => ({
  id,
  name,
  required,
  type: { kind: "int" },
});
const written: Schema = { schemaId: 0, fields: [column(1, "a", true), column(2, "b")] };

describe("isWholeUnder", () => {
  it.each<[string, readonly NestedField[], boolean]>([
    ["the same schema", written.fields, true],
    ["another order, another name", [column(2, "c"), column(1, "a", true)], true],
    ["a wider type", [column(1, "a", true), { ...column(2, "b"), type: { kind: "long" } }], true],
    ["a column made optional", [column(1, "a"), column(2, "b")], true],
    ["a further optional column", [...written.fields, column(3, "c")], true],
    ["a further required column", [...written.fields, column(3, "c", true)], false],
    ["a column made required", [column(1, "a", true), column(2, "b", true)], false],
    ["a dropped column", [column(1, "a", true)], false],
    ["one dropped and added anew", [column(1, "a", true), column(3, "b")], false],
  ])("of files under %s", (_, fields, expected) => {
    expect(isWholeUnder(written, { schemaId: 1, fields })).toBe(expected);
  });
});
