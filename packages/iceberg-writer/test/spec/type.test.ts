import { describe, expect, test } from "vitest";
import {
  describeType,
  isSameType,
  parsePrimitiveType,
  primitiveTypeToString,
  type Type,
  typeFromJson,
  typeToJson,
} from "../../src/spec/type.ts";

describe("primitive types (spec: Appendix C)", () => {
  test.each([
    "boolean",
    "int",
    "long",
    "float",
    "double",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "string",
    "uuid",
    "binary",
    "fixed[16]",
    "decimal(9, 2)",
  ])("%s reads and prints the same", (text) => {
    expect(primitiveTypeToString(parsePrimitiveType(text))).toBe(text);
  });

  test("spaces around parameters do not matter", () => {
    const decimal = { kind: "decimal", precision: 9, scale: 2 };
    expect(parsePrimitiveType("decimal(9,2)")).toEqual(decimal);
    expect(parsePrimitiveType("decimal( 9 , 2 )")).toEqual(decimal);
    expect(parsePrimitiveType("fixed[ 3 ]")).toEqual({ kind: "fixed", length: 3 });
  });

  test.each(["timestamp_ns", "variant", "geometry(srid:4326)", "unknown"])(
    "%s is of a later format",
    (text) => {
      expect(() => parsePrimitiveType(text)).toThrow(`type ${text} is not of format version 2`);
    },
  );

  test("a decimal has 1 to 38 digits", () => {
    expect(() => parsePrimitiveType("decimal(39, 2)")).toThrow("no decimal of 1 to 38 digits");
  });
});

const nested: Type = {
  kind: "struct",
  fields: [
    { id: 1, name: "id", required: true, type: { kind: "uuid" }, doc: "key" },
    {
      id: 2,
      name: "tags",
      required: false,
      type: { kind: "list", elementId: 3, elementRequired: true, element: { kind: "string" } },
    },
    {
      id: 4,
      name: "prices",
      required: false,
      type: {
        kind: "map",
        keyId: 5,
        key: { kind: "string" },
        valueId: 6,
        valueRequired: false,
        value: { kind: "double" },
      },
    },
  ],
};

test("nested types have the JSON form of the spec", () => {
  expect(typeToJson(nested)).toEqual({
    type: "struct",
    fields: [
      { id: 1, name: "id", required: true, type: "uuid", doc: "key" },
      {
        id: 2,
        name: "tags",
        required: false,
        type: { type: "list", "element-id": 3, "element-required": true, element: "string" },
      },
      {
        id: 4,
        name: "prices",
        required: false,
        type: {
          type: "map",
          "key-id": 5,
          key: "string",
          "value-id": 6,
          "value-required": false,
          value: "double",
        },
      },
    ],
  });
  expect(typeFromJson(typeToJson(nested))).toEqual(nested);
});

test("types are the same whatever their docs say", () => {
  expect(isSameType(nested, typeFromJson(typeToJson(nested)))).toBe(true);
  expect(isSameType({ kind: "int" }, { kind: "long" })).toBe(false);
  expect(describeType({ kind: "fixed", length: 3 })).toBe("fixed[3]");
});
