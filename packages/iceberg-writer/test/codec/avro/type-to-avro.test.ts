import { expect, test } from "vitest";
import { avroSchemaToJson } from "../../../src/codec/avro/avro-schema.ts";
import { structToAvro, toAvroName, typeToAvro } from "../../../src/codec/avro/type-to-avro.ts";
import type { JsonValue } from "../../../src/spec/iceberg-json.ts";
import { parsePrimitiveType } from "../../../src/spec/type.ts";

test.each<readonly [string, JsonValue]>([
  ["boolean", "boolean"],
  ["int", "int"],
  ["long", "long"],
  ["float", "float"],
  ["double", "double"],
  ["string", "string"],
  ["binary", "bytes"],
  ["date", { type: "int", logicalType: "date" }],
  ["time", { type: "long", logicalType: "time-micros" }],
  ["timestamp", { type: "long", logicalType: "timestamp-micros", "adjust-to-utc": false }],
  ["timestamptz", { type: "long", logicalType: "timestamp-micros", "adjust-to-utc": true }],
  ["uuid", { type: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" }],
  ["fixed[5]", { type: "fixed", name: "fixed_5", size: 5 }],
  [
    "decimal(9, 2)",
    { type: "fixed", name: "decimal_9_2", size: 4, logicalType: "decimal", precision: 9, scale: 2 },
  ],
])("%s has the form of Appendix A", (type, json) => {
  const avro = avroSchemaToJson(typeToAvro(parsePrimitiveType(type), 1));
  expect(JSON.parse(JSON.stringify(avro))).toEqual(json);
});

test("ids stand where Appendix A puts them", () => {
  const avro = structToAvro("t", [
    { id: 8, name: "l", required: false, type: { kind: "long" } },
    {
      id: 7,
      name: "list",
      required: true,
      type: { kind: "list", elementId: 9, elementRequired: true, element: { kind: "int" } },
    },
    {
      id: 10,
      name: "map",
      required: true,
      type: {
        kind: "map",
        keyId: 12,
        key: { kind: "int" },
        valueId: 13,
        valueRequired: true,
        value: { kind: "string" },
      },
    },
    { id: 14, name: "inner", required: false, type: { kind: "struct", fields: [] } },
  ]);
  expect(JSON.parse(JSON.stringify(avroSchemaToJson(avro)))).toEqual({
    type: "record",
    name: "t",
    fields: [
      { name: "l", type: ["null", "long"], default: null, "field-id": 8 },
      { name: "list", type: { type: "array", items: "int", "element-id": 9 }, "field-id": 7 },
      {
        name: "map",
        type: {
          type: "array",
          logicalType: "map",
          items: {
            type: "record",
            name: "k12_v13",
            fields: [
              { name: "key", type: "int", "field-id": 12 },
              { name: "value", type: "string", "field-id": 13 },
            ],
          },
        },
        "field-id": 10,
      },
      {
        name: "inner",
        type: ["null", { type: "record", name: "r14", fields: [] }],
        default: null,
        "field-id": 14,
      },
    ],
  });
});

test.each([
  ["ts_day", "ts_day"],
  ["day of", "day_x20of"],
  ["9lives", "_9lives"],
  ["a.b-c", "a_x2Eb_x2Dc"],
  ["\u00e9", "_xE9"],
])("the name %s becomes %s", (name, avroName) => {
  expect(toAvroName(name)).toBe(avroName);
});
