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
  readStringMap,
} from "./iceberg-json.ts";

/** The state of a table at one time (spec: Snapshots). */
export interface Snapshot {
  /** Positive 63-bit integer. */
  readonly snapshotId: bigint;
  readonly parentSnapshotId?: bigint;
  readonly sequenceNumber: bigint;
  readonly timestampMs: number;
  /** Location of the manifest list. */
  readonly manifestList: string;
  /** Holds `operation` and the counters; all values are text (spec: Snapshot Summary). */
  readonly summary: Readonly<Record<string, string>>;
  readonly schemaId?: number;
}

/** The sequence number of everything that was written in format v1. */
export const INITIAL_SEQUENCE_NUMBER = 0n;

/** The JSON form of a snapshot (spec: Snapshots, Appendix C). */
export function snapshotToJson(snapshot: Snapshot): JsonObject {
  const { operation, ...summary } = snapshot.summary;
  const isOfV1 = snapshot.sequenceNumber === INITIAL_SEQUENCE_NUMBER;
  return {
    "sequence-number": isOfV1 ? undefined : longToJson(snapshot.sequenceNumber),
    "snapshot-id": longToJson(snapshot.snapshotId),
    "parent-snapshot-id":
      snapshot.parentSnapshotId === undefined ? undefined : longToJson(snapshot.parentSnapshotId),
    "timestamp-ms": snapshot.timestampMs,
    summary: operation === undefined ? undefined : { operation, ...summary },
    "manifest-list": snapshot.manifestList,
    "schema-id": snapshot.schemaId,
  };
}

/**
 * A snapshot from its JSON form. `METADATA_INVALID` where a field is missing; `UNSUPPORTED` for
 * snapshots of format v1 that list their manifests in the metadata.
 */
export function snapshotFromJson(json: JsonValue | undefined): Snapshot {
  const object = readObject(json, "snapshot");
  const snapshotId = readLong(object["snapshot-id"], "snapshot-id");
  if (object["manifest-list"] === undefined && object["manifests"] !== undefined) {
    throw new IcebergError("UNSUPPORTED", `snapshot ${snapshotId} has no manifest list`);
  }
  const parent = readOptional(object["parent-snapshot-id"], "parent-snapshot-id", readLong);
  const schemaId = readOptional(object["schema-id"], "schema-id", readInt);
  return {
    snapshotId,
    ...(parent === undefined ? {} : { parentSnapshotId: parent }),
    sequenceNumber: readLong(object["sequence-number"] ?? 0, "sequence-number"),
    timestampMs: readInt(object["timestamp-ms"], "timestamp-ms"),
    manifestList: readString(object["manifest-list"], "manifest-list"),
    summary: summaryFromJson(object["summary"]),
    ...(schemaId === undefined ? {} : { schemaId }),
  };
}

/**
 * Other writers leave `operation` out at times; the reference implementation reads that as
 * overwrite.
 */
function summaryFromJson(json: JsonValue | undefined): Readonly<Record<string, string>> {
  const summary = readOptional(json, "summary", readStringMap) ?? {};
  const hasNoOperation = summary["operation"] === undefined && Object.keys(summary).length > 0;
  return hasNoOperation ? { operation: "overwrite", ...summary } : summary;
}
