import { expect, test } from "vitest";
import { humanValue } from "../../src/spec/human-value.ts";
import { partitionToPath } from "../../src/spec/partition-path.ts";
import { type PartitionSpec, UNPARTITIONED } from "../../src/spec/partition-spec.ts";
import type { Schema } from "../../src/spec/schema.ts";
import { parseTransform } from "../../src/spec/transform.ts";
import { parsePrimitiveType } from "../../src/spec/type.ts";
import type { PrimitiveValue } from "../../src/spec/value.ts";
import { bytes, date, micros, uuid } from "./values.ts";

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 1, name: "id", required: true, type: { kind: "int" } },
    { id: 2, name: "data", required: false, type: { kind: "string" } },
    { id: 3, name: "ts", required: false, type: { kind: "timestamp" } },
    { id: 4, name: '"esc"#1', required: false, type: { kind: "string" } },
  ],
};

function spec(...fields: (readonly [number, string, string])[]): PartitionSpec {
  return {
    specId: 0,
    fields: fields.map(([sourceId, name, transform], index) => ({
      sourceId,
      name,
      fieldId: 1000 + index,
      transform: parseTransform(transform),
    })),
  };
}

test("a folder for each field, times for people", () => {
  const hourly = spec([3, "ts_hour", "hour"], [1, "id_bucket", "bucket[10]"]);
  expect(partitionToPath(hourly, schema, [420034, 6])).toBe("ts_hour=2017-12-01-10/id_bucket=6");
  expect(partitionToPath(hourly, schema, [null, 0])).toBe("ts_hour=null/id_bucket=0");
  expect(partitionToPath(UNPARTITIONED, schema, [])).toBe("");
});

test("names and values are form-URL-encoded", () => {
  const byName = spec([4, '"esc"#1', "identity"]);
  expect(partitionToPath(byName, schema, ["a/b/c/d"])).toBe("%22esc%22%231=a%2Fb%2Fc%2Fd");
  const byData = spec([2, "data", "identity"]);
  expect(partitionToPath(byData, schema, ["a b+c*d-e_f.g~h!'()é"])).toBe(
    "data=a+b%2Bc*d-e_f.g%7Eh%21%27%28%29%C3%A9",
  );
});

test("a day cut from a text is a folder like that of a day", () => {
  const daily = spec([2, "timestamp_day", "truncate[10]"]);
  expect(partitionToPath(daily, schema, ["2025-01-15"])).toBe("timestamp_day=2025-01-15");
});

test.each<readonly [string, string, PrimitiveValue | null, string]>([
  ["identity", "long", null, "null"],
  ["identity", "boolean", true, "true"],
  ["identity", "int", -5, "-5"],
  ["identity", "long", 2n ** 62n, "4611686018427387904"],
  ["identity", "binary", bytes(1, 2, 3), "AQID"],
  ["identity", "fixed[3]", bytes(1, 2, 3), "AQID"],
  ["identity", "date", date("2017-12-01"), "2017-12-01"],
  ["identity", "time", micros("1970-01-01T10:12:55.038194"), "10:12:55.038194"],
  ["identity", "time", micros("1970-01-01T10:12:55.038"), "10:12:55.038"],
  ["identity", "time", micros("1970-01-01T10:12:00"), "10:12"],
  ["identity", "timestamp", micros("2017-12-01T10:12:55.038194"), "2017-12-01T10:12:55.038194"],
  ["identity", "timestamp", micros("2017-12-01T10:12:00.5"), "2017-12-01T10:12:00.5"],
  ["identity", "timestamptz", micros("2017-12-01T18:12:55"), "2017-12-01T18:12:55+00:00"],
  ["identity", "timestamp", -1n, "1969-12-31T23:59:59.999999"],
  ["identity", "decimal(9, 2)", 1420n, "14.20"],
  ["identity", "decimal(9, 2)", -5n, "-0.05"],
  ["identity", "decimal(9, 0)", -5n, "-5"],
  ["identity", "float", Math.fround(0.1), "0.1"],
  ["identity", "float", 1, "1.0"],
  ["identity", "double", 1e7, "1.0E7"],
  ["identity", "double", 1.25e-4, "1.25E-4"],
  ["identity", "double", Number.NaN, "NaN"],
  ["identity", "double", -0, "-0.0"],
  [
    "identity",
    "uuid",
    uuid("f79c3e09-677c-4bbd-a479-3f349cb785e7"),
    "f79c3e09-677c-4bbd-a479-3f349cb785e7",
  ],
  ["year", "int", -1, "1969"],
  ["month", "int", -1, "1969-12"],
  ["month", "int", 575, "2017-12"],
  ["day", "date", -1, "1969-12-31"],
  ["hour", "int", -1, "1969-12-31-23"],
  ["bucket[4]", "int", 3, "3"],
])("%s of type %s shows %s as %s", (transform, type, value, text) => {
  expect(humanValue(parseTransform(transform), parsePrimitiveType(type), value)).toBe(text);
});
