import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  longToJson,
  readInt,
  readLong,
  readObject,
  readOptional,
  readString,
} from "./iceberg-json.ts";
import type { TableMetadata } from "./table-metadata.ts";

/** What must hold of a table for a commit to apply (REST spec: TableRequirement). */
export type TableRequirement =
  | { readonly type: "assert-create" }
  | { readonly type: "assert-table-uuid"; readonly uuid: string }
  /** An absent `snapshotId` asserts that the ref does not exist. */
  | { readonly type: "assert-ref-snapshot-id"; readonly ref: string; readonly snapshotId?: bigint }
  | { readonly type: "assert-last-assigned-field-id"; readonly lastAssignedFieldId: number }
  | { readonly type: "assert-current-schema-id"; readonly currentSchemaId: number }
  | { readonly type: "assert-last-assigned-partition-id"; readonly lastAssignedPartitionId: number }
  | { readonly type: "assert-default-spec-id"; readonly defaultSpecId: number }
  | { readonly type: "assert-default-sort-order-id"; readonly defaultSortOrderId: number };

/**
 * Why a requirement does not hold of a table (undefined: of no table), or undefined where it holds.
 */
export function checkRequirement(
  base: TableMetadata | undefined,
  requirement: TableRequirement,
): string | undefined {
  if (requirement.type === "assert-create") {
    return base === undefined ? undefined : "the table already exists";
  }
  if (base === undefined) return "the table does not exist";
  switch (requirement.type) {
    case "assert-table-uuid":
      // UUIDs are hexadecimal: their case says nothing.
      return compare("table uuid", base.tableUuid.toLowerCase(), requirement.uuid.toLowerCase());
    case "assert-ref-snapshot-id": {
      const actual = base.refs[requirement.ref]?.snapshotId;
      return compare(`snapshot of ref ${requirement.ref}`, actual, requirement.snapshotId);
    }
    case "assert-last-assigned-field-id":
      return compare("last column id", base.lastColumnId, requirement.lastAssignedFieldId);
    case "assert-current-schema-id":
      return compare("current schema id", base.currentSchemaId, requirement.currentSchemaId);
    case "assert-last-assigned-partition-id":
      return compare(
        "last partition id",
        base.lastPartitionId,
        requirement.lastAssignedPartitionId,
      );
    case "assert-default-spec-id":
      return compare("default spec id", base.defaultSpecId, requirement.defaultSpecId);
    case "assert-default-sort-order-id":
      return compare(
        "default sort order id",
        base.defaultSortOrderId,
        requirement.defaultSortOrderId,
      );
    default:
      return requirement satisfies never;
  }
}

function compare<T extends string | number | bigint>(
  what: string,
  actual: T | undefined,
  expected: T | undefined,
): string | undefined {
  if (actual === expected) return undefined;
  return `${what} is ${actual ?? "absent"}, expected ${expected ?? "absent"}`;
}

/** The JSON form of a requirement (REST spec: TableRequirement). */
export function tableRequirementToJson(requirement: TableRequirement): JsonObject {
  const { type } = requirement;
  switch (type) {
    case "assert-create":
      return { type };
    case "assert-table-uuid":
      return { type, uuid: requirement.uuid };
    case "assert-ref-snapshot-id": {
      const { ref, snapshotId } = requirement;
      // Null, not absent: that is how the REST spec says that the ref must not exist.
      return { type, ref, "snapshot-id": snapshotId === undefined ? null : longToJson(snapshotId) };
    }
    case "assert-last-assigned-field-id":
      return { type, "last-assigned-field-id": requirement.lastAssignedFieldId };
    case "assert-current-schema-id":
      return { type, "current-schema-id": requirement.currentSchemaId };
    case "assert-last-assigned-partition-id":
      return { type, "last-assigned-partition-id": requirement.lastAssignedPartitionId };
    case "assert-default-spec-id":
      return { type, "default-spec-id": requirement.defaultSpecId };
    case "assert-default-sort-order-id":
      return { type, "default-sort-order-id": requirement.defaultSortOrderId };
    default:
      return type satisfies never;
  }
}

/**
 * A requirement from its JSON form. Codes: `METADATA_INVALID`; `UNSUPPORTED` for an unknown type.
 */
export function tableRequirementFromJson(json: JsonValue | undefined): TableRequirement {
  const object = readObject(json, "requirement");
  const type = readString(object["type"], "requirement type");
  const int = (key: string): number => readInt(object[key], key);
  switch (type) {
    case "assert-create":
      return { type };
    case "assert-table-uuid":
      return { type, uuid: readString(object["uuid"], "uuid") };
    case "assert-ref-snapshot-id": {
      const snapshotId = readOptional(object["snapshot-id"], "snapshot-id", readLong);
      const ref = readString(object["ref"], "ref");
      return { type, ref, ...(snapshotId === undefined ? {} : { snapshotId }) };
    }
    case "assert-last-assigned-field-id":
      return { type, lastAssignedFieldId: int("last-assigned-field-id") };
    case "assert-current-schema-id":
      return { type, currentSchemaId: int("current-schema-id") };
    case "assert-last-assigned-partition-id":
      return { type, lastAssignedPartitionId: int("last-assigned-partition-id") };
    case "assert-default-spec-id":
      return { type, defaultSpecId: int("default-spec-id") };
    case "assert-default-sort-order-id":
      return { type, defaultSortOrderId: int("default-sort-order-id") };
    default:
      throw new IcebergError("UNSUPPORTED", `requirement ${type} is not known`);
  }
}
