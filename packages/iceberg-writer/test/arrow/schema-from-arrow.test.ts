import { Duration, Field, Int32, Null, Schema, TimeUnit } from "apache-arrow";
import { describe, expect, it } from "vitest";

import { schemaFromArrow } from "../../src/index.ts";
import type { NestedField } from "../../src/index.ts";
import { readAllTypes } from "./all-types.ts";

/** Columns that are not of the type that their name says. */
const TYPES: Readonly<Record<string, object>> = {
  int8: { kind: "int" },
  uint8: { kind: "int" },
  int16: { kind: "int" },
  uint16: { kind: "int" },
  int32: { kind: "int" },
  uint32: { kind: "long" },
  int64: { kind: "long" },
  uint64: { kind: "long" },
  float32: { kind: "float" },
  float64: { kind: "double" },
  bool: { kind: "boolean" },
  decimal: { kind: "decimal", precision: 38, scale: 2 },
  utf8: { kind: "string" },
  large_utf8: { kind: "string" },
  binary: { kind: "binary" },
  large_binary: { kind: "binary" },
  fixed: { kind: "fixed", length: 3 },
  date32: { kind: "date" },
  date64: { kind: "date" },
  time_s: { kind: "time" },
  time_ns: { kind: "time" },
  timestamp_s: { kind: "timestamp" },
  timestamp_ns: { kind: "timestamp" },
  timestamptz: { kind: "timestamptz" },
  dictionary: { kind: "string" },
  struct: { kind: "struct" },
  list: { kind: "list", element: { kind: "int" }, elementRequired: false },
  fixed_list: { kind: "list", element: { kind: "int" } },
  map: { kind: "map", key: { kind: "string" }, value: { kind: "int" }, valueRequired: false },
};

describe("schemaFromArrow", () => {
  it("has Iceberg's type for each of pyarrow's", async () => {
    const { schema } = await readAllTypes();
    const known = schema.fields.filter(({ name }) => name !== "null");
    const { fields } = schemaFromArrow({ fields: known });
    const typeOf = (name: string): unknown => fields.find((field) => field.name === name)?.type;
    for (const [name, type] of Object.entries(TYPES)) expect(typeOf(name)).toMatchObject(type);
    expect(fields.every(({ required }) => !required)).toBe(true);
  });

  it("counts field ids from 1, the columns' first, and knows what is required", () => {
    const fields = [new Field("a", new Int32(), false), new Field("b", new Int32(), true)];
    expect(schemaFromArrow(new Schema(fields)).fields).toEqual<NestedField[]>([
      { id: 1, name: "a", required: true, type: { kind: "int" } },
      { id: 2, name: "b", required: false, type: { kind: "int" } },
    ]);
  });

  it("takes a uuid for what it is", () => {
    const field = {
      name: "id",
      nullable: false,
      type: { typeId: 15, byteWidth: 16 },
      metadata: new Map([["ARROW:extension:name", "arrow.uuid"]]),
    };
    expect(schemaFromArrow({ fields: [field] }).fields[0]?.type).toEqual({ kind: "uuid" });
  });

  it.each([
    ["nothing but nulls", [new Field("c", new Null(), true)], "UNSUPPORTED"],
    ["a duration", [new Field("c", new Duration(TimeUnit.SECOND), true)], "UNSUPPORTED"],
    ["a name twice", [new Field("c", new Int32()), new Field("c", new Int32())], "VALUE_INVALID"],
  ])("refuses %s, naming the column", (_what, fields, code) => {
    expect(() => schemaFromArrow({ fields })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining("column c") }),
    );
  });
});
