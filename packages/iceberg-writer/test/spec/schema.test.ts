import { describe, expect, test } from "vitest";
import {
  allFields,
  assignFreshIds,
  checkSchema,
  findFieldById,
  findFieldByName,
  highestFieldId,
  isSameSchema,
  type Schema,
  schemaFromJson,
  schemaToJson,
} from "../../src/spec/schema.ts";
import type { Type } from "../../src/spec/type.ts";

function point(firstId: number): Type {
  return {
    kind: "struct",
    fields: [
      { id: firstId, name: "lat", required: true, type: { kind: "double" } },
      { id: firstId + 1, name: "lon", required: true, type: { kind: "double" } },
    ],
  };
}
const schema: Schema = {
  schemaId: 7,
  identifierFieldIds: [10],
  fields: [
    { id: 10, name: "id", required: true, type: { kind: "long" } },
    { id: 20, name: "at", required: false, type: point(21) },
    {
      id: 30,
      name: "path",
      required: false,
      type: { kind: "list", elementId: 31, elementRequired: true, element: point(32) },
    },
    {
      id: 40,
      name: "notes",
      required: false,
      type: {
        kind: "map",
        keyId: 41,
        key: { kind: "string" },
        valueId: 42,
        valueRequired: false,
        value: { kind: "string" },
      },
    },
    { id: 50, name: "last", required: false, type: { kind: "int" } },
  ],
};

describe("fresh ids, as the reference implementation gives them", () => {
  const fresh = assignFreshIds(schema, 0);

  test("the fields of a struct come before what is nested in them", () => {
    const ids = Array.from(allFields(fresh.schema), ({ name, id }) => [name, id]);
    expect(Object.fromEntries(ids)).toEqual({
      id: 1,
      at: 2,
      path: 3,
      notes: 4,
      last: 5,
      "at.lat": 6,
      "at.lon": 7,
      "path.element": 8,
      "path.element.lat": 9,
      "path.element.lon": 10,
      "notes.key": 11,
      "notes.value": 12,
    });
    expect(fresh.lastColumnId).toBe(12);
  });

  test("identifiers follow their fields", () => {
    expect(fresh.schema.identifierFieldIds).toEqual([1]);
    expect(fresh.schema.schemaId).toBe(0);
    expect(fresh.newIdOf.get(50)).toBe(5);
  });
});

describe("fields are found", () => {
  test("by id and by dotted name", () => {
    expect(findFieldById(schema, 42)?.name).toBe("notes.value");
    expect(findFieldByName(schema, "at.lat")?.id).toBe(21);
    expect(findFieldById(schema, 99)).toBeUndefined();
    expect(highestFieldId(schema)).toBe(50);
  });

  test("with whether a partition may derive from them", () => {
    expect(findFieldByName(schema, "at.lat")?.isInStructsOnly).toBe(true);
    expect(findFieldByName(schema, "notes.key")?.isInStructsOnly).toBe(false);
  });
});

test("a field's id and name are unique", () => {
  const field = { id: 1, name: "a", required: false, type: { kind: "int" } } as const;
  const twice = (other: { id?: number; name?: string }): Schema => ({
    schemaId: 0,
    fields: [field, { ...field, ...other }],
  });
  expect(() => checkSchema(twice({ name: "b" }))).toThrow("fields a and b share the id 1");
  expect(() => checkSchema(twice({ id: 2 }))).toThrow("two fields have the name a");
  expect(checkSchema(twice({ id: 2, name: "b" })).fields).toHaveLength(2);
});

describe("JSON (spec: Appendix C)", () => {
  const flat: Schema = {
    schemaId: 1,
    identifierFieldIds: [1],
    fields: [{ id: 1, name: "x", required: true, type: { kind: "long" } }],
  };

  test("is that of a struct with an id", () => {
    expect(schemaToJson(flat)).toEqual({
      type: "struct",
      "schema-id": 1,
      "identifier-field-ids": [1],
      fields: [{ id: 1, name: "x", required: true, type: "long" }],
    });
    expect(schemaFromJson(schemaToJson(flat))).toEqual(flat);
    expect(schemaFromJson(schemaToJson(schema))).toEqual({ ...schema });
  });

  test("of v1 may lack the id", () => {
    expect(schemaFromJson({ type: "struct", fields: [] }).schemaId).toBe(0);
  });

  test("with equal fields is the same schema", () => {
    expect(isSameSchema(flat, { ...flat, schemaId: 5 })).toBe(true);
    expect(isSameSchema(flat, { schemaId: 1, fields: flat.fields })).toBe(false);
  });
});
