import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../src/index.ts";
import {
  describeType,
  IcebergError,
  parsePrimitiveType,
  schemaFromJson,
  schemaToJson,
} from "../../src/index.ts";

// The cases of https://github.com/apache/iceberg-verification, `table-spec`, by their ids there:
// types/primitive at 004e6ed, schema/core at 12c4646. Each is what the spec says, not what any
// implementation prints.

describe("types/primitive", () => {
  it.each([
    ["boolean", { kind: "boolean" }],
    ["int", { kind: "int" }],
    ["long", { kind: "long" }],
    ["float", { kind: "float" }],
    ["double", { kind: "double" }],
    ["date", { kind: "date" }],
    ["time", { kind: "time" }],
    ["timestamp", { kind: "timestamp" }],
    ["timestamptz", { kind: "timestamptz" }],
    ["string", { kind: "string" }],
    ["uuid", { kind: "uuid" }],
    ["binary", { kind: "binary" }],
    ["fixed[1]", { kind: "fixed", length: 1 }],
    ["fixed[16]", { kind: "fixed", length: 16 }],
    ["decimal(9,2)", { kind: "decimal", precision: 9, scale: 2 }, "decimal(9, 2)"],
    ["decimal(9, 2)", { kind: "decimal", precision: 9, scale: 2 }],
    ["decimal( 9 , 2 )", { kind: "decimal", precision: 9, scale: 2 }, "decimal(9, 2)"],
    ["decimal(38,0)", { kind: "decimal", precision: 38, scale: 0 }, "decimal(38, 0)"],
  ])("%s", (input, decoded, canonical = input) => {
    const type = parsePrimitiveType(input);
    expect(type).toEqual(decoded);
    expect(describeType(type)).toBe(canonical);
  });

  it.each([
    "decimal(39,0)",
    "decimal(9)",
    "decimal()",
    "decimal(a,b)",
    "fixed[]",
    "fixed[16",
    "fixed[abc]",
    "",
    "notatype",
  ])("no type: %j", (input) => {
    expect(() => parsePrimitiveType(input)).toThrow(IcebergError);
  });

  it.each(["timestamp_ns", "timestamptz_ns", "unknown"])("of format version 3: %s", (input) => {
    expect(() => parsePrimitiveType(input)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining(input) }),
    );
  });
});

const id = field(1, "id", true, "long");

function field(fieldId: number, name: string, required: boolean, type: string | object): object {
  return { id: fieldId, name, required, type };
}

function struct(...fields: readonly object[]): object {
  return { type: "struct", fields };
}

function schema(fields: readonly object[], identifierFieldIds?: readonly number[]): JsonObject {
  const identifiers = identifierFieldIds && { "identifier-field-ids": identifierFieldIds };
  return { type: "struct", "schema-id": 0, ...identifiers, fields } as JsonObject;
}

const list = (elementId: number, required: boolean, element: string | object): object => ({
  type: "list",
  "element-id": elementId,
  "element-required": required,
  element,
});
const map = (key: number, value: number, required: boolean, type: string | object): object => ({
  type: "map",
  "key-id": key,
  key: "string",
  "value-id": value,
  "value-required": required,
  value: type,
});

describe("schema/core", () => {
  it.each<[string, JsonObject]>([
    ["flat-required-and-optional", schema([id, field(2, "data", false, "string")])],
    [
      "fields-not-in-id-order",
      schema([field(3, "c", true, "int"), field(1, "a", true, "int"), field(2, "b", false, "int")]),
    ],
    [
      "nested-struct",
      schema([
        id,
        field(
          2,
          "location",
          false,
          struct(field(3, "lat", true, "double"), field(4, "lon", true, "double")),
        ),
      ]),
    ],
    ["list-of-primitive", schema([id, field(2, "tags", true, list(3, false, "string"))])],
    ["map-of-primitive", schema([id, field(2, "props", true, map(3, 4, false, "int"))])],
    [
      "list-of-struct",
      schema([
        id,
        field(
          2,
          "points",
          true,
          list(3, true, struct(field(4, "x", true, "int"), field(5, "y", false, "int"))),
        ),
      ]),
    ],
    [
      "map-with-struct-value",
      schema([
        id,
        field(2, "by_name", false, map(3, 4, false, struct(field(5, "count", true, "long")))),
      ]),
    ],
    [
      "schema-id-and-identifier-fields",
      {
        ...schema([field(1, "tenant", true, "string"), field(2, "key", true, "long")], [1, 2]),
        "schema-id": 7,
      },
    ],
    ["field-doc", schema([{ ...id, doc: "primary key" }, field(2, "data", false, "string")])],
    ["decimal-max-precision", schema([id, field(2, "amount", false, "decimal(38, 10)")])],
    [
      "identifier-nested-in-required-struct",
      schema([id, field(2, "key", true, struct(field(3, "part", true, "string")))], [3]),
    ],
  ])("%s", (_id, json) => {
    expect(JSON.parse(JSON.stringify(schemaToJson(schemaFromJson(json))))).toEqual(json);
  });

  it.each<[string, JsonObject]>([
    ["reject-identifier-field-does-not-exist", schema([id], [999])],
    ["reject-identifier-optional-field", schema([id, field(2, "note", false, "string")], [2])],
    ["reject-identifier-double-field", schema([id, field(2, "score", true, "double")], [2])],
    ["reject-identifier-float-field", schema([id, field(2, "score", true, "float")], [2])],
    [
      "reject-identifier-non-primitive-field",
      schema([id, field(2, "loc", true, struct(field(3, "x", true, "long")))], [2]),
    ],
    [
      "reject-identifier-nested-in-list",
      schema(
        [id, field(2, "rows", true, list(3, true, struct(field(4, "k", true, "string"))))],
        [4],
      ),
    ],
    [
      "reject-identifier-nested-in-map-value",
      schema(
        [id, field(2, "rows", true, map(3, 4, true, struct(field(5, "k", true, "string"))))],
        [5],
      ),
    ],
    [
      "reject-identifier-map-key",
      schema([id, field(2, "props", true, map(3, 4, true, "string"))], [3]),
    ],
    [
      "reject-identifier-nested-in-optional-struct",
      schema([id, field(2, "loc", false, struct(field(3, "x", true, "long")))], [3]),
    ],
  ])("%s", (_id, json) => {
    expect(() => schemaFromJson(json)).toThrow(
      expect.objectContaining({ code: "METADATA_INVALID" }),
    );
  });
});
