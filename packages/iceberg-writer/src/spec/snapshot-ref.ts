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

/** A named branch or tag (spec: Snapshot References). */
export interface SnapshotRef {
  readonly snapshotId: bigint;
  readonly type: "branch" | "tag";
  readonly minSnapshotsToKeep?: number;
  readonly maxSnapshotAgeMs?: number;
  readonly maxRefAgeMs?: number;
}

/** The branch whose head is the table's current snapshot. */
export const MAIN_BRANCH = "main";

/** Whether two refs are equal, retention included. */
export function isSameRef(left: SnapshotRef, right: SnapshotRef): boolean {
  return (
    left.snapshotId === right.snapshotId &&
    left.type === right.type &&
    left.minSnapshotsToKeep === right.minSnapshotsToKeep &&
    left.maxSnapshotAgeMs === right.maxSnapshotAgeMs &&
    left.maxRefAgeMs === right.maxRefAgeMs
  );
}

/**
 * The JSON form of a ref, as in table metadata and in the REST update (spec: Table Metadata
 * Fields).
 */
export function snapshotRefToJson(ref: SnapshotRef): JsonObject {
  return {
    "snapshot-id": longToJson(ref.snapshotId),
    type: ref.type,
    "min-snapshots-to-keep": ref.minSnapshotsToKeep,
    "max-snapshot-age-ms": ref.maxSnapshotAgeMs,
    "max-ref-age-ms": ref.maxRefAgeMs,
  };
}

/** A ref from its JSON form. */
export function snapshotRefFromJson(json: JsonValue | undefined): SnapshotRef {
  const object = readObject(json, "ref");
  const type = readString(object["type"], "ref type").toLowerCase();
  if (type !== "branch" && type !== "tag") {
    throw new IcebergError("METADATA_INVALID", `ref type ${type} is neither branch nor tag`);
  }
  const minSnapshotsToKeep = readOptional(object["min-snapshots-to-keep"], "ref", readInt);
  const maxSnapshotAgeMs = readOptional(object["max-snapshot-age-ms"], "ref", readInteger);
  const maxRefAgeMs = readOptional(object["max-ref-age-ms"], "ref", readInteger);
  return {
    snapshotId: readLong(object["snapshot-id"], "ref snapshot-id"),
    type,
    ...(minSnapshotsToKeep === undefined ? {} : { minSnapshotsToKeep }),
    ...(maxSnapshotAgeMs === undefined ? {} : { maxSnapshotAgeMs }),
    ...(maxRefAgeMs === undefined ? {} : { maxRefAgeMs }),
  };
}

/**
 * Ages may be as large as Java's `Long.MAX_VALUE`, "for ever": a double is near enough for them.
 */
function readInteger(json: JsonValue, what: string): number {
  return Number(readLong(json, what));
}
