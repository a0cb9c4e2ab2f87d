import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { appliesTo, globalSpecsOf, isSamePartition, liveFiles } from "../scan/live-file.ts";
import type { LiveFile } from "../scan/live-file.ts";
import type { PlannedFile } from "../scan/plan-files.ts";
import { PositionDeleteCache } from "../scan/position-delete-cache.ts";
import { isLive } from "../spec/manifest-entry.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { partitionKey } from "../writer/partition-key.ts";
import type { ManifestStore } from "./manifest-store.ts";

/** A rewrite as each of its attempts checks it against its base. */
export interface ReplacedFilesOptions {
  readonly fileIo: FileIo;
  readonly store: ManifestStore;
  /** Of the rewrite. */
  readonly snapshotId: bigint;
  readonly replacedFiles: readonly PlannedFile[];
  /** What comes in their place, with the data sequence number that it has. */
  readonly added: readonly LiveFile[];
}

/** The data files that a rewrite replaces: still there at each attempt, with the same rows. */
export class ReplacedFiles {
  readonly #options: ReplacedFilesOptions;
  readonly #replaced: ReadonlyMap<string, PlannedFile>;
  readonly #deletes: PositionDeleteCache;
  /** By the locations of manifests, which never change: attempts share what one has found. */
  readonly #entries = new Map<string, readonly ManifestEntry[]>();
  readonly #rewritten = new Map<string, readonly ManifestFile[]>();

  constructor(options: ReplacedFilesOptions) {
    const { replacedFiles, fileIo } = options;
    this.#options = options;
    this.#replaced = new Map(replacedFiles.map((planned) => [planned.dataFile.filePath, planned]));
    this.#deletes = new PositionDeleteCache(fileIo);
  }

  /**
   * The manifests of a base without the replaced files: those that hold one are written anew, with
   * its entry as deleted, all others stay as they are.
   *
   * Errors: `REPLACED_FILES_CHANGED` where a file is not live any more, or has other deletes than
   * those it was planned with.
   */
  async carryOver(
    metadata: TableMetadata,
    manifests: readonly ManifestFile[],
    options: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const holders = await this.#findHolders(manifests, options);
    await this.#checkDeletes(metadata, manifests, options);
    const carried: ManifestFile[] = [];
    for (const manifest of manifests) {
      const isHolder = holders.has(manifest);
      carried.push(...(isHolder ? await this.#rewrite(metadata, manifest, options) : [manifest]));
    }
    return carried;
  }

  async #findHolders(
    manifests: readonly ManifestFile[],
    options: OperationOptions,
  ): Promise<ReadonlySet<ManifestFile>> {
    const holders = new Set<ManifestFile>();
    const found = new Set<string>();
    for (const manifest of manifests) {
      if (!this.#mayHold(manifest)) continue;
      for (const { dataFile } of (await this.#read(manifest, options)).filter(this.#isReplaced)) {
        if (found.has(dataFile.filePath)) {
          throw new IcebergError("METADATA_INVALID", `${dataFile.filePath} is in the table twice`);
        }
        found.add(dataFile.filePath);
        holders.add(manifest);
      }
    }
    for (const filePath of this.#replaced.keys()) {
      if (!found.has(filePath)) throw changed(filePath, "is not live any more");
    }
    return holders;
  }

  /** By what the manifest list tells of the files in a manifest. */
  #mayHold(manifest: ManifestFile): boolean {
    if (manifest.content !== "data") return false;
    const { partitionSpecId, minSequenceNumber = 0n } = manifest;
    return this.#options.replacedFiles.some(
      ({ dataFile, sequenceNumber }) =>
        dataFile.specId === partitionSpecId && sequenceNumber >= minSequenceNumber,
    );
  }

  readonly #isReplaced = (entry: ManifestEntry): boolean => {
    const planned = this.#replaced.get(entry.dataFile.filePath);
    if (planned === undefined || !isLive(entry)) return false;
    return planned.sequenceNumber === entry.sequenceNumber;
  };

