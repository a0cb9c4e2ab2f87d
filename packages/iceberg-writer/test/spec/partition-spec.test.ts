import { describe, expect, test } from "vitest";
import {
  bindPartitionSpec,
  checkPartitionSpec,
  isCompatibleSpec,
  lastPartitionFieldId,
  type PartitionSpec,
  partitionSpecFromJson,
  partitionSpecToJson,
  partitionType,
  UNPARTITIONED,
} from "../../src/spec/partition-spec.ts";
import type { Schema } from "../../src/spec/schema.ts";
import { sortOrderFromJson, sortOrderToJson } from "../../src/spec/sort-order.ts";
import { parseTransform, transformToString } from "../../src/spec/transform.ts";

const schema: Schema = {
  schemaId: 0,
  fields: [
    { id: 1, name: "id", required: true, type: { kind: "long" } },
    { id: 4, name: "ts", required: false, type: { kind: "timestamptz" } },
    {
      id: 5,
      name: "tags",
      required: false,
      type: { kind: "list", elementId: 6, elementRequired: true, element: { kind: "string" } },
    },
  ],
};
const spec: PartitionSpec = {
  specId: 0,
  fields: [
    { sourceId: 4, fieldId: 1000, name: "ts_day", transform: { kind: "day" } },
    {
      sourceId: 1,
      fieldId: 1001,
      name: "id_bucket",
      transform: { kind: "bucket", numBuckets: 16 },
    },
  ],
};

function oneField(sourceId: number, transform: string, name = "p"): PartitionSpec {
  return {
    specId: 0,
    fields: [{ sourceId, fieldId: 1000, name, transform: parseTransform(transform) }],
  };
}

describe("transforms", () => {
  test.each(["identity", "bucket[16]", "truncate[10]", "year", "month", "day", "hour", "void"])(
    "%s reads and prints the same",
    (text) => {
      expect(transformToString(parseTransform(text))).toBe(text);
      expect(parseTransform(text).kind).not.toBe("unknown");
    },
  );

  test("of a later spec are kept as they are", () => {
    expect(transformToString(parseTransform("zorder[4]"))).toBe("zorder[4]");
    expect(parseTransform("zorder[4]").kind).toBe("unknown");
  });

  test("take positive parameters only", () => {
    expect(() => parseTransform("bucket[0]")).toThrow("needs a positive 32-bit integer");
  });
});

describe("JSON (spec: Appendix C, Partition Specs)", () => {
  const json = {
    "spec-id": 0,
    fields: [
      { "source-id": 4, "field-id": 1000, name: "ts_day", transform: "day" },
      { "source-id": 1, "field-id": 1001, name: "id_bucket", transform: "bucket[16]" },
    ],
  };

  test("is the spec's example", () => {
    expect(partitionSpecToJson(spec)).toEqual(json);
    expect(partitionSpecFromJson(json)).toEqual(spec);
  });

  test("fields of v1 count up from 1000", () => {
    const fields = json.fields.map((field) => ({ ...field, "field-id": undefined }));
    expect(partitionSpecFromJson({ "spec-id": 0, fields })).toEqual(spec);
  });
});

test("partition values are optional and of the result types", () => {
  expect(partitionType(spec, schema)).toEqual([
    { id: 1000, name: "ts_day", required: false, type: { kind: "date" } },
    { id: 1001, name: "id_bucket", required: false, type: { kind: "int" } },
  ]);
  expect(lastPartitionFieldId(spec)).toBe(1001);
  expect(lastPartitionFieldId(UNPARTITIONED)).toBe(999);
});

describe("a source", () => {
  test("is a primitive field outside lists and maps", () => {
    expect(() => bindPartitionSpec(oneField(6, "identity"), schema)).toThrow(
      "no primitive source of id 6",
    );
    expect(() => bindPartitionSpec(oneField(5, "identity"), schema)).toThrow(
      "no primitive source of id 5",
    );
    expect(() => bindPartitionSpec(oneField(9, "identity"), schema)).toThrow(
      "no primitive source of id 9",
    );
  });

  test("of a void field may be gone", () => {
    expect(bindPartitionSpec(oneField(9, "void"), schema)[0]?.resultType).toEqual({ kind: "int" });
  });

  test("must be of a type that the transform takes", () => {
    expect(() => bindPartitionSpec(oneField(1, "day"), schema)).toThrow(
      "transform day takes no long",
    );
  });
});

test("a partition field does not hide another column", () => {
  expect(checkPartitionSpec(oneField(1, "identity", "id"), schema).fields).toHaveLength(1);
  expect(() => checkPartitionSpec(oneField(1, "bucket[4]", "id"), schema)).toThrow(
    "name of another column",
  );
  expect(() => checkPartitionSpec(oneField(1, "identity", "ts"), schema)).toThrow(
    "name of another column",
  );
  expect(() => checkPartitionSpec(oneField(1, "zorder[4]", "x"), schema)).toThrow("zorder[4]");
});

test("specs are compatible whatever their ids", () => {
  const other = { specId: 3, fields: spec.fields.map((field) => ({ ...field, fieldId: 2000 })) };
  expect(isCompatibleSpec(spec, other)).toBe(true);
  expect(isCompatibleSpec(spec, { specId: 0, fields: spec.fields.toReversed() })).toBe(false);
});

test("sort orders have the JSON form of the spec (Appendix C, Sort Orders)", () => {
  const json = {
    "order-id": 1,
    fields: [
      { transform: "identity", "source-id": 2, direction: "asc", "null-order": "nulls-first" },
      { transform: "bucket[4]", "source-id": 3, direction: "desc", "null-order": "nulls-last" },
    ],
  };
  expect(sortOrderToJson(sortOrderFromJson(json))).toEqual(json);
});
