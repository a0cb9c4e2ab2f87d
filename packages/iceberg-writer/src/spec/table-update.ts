import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  longToJson,
  readArray,
  readInt,
  readLong,
  readObject,
  readString,
  readStringMap,
} from "./iceberg-json.ts";
import {
  type PartitionSpec,
  partitionSpecFromJson,
  partitionSpecToJson,
} from "./partition-spec.ts";
import { type Schema, schemaFromJson, schemaToJson } from "./schema.ts";
import { type Snapshot, snapshotFromJson, snapshotToJson } from "./snapshot.ts";
import { type SnapshotRef, snapshotRefFromJson, snapshotRefToJson } from "./snapshot-ref.ts";
import { type SortOrder, sortOrderFromJson, sortOrderToJson } from "./sort-order.ts";

/**
 * One change of a table's metadata (REST spec: TableUpdate). An id of -1 means the last one added.
 */
export type TableUpdate =
  | { readonly action: "assign-uuid"; readonly uuid: string }
  | { readonly action: "upgrade-format-version"; readonly formatVersion: 2 }
  | { readonly action: "add-schema"; readonly schema: Schema }
  | { readonly action: "set-current-schema"; readonly schemaId: number }
  | { readonly action: "add-spec"; readonly spec: PartitionSpec }
  | { readonly action: "set-default-spec"; readonly specId: number }
  | { readonly action: "add-sort-order"; readonly sortOrder: SortOrder }
  | { readonly action: "set-default-sort-order"; readonly sortOrderId: number }
  | { readonly action: "add-snapshot"; readonly snapshot: Snapshot }
  | { readonly action: "set-snapshot-ref"; readonly refName: string; readonly ref: SnapshotRef }
  | { readonly action: "remove-snapshots"; readonly snapshotIds: readonly bigint[] }
  | { readonly action: "remove-snapshot-ref"; readonly refName: string }
  | { readonly action: "set-location"; readonly location: string }
  | { readonly action: "set-properties"; readonly updates: Readonly<Record<string, string>> }
  | { readonly action: "remove-properties"; readonly removals: readonly string[] };

/** The id that stands for the schema, spec or order that the same commit added last. */
export const LAST_ADDED_ID = -1;

/** The JSON form of an update (REST spec: TableUpdate). */
export function tableUpdateToJson(update: TableUpdate): JsonObject {
  const { action } = update;
  switch (action) {
    case "assign-uuid":
      return { action, uuid: update.uuid };
    case "upgrade-format-version":
      return { action, "format-version": update.formatVersion };
    case "add-schema":
      return { action, schema: schemaToJson(update.schema) };
    case "set-current-schema":
      return { action, "schema-id": update.schemaId };
    case "add-spec":
      return { action, spec: partitionSpecToJson(update.spec) };
    case "set-default-spec":
      return { action, "spec-id": update.specId };
    case "add-sort-order":
      return { action, "sort-order": sortOrderToJson(update.sortOrder) };
    case "set-default-sort-order":
      return { action, "sort-order-id": update.sortOrderId };
    case "add-snapshot":
      return { action, snapshot: snapshotToJson(update.snapshot) };
    case "set-snapshot-ref":
      return { action, "ref-name": update.refName, ...snapshotRefToJson(update.ref) };
    case "remove-snapshots":
      return { action, "snapshot-ids": update.snapshotIds.map(longToJson) };
    case "remove-snapshot-ref":
      return { action, "ref-name": update.refName };
    case "set-location":
      return { action, location: update.location };
    case "set-properties":
      return { action, updates: update.updates };
    case "remove-properties":
      return { action, removals: update.removals };
    default:
      return action satisfies never;
  }
}

/** An update from its JSON form. Codes: `METADATA_INVALID`; `UNSUPPORTED` for an unknown action. */
export function tableUpdateFromJson(json: JsonValue | undefined): TableUpdate {
  const object = readObject(json, "update");
  const action = readString(object["action"], "action");
  switch (action) {
    case "assign-uuid":
      return { action, uuid: readString(object["uuid"], "uuid") };
    case "upgrade-format-version":
      return { action, formatVersion: upgradeFromJson(object["format-version"]) };
    case "add-schema":
      return { action, schema: schemaFromJson(object["schema"]) };
    case "set-current-schema":
      return { action, schemaId: readInt(object["schema-id"], "schema-id") };
    case "add-spec":
      return { action, spec: partitionSpecFromJson(object["spec"]) };
    case "set-default-spec":
      return { action, specId: readInt(object["spec-id"], "spec-id") };
    case "add-sort-order":
      return { action, sortOrder: sortOrderFromJson(object["sort-order"]) };
    case "set-default-sort-order":
      return { action, sortOrderId: readInt(object["sort-order-id"], "sort-order-id") };
    case "add-snapshot":
      return { action, snapshot: snapshotFromJson(object["snapshot"]) };
    case "set-snapshot-ref":
      return { action, refName: refName(object), ref: snapshotRefFromJson(object) };
    case "remove-snapshots": {
      const ids = readArray(object["snapshot-ids"], "snapshot-ids");
      return { action, snapshotIds: ids.map((id) => readLong(id, "snapshot-id")) };
    }
    case "remove-snapshot-ref":
      return { action, refName: refName(object) };
    case "set-location":
      return { action, location: readString(object["location"], "location") };
    case "set-properties":
      return { action, updates: readStringMap(object["updates"], "updates") };
    case "remove-properties": {
      const removals = readArray(object["removals"], "removals");
      return { action, removals: removals.map((key) => readString(key, "removal")) };
    }
    default:
      throw new IcebergError("UNSUPPORTED", `update ${action} is not known`);
  }
}

function refName(object: JsonObject): string {
  return readString(object["ref-name"], "ref-name");
}

function upgradeFromJson(json: JsonValue | undefined): 2 {
  const formatVersion = readInt(json, "format-version");
  if (formatVersion === 2) return formatVersion;
  throw new IcebergError("UNSUPPORTED", `no upgrade to format version ${formatVersion}`);
}