  /** Kept for the next attempt where it holds a replaced file; nothing is kept of others. */
  async #read(
    manifest: ManifestFile,
    options: OperationOptions,
  ): Promise<readonly ManifestEntry[]> {
    const known = this.#entries.get(manifest.manifestPath);
    if (known !== undefined) return known;
    options.signal?.throwIfAborted();
    const entries = await this.#options.store.readEntries(manifest, options);
    const kept = entries.some(this.#isReplaced) ? entries : [];
    this.#entries.set(manifest.manifestPath, kept);
    return kept;
  }

  async #rewrite(
    metadata: TableMetadata,
    manifest: ManifestFile,
    options: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const { store, snapshotId } = this.#options;
    const known = this.#rewritten.get(manifest.manifestPath);
    if (known !== undefined) return known;
    const entries = (await this.#read(manifest, options))
      .filter(isLive)
      .map((entry) =>
        this.#isReplaced(entry)
          ? { ...entry, status: "deleted" as const, snapshotId }
          : { ...entry, status: "existing" as const },
      );
    const specId = manifest.partitionSpecId;
    const request = { name: "manifest", specId, entries, metadata, snapshotId };
    const rewritten = await store.writeWhole(request, options);
    this.#rewritten.set(manifest.manifestPath, rewritten);
    return rewritten;
  }

  async #checkDeletes(
    metadata: TableMetadata,
    manifests: readonly ManifestFile[],
    options: OperationOptions,
  ): Promise<void> {
    const live: LiveFile[] = [];
    for (const manifest of manifests) {
      if (manifest.content !== "deletes") continue;
      options.signal?.throwIfAborted();
      live.push(...liveFiles(await this.#options.store.readEntries(manifest, options)));
    }
    const globalSpecs = globalSpecsOf(metadata);
    const byContent = Map.groupBy(live, ({ file }) => file.content);
    for (const planned of this.#options.replacedFiles) {
      const data = { file: planned.dataFile, sequenceNumber: planned.sequenceNumber };
      const applying = (byContent.get("position-deletes") ?? [])
        .filter((deletes) => appliesTo(deletes, data, globalSpecs))
        .map(({ file }) => file);
      await this.#checkPositionDeletes(planned, applying, options);
    }
    this.#checkEqualityDeletes(byContent.get("equality-deletes") ?? [], globalSpecs);
  }

  /** A row that was deleted since would be back, and one that is back since would be deleted. */
  async #checkPositionDeletes(
    { dataFile, deleteFiles }: PlannedFile,
    applying: readonly LiveFile["file"][],
    options: OperationOptions,
  ): Promise<void> {
    const paths = new Set(applying.map(({ filePath }) => filePath));
    const gone = deleteFiles.find(({ filePath }) => !paths.has(filePath));
    if (gone !== undefined) {
      throw changed(dataFile.filePath, `does not have the deletes of ${gone.filePath} any more`);
    }
    const planned = new Set(deleteFiles.map(({ filePath }) => filePath));
    const fresh = applying.filter(({ filePath }) => !planned.has(filePath));
    const positions = await this.#deletes.positionsOf({ dataFile, deleteFiles: fresh }, options);
    if (positions.size === 0) return;
    throw changed(dataFile.filePath, "has rows that were deleted since it was planned");
  }

  /**
   * Equality deletes that came since have to be of the added files just where they are of the files
   * that the rows come from. Rows stay in their partition, unless the spec is another one.
   */
  #checkEqualityDeletes(deletes: readonly LiveFile[], globalSpecs: ReadonlySet<number>): void {
    if (deletes.length === 0) return;
    const sources = oneOfEach(
      this.#options.replacedFiles.map(({ dataFile, sequenceNumber }) => ({
        file: dataFile,
        sequenceNumber,
      })),
    );
    for (const added of oneOfEach(this.#options.added)) {
      for (const source of sources) {
        const isElsewhere =
          source.file.specId === added.file.specId && !isSamePartition(source.file, added.file);
        const different = deletes.find(
          (candidate) =>
            !isElsewhere &&
            appliesTo(candidate, source, globalSpecs) !== appliesTo(candidate, added, globalSpecs),
        );
        if (different === undefined) continue;
        const { filePath } = different.file;
        throw changed(
          source.file.filePath,
          `has equality deletes now that would be lost: ${filePath}`,
        );
      }
    }
  }
}

function oneOfEach(files: readonly LiveFile[]): readonly LiveFile[] {
  return [...new Map(files.map((file) => [placeOf(file), file])).values()];
}

/** Equality deletes see nothing else of a file. */
function placeOf({ file, sequenceNumber }: LiveFile): string {
  return `${file.specId} ${sequenceNumber} ${partitionKey(file.partition)}`;
}

function changed(filePath: string, what: string): IcebergError {
  return new IcebergError("REPLACED_FILES_CHANGED", `cannot replace ${filePath}: it ${what}`, {
    context: { filePath },
  });
}
