import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { countFiles, countPartitions } from "../spec/snapshot-summary.ts";
import { ManifestStore } from "./manifest-store.ts";
import { SnapshotProducer } from "./snapshot-producer.ts";
import type { SnapshotParts } from "./snapshot-producer.ts";
import type { AppendRequest, StagedAppend } from "./staged-append.ts";
import { effectsOf, newSnapshotId } from "./transaction-components.ts";
import type { TransactionComponents } from "./transaction-components.ts";

/** What is appended, and to which table. */
export interface StageAppendOptions {
  readonly catalog: Catalog;
  /** Only its storage and its settings are used; each attempt names its own base. */
  readonly table: CatalogTable;
  readonly request: AppendRequest;
  readonly components?: TransactionComponents | undefined;
}

/**
 * Writes the manifests of an append, once for all attempts.
 *
 * Errors: those of storage; `FILE_NOT_FOUND` for a manifest of the request that is gone;
 * `METADATA_INVALID` for one that holds anything but added files.
 */
export async function stageAppend(
  options: StageAppendOptions,
  operation: OperationOptions = {},
): Promise<StagedAppend> {
  const effects = effectsOf(options.components);
  const store = new ManifestStore(options.table, effects.randomUuid);
  try {
    return await stage(options, { effects, store }, operation);
  } catch (error) {
    await store.deleteQuietly(store.locations);
    throw error;
  }
}

async function stage(
  { catalog, table, request }: StageAppendOptions,
  { effects, store }: Pick<SnapshotParts, "effects" | "store">,
  operation: OperationOptions,
): Promise<StagedAppend> {
  const snapshotId = request.snapshotId ?? newSnapshotId(effects.randomUuid);
  const { dataFiles = [], deleteFiles = [] } = request;
  const manifests: ManifestFile[] = [];
  for (const [content, added] of [
    ["data", dataFiles],
    ["deletes", deleteFiles],
  ] as const) {
    if (added.length === 0) continue;
    const files = added.map((file) => ({ file }));
    manifests.push(...(await store.writeAdded({ content, files, snapshotId }, operation)));
  }
  const filesOfManifests: DataFile[] = [];
  for (const given of request.manifests ?? []) {
    const manifest = adopted(given, snapshotId);
    manifests.push(manifest);
    filesOfManifests.push(...(await addedFiles(store, manifest, operation)));
  }
  const added = [...dataFiles, ...deleteFiles, ...filesOfManifests];
  return new SnapshotProducer({
    catalog,
    effects,
    store,
    snapshotId,
    tableUuid: table.metadata.tableUuid,
    prepare: request.prepare,
    manifests,
    changes: {
      operation: operationOf(request),
      added: countFiles(added),
      changedPartitionCount: countPartitions(added),
    },
    givenFiles: givenFilesOf(request),
  });
}

/** What the snapshot does (spec: Snapshots, `operation`). */
function operationOf({
  dataFiles = [],
  manifests = [],
  deleteFiles = [],
}: AppendRequest): SnapshotParts["changes"]["operation"] {
  if (deleteFiles.length === 0) return "append";
  return dataFiles.length + manifests.length === 0 ? "delete" : "overwrite";
}

/** Locations of all that a request names. */
export function givenFilesOf(request: AppendRequest): readonly string[] {
  const { dataFiles = [], deleteFiles = [], manifests = [] } = request;
  return [
    ...manifests.map(({ manifestPath }) => manifestPath),
    ...[...dataFiles, ...deleteFiles].map(({ filePath }) => filePath),
  ];
}

/** A manifest that was written for a snapshot not known then: it becomes one of this snapshot. */
function adopted(manifest: ManifestFile, snapshotId: bigint): ManifestFile {
  const { sequenceNumber: _, minSequenceNumber: __, ...rest } = manifest;
  return { ...rest, addedSnapshotId: snapshotId };
}

async function addedFiles(
  store: ManifestStore,
  manifest: ManifestFile,
  options: OperationOptions,
): Promise<readonly DataFile[]> {
  const entries = await store.readEntries(manifest, options);
  if (manifest.content !== "data" || entries.some((entry) => entry.status !== "added")) {
    throw new IcebergError(
      "METADATA_INVALID",
      `manifest ${manifest.manifestPath} cannot be appended: it holds more than added data files`,
    );
  }
  return entries.map((entry) => entry.dataFile);
}
