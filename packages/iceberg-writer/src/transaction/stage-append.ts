import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import { identifierToString } from "../catalog/table-identifier.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { countFiles, countPartitions, snapshotSummary } from "../spec/snapshot-summary.ts";
import type { FileCounts } from "../spec/snapshot-summary.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import { currentSnapshot } from "../spec/table-metadata.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { VERSION } from "../version.ts";
import { appendCommit } from "./append-commit.ts";
import { locateSnapshot } from "./locate-snapshot.ts";
import { mergePolicyOf, planManifestMerge } from "./manifest-merge.ts";
import { ManifestStore } from "./manifest-store.ts";
import type {
  AppendRequest,
  AttemptAdditions,
  AttemptOutcome,
  DiscardOptions,
  StagedAppend,
} from "./staged-append.ts";
import { effectsOf, newSnapshotId } from "./transaction-components.ts";
import type { TransactionComponents, TransactionEffects } from "./transaction-components.ts";

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
  { effects, store }: Pick<StagedParts, "effects" | "store">,
  operation: OperationOptions,
): Promise<StagedAppend> {
  const snapshotId = request.snapshotId ?? newSnapshotId(effects.randomUuid);
  const { dataFiles = [], deleteFiles = [] } = request;
  const manifests: ManifestFile[] = [];
  for (const [content, added] of [
    ["data", dataFiles],
    ["deletes", deleteFiles],
  ] as const) {
    for (const [specId, files] of Map.groupBy(added, (file) => file.specId)) {
      const entries = files.map((dataFile): ManifestEntry => ({
        status: "added",
        snapshotId,
        dataFile,
      }));
      const request = { content, specId, entries, snapshotId };
      manifests.push(...(await store.writeAdded(request, operation)));
    }
  }
  const givenFiles: DataFile[] = [];
  for (const given of request.manifests ?? []) {
    const manifest = adopted(given, snapshotId);
    manifests.push(manifest);
    givenFiles.push(...(await addedFiles(store, manifest, operation)));
  }
  return new AppendInProgress({
    catalog,
    effects,
    store,
    snapshotId,
    request,
    tableUuid: table.metadata.tableUuid,
    manifests,
    operation: operationOf(request),
    added: countFiles([...dataFiles, ...deleteFiles, ...givenFiles]),
    changedPartitionCount: countPartitions([...dataFiles, ...deleteFiles, ...givenFiles]),
  });
}

interface StagedParts {
  readonly catalog: Catalog;
  readonly effects: TransactionEffects;
  readonly store: ManifestStore;
  readonly snapshotId: bigint;
  readonly request: AppendRequest;
  readonly tableUuid: string;
  /** All manifests that the snapshot adds. */
  readonly manifests: readonly ManifestFile[];
  readonly operation: "append" | "overwrite" | "delete";
  readonly added: FileCounts;
  readonly changedPartitionCount: number;
}

class AppendInProgress implements StagedAppend {
  readonly snapshotId: bigint;
  readonly #parts: StagedParts;
  /** The manifests of each attempt, by the location of its manifest list. */
  readonly #attempts = new Map<string, readonly ManifestFile[]>();
  #mayBeApplied = false;

  constructor(parts: StagedParts) {
    this.#parts = parts;
    this.snapshotId = parts.snapshotId;
  }

