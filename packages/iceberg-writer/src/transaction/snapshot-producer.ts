import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import { identifierToString } from "../catalog/table-identifier.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { hasLiveFiles } from "../spec/manifest-file.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import { snapshotSummary } from "../spec/snapshot-summary.ts";
import type { SnapshotChanges } from "../spec/snapshot-summary.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import { currentSnapshot } from "../spec/table-metadata.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { VERSION } from "../version.ts";
import { appendCommit } from "./append-commit.ts";
import { locateSnapshot } from "./locate-snapshot.ts";
import { mergePolicyOf, planManifestMerge } from "./manifest-merge.ts";
import type { ManifestStore } from "./manifest-store.ts";
import type {
  AppendRequest,
  AttemptAdditions,
  AttemptOutcome,
  DiscardOptions,
  StagedAppend,
} from "./staged-append.ts";
import type { TransactionEffects } from "./transaction-components.ts";

/** What a snapshot is made of, the same for all attempts. */
export interface SnapshotParts {
  readonly catalog: Catalog;
  readonly effects: TransactionEffects;
  readonly store: ManifestStore;
  readonly snapshotId: bigint;
  readonly tableUuid: string;
  readonly prepare: AppendRequest["prepare"];
  /** All manifests that the snapshot adds. */
  readonly manifests: readonly ManifestFile[];
  /**
   * The manifests of an attempt's parent as the snapshot has them; what it throws ends the attempt.
   * All of them are carried over as they are by default.
   */
  readonly carryOver?: (
    base: TableMetadata,
    manifests: readonly ManifestFile[],
    options: OperationOptions,
  ) => Promise<readonly ManifestFile[]>;
  readonly changes: Omit<SnapshotChanges, "parentSummary">;
  /** Files that were there before, to be deleted with a snapshot that came to nothing. */
  readonly givenFiles: readonly string[];
}

/** Tries a snapshot as often as needed, all attempts with the same id. */
export class SnapshotProducer implements StagedAppend {
  readonly snapshotId: bigint;
  readonly #parts: SnapshotParts;
  /** The manifests of each attempt, by the location of its manifest list. */
  readonly #attempts = new Map<string, readonly ManifestFile[]>();
  #mayBeApplied = false;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.snapshotId = parts.snapshotId;
  }

  async attempt(base: CatalogTable, options: OperationOptions = {}): Promise<AttemptOutcome> {
    const { metadata } = base;
    this.#checkBase(base);
    const additions = (await this.#parts.prepare?.(metadata)) ?? {};
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
    const { store, givenFiles } = this.#parts;
    await store.deleteQuietly([...store.locations, ...(keepDataFiles ? [] : givenFiles)], options);
  }

  #checkBase({ identifier, metadata }: CatalogTable): void {
    const name = identifierToString(identifier);
    if (metadata.tableUuid !== this.#parts.tableUuid) {
      throw new IcebergError(
        "TABLE_NOT_FOUND",
        `table ${name} was replaced: its uuid is ${metadata.tableUuid}, and this snapshot was ` +
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

  /** The manifest list of this attempt: the manifests of this snapshot and those of the parent. */
  async #writeSnapshot(
    { metadata }: CatalogTable,
    additions: AttemptAdditions,
    options: OperationOptions,
  ): Promise<Snapshot> {
    const { store, effects, manifests, carryOver } = this.#parts;
    const parent = currentSnapshot(metadata);
    const ofParent = parent === undefined ? [] : await store.readList(parent.manifestList, options);
    const live = ofParent.filter(hasLiveFiles);
    const carried = carryOver === undefined ? live : await carryOver(metadata, live, options);
    const listed = await this.#merge(metadata, [...manifests, ...carried], options);
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
        ...snapshotSummary({ ...this.#parts.changes, parentSummary: parent?.summary }),
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
