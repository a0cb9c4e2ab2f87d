import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { MetadataFileName } from "../spec/metadata-file-name.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { parseVersionFile } from "./hadoop-metadata-files.ts";
import type { HadoopMetadataFiles } from "./hadoop-metadata-files.ts";
import { encodeMetadata } from "./metadata-bytes.ts";

/** The version that a commit wants to create. */
export interface NewVersion extends MetadataFileName {
  readonly metadata: TableMetadata;
}

/** What became of the creation; `conflict`: the version is another writer's. */
export type CreateVersionOutcome =
  | { readonly kind: "created"; readonly location: string }
  | { readonly kind: "conflict" }
  | { readonly kind: "unknown"; readonly cause: unknown };

/** Errors of a conditional create after which the file is known not to be there. */
const notCreated: ReadonlySet<string> = new Set([
  "ACCESS_DENIED",
  "STORAGE_FULL",
  "CONDITIONAL_CREATE_UNSUPPORTED",
  "SETTINGS_INVALID",
]);

/**
 * Creates a version that must not be there yet. An answer that leaves it open is settled by reading
 * the file back: the same bytes are ours.
 *
 * Errors: `ACCESS_DENIED`, `STORAGE_FULL`, `CONDITIONAL_CREATE_UNSUPPORTED`, `SETTINGS_INVALID`.
 */
export async function createVersion(
  fileIo: FileIo,
  files: HadoopMetadataFiles,
  step: NewVersion,
  options?: OperationOptions,
): Promise<CreateVersionOutcome> {
  const location = files.versionLocation(step);
  const bytes = await encodeMetadata(step.metadata, step.isGzipped);
  options?.signal?.throwIfAborted();
  let failure: unknown;
  try {
    const answer = await fileIo.createExclusive(location, bytes, options);
    if (answer === "created") return { kind: "created", location };
  } catch (error) {
    if (error instanceof IcebergError && notCreated.has(error.code)) throw error;
    failure = error;
  }
  // "exists" may be the trace of our own first try, and an error may hide a success.
  try {
    const found = await fileIo.read(location, options);
    const isOurs = Buffer.compare(found, bytes) === 0;
    return isOurs ? { kind: "created", location } : { kind: "conflict" };
  } catch (error) {
    return { kind: "unknown", cause: failure ?? error };
  }
}

/**
 * Whether the newer metadata goes on from ours, or passed it by on another line of versions;
 * unclear where its log and its snapshots no longer reach back that far.
 */
export function placeOf(
  step: NewVersion,
  current: TableMetadata,
): "followed" | "bypassed" | "unclear" {
  const ours = step.metadata;
  if (current.tableUuid !== ours.tableUuid) return "bypassed";
  const logged = current.metadataLog.map(({ metadataFile, timestampMs }) => ({
    version: parseVersionFile(metadataFile)?.version,
    timestampMs,
  }));
  const same = logged.find(({ version }) => version === step.version);
  if (same !== undefined) {
    return same.timestampMs === ours.lastUpdatedMs ? "followed" : "bypassed";
  }
  const newSnapshots = ours.snapshots.filter(
    ({ sequenceNumber }) => sequenceNumber === ours.lastSequenceNumber,
  );
  const has = newSnapshots.some(({ snapshotId }) =>
    current.snapshots.some((snapshot) => snapshot.snapshotId === snapshotId),
  );
  return has ? "followed" : "unclear";
}
