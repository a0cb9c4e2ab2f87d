import { ancestorsOf } from "../spec/snapshot-lineage.ts";
import { MAIN_BRANCH } from "../spec/snapshot-ref.ts";
import type { SnapshotRef } from "../spec/snapshot-ref.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { snapshotById } from "../spec/table-metadata.ts";
import { integerProperty } from "./integer-property.ts";

/** Which snapshots go; what is absent comes from the table's `history.expire.*` properties. */
export interface RetentionOverrides {
  readonly maxSnapshotAgeMs?: number | undefined;
  readonly minSnapshotsToKeep?: number | undefined;
  readonly maxRefAgeMs?: number | undefined;
}

/** What an expiry takes away. */
export interface ExpiredSnapshots {
  readonly snapshotIds: readonly bigint[];
  readonly refNames: readonly string[];
}

const fiveDaysMs = 5 * 24 * 60 * 60 * 1000;

/**
 * Which snapshots and refs are past their time (spec: Snapshot Retention Policy). A branch keeps
 * its newest snapshots and all that are young enough, back to the first that is neither; `main`
 * itself never expires; a snapshot that no ref leads to goes by its age alone.
 */
export function expiredSnapshots(
  metadata: TableMetadata,
  nowMs: number,
  overrides: RetentionOverrides = {},
): ExpiredSnapshots {
  const { properties } = metadata;
  const maxAgeMs =
    overrides.maxSnapshotAgeMs ??
    integerProperty(properties, "history.expire.max-snapshot-age-ms", fiveDaysMs);
  const minToKeep =
    overrides.minSnapshotsToKeep ??
    integerProperty(properties, "history.expire.min-snapshots-to-keep", 1);
  const maxRefAgeMs =
    overrides.maxRefAgeMs ?? optionalAge(properties, "history.expire.max-ref-age-ms");

  const refs = Object.entries(metadata.refs);
  const keptRefs = refs.filter(([name, ref]) => {
    const snapshot = snapshotById(metadata, ref.snapshotId);
    if (name === MAIN_BRANCH) return true;
    return (
      snapshot !== undefined && nowMs - snapshot.timestampMs <= (ref.maxRefAgeMs ?? maxRefAgeMs)
    );
  });
  const kept = new Set<bigint>();
  const reachable = new Set<bigint>();
  for (const [, ref] of keptRefs) {
    const retention = {
      olderThanMs: nowMs - (ref.maxSnapshotAgeMs ?? maxAgeMs),
      minToKeep: ref.minSnapshotsToKeep ?? minToKeep,
    };
    for (const id of keptOf(metadata, ref, retention)) kept.add(id);
    for (const snapshot of lineOf(metadata, ref)) reachable.add(snapshot.snapshotId);
  }
  const expired = metadata.snapshots.filter(
    ({ snapshotId, timestampMs }) =>
      !kept.has(snapshotId) && (reachable.has(snapshotId) || timestampMs < nowMs - maxAgeMs),
  );
  const keptNames = new Set(keptRefs.map(([name]) => name));
  return {
    snapshotIds: expired.map(({ snapshotId }) => snapshotId),
    refNames: refs.map(([name]) => name).filter((name) => !keptNames.has(name)),
  };
}

function* keptOf(
  metadata: TableMetadata,
  ref: SnapshotRef,
  retention: { readonly olderThanMs: number; readonly minToKeep: number },
): Generator<bigint> {
  let count = 0;
  for (const { snapshotId, timestampMs } of lineOf(metadata, ref)) {
    // The head of a ref stays whatever its age: a ref without its snapshot would be broken.
    const isKept = count < Math.max(1, retention.minToKeep) || timestampMs >= retention.olderThanMs;
    if (!isKept) return;
    yield snapshotId;
    count += 1;
  }
}

function lineOf(metadata: TableMetadata, ref: SnapshotRef): ReturnType<typeof ancestorsOf> {
  return ref.type === "tag" ? headOnly(metadata, ref) : ancestorsOf(metadata, ref.snapshotId);
}

function* headOnly(metadata: TableMetadata, ref: SnapshotRef): ReturnType<typeof ancestorsOf> {
  const snapshot = snapshotById(metadata, ref.snapshotId);
  if (snapshot !== undefined) yield snapshot;
  return { kind: "root" };
}

function optionalAge(properties: Readonly<Record<string, string>>, name: string): number {
  return properties[name] === undefined
    ? Number.POSITIVE_INFINITY
    : integerProperty(properties, name, 0);
}
