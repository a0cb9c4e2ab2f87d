import type { CatalogTable } from "../catalog/catalog.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { joinLocation, locationKey, stripTrailingSlash } from "../io/location.ts";
import { openAvroFile } from "../codec/avro/avro-container.ts";
import { readManifestList } from "../scan/manifest-list-reader.ts";
import { decodeManifest, readManifest, readManifestBytes } from "../scan/manifest-reader.ts";
import type { LiveFile } from "../scan/live-file.ts";
import { storedEntries } from "../scan/stored-entries.ts";
import { isLive } from "../spec/manifest-entry.ts";
import type { ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import type { PartitionSpec } from "../spec/partition-spec.ts";
import { findFieldById } from "../spec/schema.ts";
import type { Schema } from "../spec/schema.ts";
import { currentSchema, partitionSpecById } from "../spec/table-metadata.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { ManifestBuilder } from "../writer/manifest-builder.ts";
import { encodeManifestList } from "../writer/manifest-list-writer.ts";
import type { ManifestListOptions } from "../writer/manifest-list-writer.ts";
import {
  manifestCodec,
  manifestTargetSizeBytes,
  writeManifests,
} from "../writer/manifest-writer.ts";

/** Files that one snapshot adds. */
export interface AddedFilesRequest {
  readonly content: ManifestFile["content"];
  /** One without a data sequence number inherits that of the snapshot. */
  readonly files: readonly (Pick<LiveFile, "file"> & Partial<LiveFile>)[];
  readonly snapshotId: bigint;
}

/** Manifests of one partition spec that become one. */
export interface MergeRequest {
  readonly manifests: readonly ManifestFile[];
  readonly metadata: TableMetadata;
  /** Of the commit that merges. */
  readonly snapshotId: bigint;
}

/** Data entries of one partition spec that come into one manifest. */
export interface WholeManifestRequest {
  /** What the manifest's file name begins with. */
  readonly name: string;
  readonly specId: number;
  readonly entries: readonly ManifestEntry[];
  readonly metadata: TableMetadata;
  /** Of the commit that writes it. */
  readonly snapshotId: bigint;
}

const readsAtOnceMax = 8;

/** Reads and writes the manifests and manifest lists of one table. */
export class ManifestStore {
  readonly #fileIo: FileIo;
  readonly #metadata: TableMetadata;
  readonly #randomUuid: () => string;
  readonly #locations: string[] = [];

  constructor(table: Pick<CatalogTable, "fileIo" | "metadata">, randomUuid: () => string) {
    this.#fileIo = table.fileIo;
    this.#metadata = table.metadata;
    this.#randomUuid = randomUuid;
  }

  /** Every location that was given out, whether or not a file came to be there. */
  get locations(): readonly string[] {
    return this.#locations;
  }

  /** A location that was never used: `<name>-<uuid>.avro` where the table keeps its metadata. */
  newLocation(name: string): string {
    const { location, properties } = this.#metadata;
    const own = properties["write.metadata.path"];
    const folder = own === undefined ? joinLocation(location, "metadata") : stripTrailingSlash(own);
    const fresh = joinLocation(folder, `${name}-${this.#randomUuid()}.avro`);
    this.#locations.push(fresh);
    return fresh;
  }

  readList(location: string, options?: OperationOptions): Promise<readonly ManifestFile[]> {
    return readManifestList(this.#fileIo, location, options);
  }

  /** Reads lists a few at a time; their manifests by {@link locationKey}. */
  async readLists(
    locations: readonly string[],
    options?: OperationOptions,
  ): Promise<ReadonlyMap<string, ManifestFile>> {
    const manifests = new Map<string, ManifestFile>();
    for (let start = 0; start < locations.length; start += readsAtOnceMax) {
      const some = locations.slice(start, start + readsAtOnceMax);
      const lists = await Promise.all(some.map((location) => this.readList(location, options)));
      for (const manifest of lists.flat()) {
        manifests.set(locationKey(manifest.manifestPath), manifest);
      }
    }
    return manifests;
  }

  async writeList(
    list: ManifestListOptions & { readonly location: string },
    options?: OperationOptions,
  ): Promise<void> {
    const codec = manifestCodec(this.#metadata.properties);
    await this.#fileIo.write(list.location, encodeManifestList({ codec, ...list }), options);
  }

  readEntries(
    manifest: ManifestFile,
    options?: OperationOptions,
  ): Promise<readonly ManifestEntry[]> {
    return readManifest(this.#fileIo, manifest, options);
  }

  /**
   * Writes the manifests of added files, for each partition spec and at each
   * `commit.manifest.target-size-bytes` a new one.
   */
  async writeAdded(
    { content, files, snapshotId }: AddedFilesRequest,
    options?: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const manifests: ManifestFile[] = [];
    for (const [specId, ofSpec] of Map.groupBy(files, ({ file }) => file.specId)) {
      const spec = partitionSpecById(this.#metadata, specId);
      const written = await writeManifests(
        {
          fileIo: this.#fileIo,
          schema: schemaOf(this.#metadata, spec),
          spec,
          content,
          snapshotId,
          entries: ofSpec.map(({ file, ...numbered }) => ({
            status: "added",
            snapshotId,
            ...numbered,
            dataFile: file,
          })),
          codec: manifestCodec(this.#metadata.properties),
          targetSizeBytes: manifestTargetSizeBytes(this.#metadata.properties),
          nextLocation: () => this.newLocation("manifest"),
        },
        options,
      );
      manifests.push(...written);
    }
    return manifests;
  }

  /**
   * Writes several data manifests as one. Files that this snapshot added or deleted stay so; all
   * others exist, under their own snapshot ids and sequence numbers; what earlier snapshots deleted
   * is left out (spec: Manifests).
   */
  async mergeData(
    { manifests, metadata, snapshotId }: MergeRequest,
    options?: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const spec = partitionSpecById(metadata, manifests[0]?.partitionSpecId ?? 0);
    const schema = schemaOf(metadata, spec);
    const codec = manifestCodec(metadata.properties);
    // The group was chosen by size: all of it is meant to be one manifest.
    const merged = new ManifestBuilder({ schema, spec, snapshotId, codec });
    for (const manifest of manifests) {
      const bytes = await readManifestBytes(this.#fileIo, manifest, options);
      const file = openAvroFile(bytes);
      const stored = merged.accepts(file, manifest) ? storedEntries(file, manifest) : undefined;
      for (const entry of stored?.added ?? decodeManifest(bytes, manifest)) {
        const isOwn = entry.snapshotId === snapshotId;
        if (isOwn) merged.add(entry);
        else if (isLive(entry)) merged.add({ ...entry, status: "existing" });
      }
      if (stored !== undefined) merged.addStored(stored.existing, manifest);
    }
    if (merged.isEmpty) return [];
    options?.signal?.throwIfAborted();
    const { bytes, file } = merged.finish();
    const manifestPath = this.newLocation("merged");
    await this.#fileIo.write(manifestPath, bytes, options);
    return [{ manifestPath, ...file }];
  }

  /** Writes data entries as one manifest, whatever its size; as none where there are none. */
  async writeWhole(
    { name, specId, entries, metadata, snapshotId }: WholeManifestRequest,
    options?: OperationOptions,
  ): Promise<readonly ManifestFile[]> {
    const spec = partitionSpecById(metadata, specId);
    return writeManifests(
      {
        fileIo: this.#fileIo,
        schema: schemaOf(metadata, spec),
        spec,
        snapshotId,
        entries,
        codec: manifestCodec(metadata.properties),
        targetSizeBytes: Number.MAX_SAFE_INTEGER,
        nextLocation: () => this.newLocation(name),
      },
      options,
    );
  }

  async deleteAll(locations: readonly string[], options?: OperationOptions): Promise<void> {
    for (const location of locations) await this.#fileIo.delete(location, options);
  }

  /** Deletes what it can: a file that stays is an orphan, no damage. */
  async deleteQuietly(locations: readonly string[], options?: OperationOptions): Promise<void> {
    for (const location of locations) {
      await this.#fileIo.delete(location, options).catch(() => undefined);
    }
  }
}

/** The newest schema that still has the columns which a spec partitions by. */
function schemaOf(metadata: TableMetadata, spec: PartitionSpec): Schema {
  const current = currentSchema(metadata);
  return (
    [current, ...metadata.schemas.toReversed()].find((schema) =>
      spec.fields.every((field) => findFieldById(schema, field.sourceId) !== undefined),
    ) ?? current
  );
}