  async attempt(base: CatalogTable, options: OperationOptions = {}): Promise<AttemptOutcome> {
    const { metadata } = base;
    this.#checkBase(base);
    const additions = (await this.#parts.request.prepare?.(metadata)) ?? {};
    if (metadata.formatVersion === 1 && additions.upgradeFormatVersion !== 2) {
      throw new IcebergError(
        "UNSUPPORTED",
        `table ${identifierToString(base.identifier)} is of format version 1, which has no ` +
          "sequence numbers; upgrade it to version 2 first",
      );
    }
    const snapshot = await this.#writeSnapshot(base, additions, options);
    options.signal?.throwIfAborted();
    const commit = appendCommit(metadata, snapshot, additions);
    const outcome = await this.#parts.catalog.commitTable(base, commit, options);
    if (outcome.kind !== "conflict") this.#mayBeApplied = true;
    if (outcome.kind === "committed") await this.clean(outcome.table.metadata, options);
    return outcome;
  }

  async clean(metadata: TableMetadata, options: OperationOptions = {}): Promise<void> {
    const snapshot = metadata.snapshots.find(({ snapshotId }) => snapshotId === this.snapshotId);
    if (snapshot === undefined) return;
    const listed = this.#attempts.get(snapshot.manifestList);
    if (listed === undefined) return;
    const used = new Set(listed.map((manifest) => manifest.manifestPath)).add(
      snapshot.manifestList,
    );
    const { store } = this.#parts;
    await store.deleteQuietly(
      store.locations.filter((location) => !used.has(location)),
      options,
    );
  }

  async discard({ keepDataFiles = false, ...options }: DiscardOptions = {}): Promise<void> {
    if (this.#mayBeApplied) {
      throw new IcebergError(
        "COMMIT_STATE_UNKNOWN",
        `the files of snapshot ${this.snapshotId} must stay: it may be in the table`,
        { context: { snapshotId: this.snapshotId } },
      );
    }
    const { store, request } = this.#parts;
    const given = [
      ...(request.manifests ?? []).map((manifest) => manifest.manifestPath),
      ...[...(request.dataFiles ?? []), ...(request.deleteFiles ?? [])].map(
        (file) => file.filePath,
      ),
    ];
    await store.deleteQuietly([...store.locations, ...(keepDataFiles ? [] : given)], options);
  }

  #checkBase({ identifier, metadata }: CatalogTable): void {
    const name = identifierToString(identifier);
    if (metadata.tableUuid !== this.#parts.tableUuid) {
      throw new IcebergError(
        "TABLE_NOT_FOUND",
        `table ${name} was replaced: its uuid is ${metadata.tableUuid}, and this append was ` +
          `made for ${this.#parts.tableUuid}`,
      );
    }
    const place = locateSnapshot(metadata, this.snapshotId);
    if (place === "absent") return;
    this.#mayBeApplied = true;
    throw new IcebergError(
      "SNAPSHOT_ALREADY_EXISTS",
      `table ${name} knows snapshot ${this.snapshotId} already (${place})`,
      { context: { snapshotId: this.snapshotId, place } },
    );
  }

  /**
   * The manifest list of this attempt: the manifests of this append and all those of the parent.
   */
  async #writeSnapshot(
    { metadata }: CatalogTable,
    additions: AttemptAdditions,
    options: OperationOptions,
  ): Promise<Snapshot> {
    const { store, effects, manifests } = this.#parts;
    const parent = currentSnapshot(metadata);
    const inherited =
      parent === undefined ? [] : await store.readList(parent.manifestList, options);
    const listed = await this.#merge(metadata, [...manifests, ...inherited], options);
    const sequenceNumber = metadata.lastSequenceNumber + 1n;
    const number = this.#attempts.size + 1;
    const manifestList = store.newLocation(`snap-${this.snapshotId}-${number}`);
    this.#attempts.set(manifestList, listed);
    const parentId = parent === undefined ? {} : { parentSnapshotId: parent.snapshotId };
    const ids = { snapshotId: this.snapshotId, ...parentId, sequenceNumber };
    await store.writeList({ ...ids, location: manifestList, manifests: listed }, options);
    return {
      ...ids,
      timestampMs: Math.max(effects.nowMs(), metadata.lastUpdatedMs),
      manifestList,
      schemaId: metadata.currentSchemaId,
      summary: {
        ...additions.summary,
        ...snapshotSummary({
          operation: this.#parts.operation,
          added: this.#parts.added,
          changedPartitionCount: this.#parts.changedPartitionCount,
          parentSummary: parent?.summary,
        }),
        "engine-name": "salon",
        "engine-version": VERSION,
      },
    };
  }

  async #merge(
    metadata: TableMetadata,
    manifests: readonly ManifestFile[],
    options: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const data = manifests.filter((manifest) => manifest.content === "data");
    const listed: ManifestFile[] = [];
    for (const group of planManifestMerge(data, mergePolicyOf(metadata.properties))) {
      if (group.length === 1) {
        listed.push(...group);
      } else {
        const request = { manifests: group, metadata, snapshotId: this.snapshotId };
        listed.push(...(await this.#parts.store.mergeData(request, options)));
      }
    }
    return [...listed, ...manifests.filter((manifest) => manifest.content === "deletes")];
  }
}

/** What the snapshot does (spec: Snapshots, `operation`). */
function operationOf({
  dataFiles = [],
  manifests = [],
  deleteFiles = [],
}: AppendRequest): StagedParts["operation"] {
  if (deleteFiles.length === 0) return "append";
  return dataFiles.length + manifests.length === 0 ? "delete" : "overwrite";
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
