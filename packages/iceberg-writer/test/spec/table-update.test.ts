import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/spec/iceberg-json.ts";
import {
  checkRequirement,
  type TableRequirement,
  tableRequirementFromJson,
  tableRequirementToJson,
} from "../../src/spec/table-requirement.ts";
import {
  type TableUpdate,
  tableUpdateFromJson,
  tableUpdateToJson,
} from "../../src/spec/table-update.ts";
import { parseTableMetadata } from "../../src/spec/table-metadata-json.ts";
import { snapshotOf, tableOfV2, v2Json } from "./tables.ts";

const schema = {
  schemaId: 0,
  fields: [{ id: 1, name: "x", required: true, type: { kind: "long" } }],
} as const;

describe("updates have the names of the REST spec", () => {
  test.each<readonly [TableUpdate, JsonObject]>([
    [{ action: "assign-uuid", uuid: "u" }, { uuid: "u" }],
    [{ action: "upgrade-format-version", formatVersion: 2 }, { "format-version": 2 }],
    [
      { action: "add-schema", schema },
      {
        schema: {
          type: "struct",
          "schema-id": 0,
          fields: [{ id: 1, name: "x", required: true, type: "long" }],
        },
      },
    ],
    [{ action: "set-current-schema", schemaId: -1 }, { "schema-id": -1 }],
    [
      { action: "add-spec", spec: { specId: 0, fields: [] } },
      { spec: { "spec-id": 0, fields: [] } },
    ],
    [{ action: "set-default-spec", specId: -1 }, { "spec-id": -1 }],
    [
      { action: "add-sort-order", sortOrder: { orderId: 0, fields: [] } },
      { "sort-order": { "order-id": 0, fields: [] } },
    ],
    [{ action: "set-default-sort-order", sortOrderId: -1 }, { "sort-order-id": -1 }],
    [
      { action: "add-snapshot", snapshot: snapshotOf(7, 6) },
      {
        snapshot: {
          "snapshot-id": 7,
          "parent-snapshot-id": 6,
          "sequence-number": 7,
          "timestamp-ms": 7000,
          summary: { operation: "append" },
          "manifest-list": "memory://t/metadata/snap-7.avro",
          "schema-id": 0,
        },
      },
    ],
    [
      {
        action: "set-snapshot-ref",
        refName: "main",
        ref: { snapshotId: 3055729675574597004n, type: "branch", minSnapshotsToKeep: 5 },
      },
      {
        "ref-name": "main",
        "snapshot-id": 3055729675574597004n,
        type: "branch",
        "min-snapshots-to-keep": 5,
      },
    ],
    [
      { action: "remove-snapshots", snapshotIds: [3055729675574597004n] },
      { "snapshot-ids": [3055729675574597004n] },
    ],
    [{ action: "remove-snapshot-ref", refName: "b" }, { "ref-name": "b" }],
    [{ action: "set-location", location: "s3://l" }, { location: "s3://l" }],
    [{ action: "set-properties", updates: { a: "b" } }, { updates: { a: "b" } }],
    [{ action: "remove-properties", removals: ["a"] }, { removals: ["a"] }],
  ])("$action", (update, json) => {
    expect(tableUpdateToJson(update)).toEqual({ action: update.action, ...json });
    expect(tableUpdateFromJson(tableUpdateToJson(update))).toEqual(update);
  });

  test("and no others", () => {
    expect(() => tableUpdateFromJson({ action: "set-statistics" })).toThrow(
      "update set-statistics is not known",
    );
  });
});

describe("requirements", () => {
  const metadata = parseTableMetadata(v2Json);
  const cases: readonly (readonly [TableRequirement, TableRequirement, JsonObject])[] = [
    [
      { type: "assert-table-uuid", uuid: "6C2F0A5E-4c52-4f0b-9a0b-3a5d6d1d2f11" },
      { type: "assert-table-uuid", uuid: "another" },
      { uuid: "another" },
    ],
    [
      { type: "assert-ref-snapshot-id", ref: "main", snapshotId: 3055729675574597004n },
      { type: "assert-ref-snapshot-id", ref: "main" },
      { ref: "main", "snapshot-id": null },
    ],
    [
      { type: "assert-ref-snapshot-id", ref: "none" },
      { type: "assert-ref-snapshot-id", ref: "none", snapshotId: 3055729675574597004n },
      { ref: "none", "snapshot-id": 3055729675574597004n },
    ],
    [
      { type: "assert-last-assigned-field-id", lastAssignedFieldId: 3 },
      { type: "assert-last-assigned-field-id", lastAssignedFieldId: 2 },
      { "last-assigned-field-id": 2 },
    ],
    [
      { type: "assert-current-schema-id", currentSchemaId: 1 },
      { type: "assert-current-schema-id", currentSchemaId: 0 },
      { "current-schema-id": 0 },
    ],
    [
      { type: "assert-last-assigned-partition-id", lastAssignedPartitionId: 1000 },
      { type: "assert-last-assigned-partition-id", lastAssignedPartitionId: 999 },
      { "last-assigned-partition-id": 999 },
    ],
    [
      { type: "assert-default-spec-id", defaultSpecId: 0 },
      { type: "assert-default-spec-id", defaultSpecId: 1 },
      { "default-spec-id": 1 },
    ],
    [
      { type: "assert-default-sort-order-id", defaultSortOrderId: 3 },
      { type: "assert-default-sort-order-id", defaultSortOrderId: 1 },
      { "default-sort-order-id": 1 },
    ],
  ];

  test.each(cases)("%o holds and %o does not", (held, violated, json) => {
    expect(checkRequirement(metadata, held)).toBeUndefined();
    expect(checkRequirement(metadata, violated)).toContain("expected");
    expect(checkRequirement(undefined, held)).toBe("the table does not exist");
    expect(tableRequirementToJson(violated)).toEqual({ type: violated.type, ...json });
    expect(tableRequirementFromJson(tableRequirementToJson(violated))).toEqual(violated);
  });

  test("assert-create holds of no table", () => {
    const create: TableRequirement = { type: "assert-create" };
    expect(checkRequirement(undefined, create)).toBeUndefined();
    expect(checkRequirement(tableOfV2(), create)).toBe("the table already exists");
    expect(tableRequirementFromJson({ type: "assert-create" })).toEqual(create);
  });

  test("say what was found", () => {
    const violated: TableRequirement = { type: "assert-ref-snapshot-id", ref: "main" };
    expect(checkRequirement(metadata, violated)).toBe(
      "snapshot of ref main is 3055729675574597004, expected absent",
    );
  });
});
