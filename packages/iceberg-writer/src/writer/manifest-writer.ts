import type { AvroCodec } from "../codec/avro/avro-codec.ts";
import { AvroFileBuilder } from "../codec/avro/avro-container.ts";
import type { AvroRecordSchema } from "../codec/avro/avro-schema.ts";
import { structToAvro } from "../codec/avro/type-to-avro.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { serializeJson } from "../spec/iceberg-json.ts";
import { isLive, type ManifestEntry, manifestEntryFields } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import {
  partitionFieldsToJson,
  type PartitionSpec,
  partitionType,
} from "../spec/partition-spec.ts";
import { type Schema, schemaToJson } from "../spec/schema.ts";
import { type NestedField, requirePrimitiveType } from "../spec/type.ts";
import { manifestEntryToAvro, partitionToAvro, promoteValue } from "./manifest-entry-avro.ts";
import { PartitionFieldSummary } from "./partition-summary.ts";

/** Property and default of the size at which a manifest is closed. */
const MANIFEST_TARGET_SIZE_PROPERTY = "commit.manifest.target-size-bytes";
const MANIFEST_TARGET_SIZE_DEFAULT = 8 * 1024 * 1024;

/** What a manifest is made with. */
export interface ManifestOptions {
  /** The table's schema when the files were written. */
  readonly schema: Schema;
  /** The one spec of all files in the manifest. */
  readonly spec: PartitionSpec;
  readonly content?: ManifestFile["content"] | undefined;
  /**
   * Of the commit. Where it is not known yet, added entries inherit it from the manifest list; then
   * all entries must be added ones.
   */
  readonly snapshotId?: bigint | undefined;
  readonly codec?: AvroCodec | undefined;
}

/** A manifest's bytes, and its entry of the manifest list but for the location. */
export interface EncodedManifest {
  readonly bytes: Uint8Array;
  readonly file: Omit<ManifestFile, "manifestPath">;
}

/**
 * The codec of manifests and manifest lists that a table asks for; `SETTINGS_INVALID` for no codec.
 */
export function manifestCodec(properties: Readonly<Record<string, string>>): AvroCodec {
  const name = properties["write.manifest.compression-codec"] ?? "gzip";
  switch (name.toLowerCase()) {
    case "gzip":
      return "deflate";
    case "snappy":
      return "snappy";
    case "zstd":
      return "zstandard";
    case "none":
    case "uncompressed":
      return "null";
    default:
      throw new IcebergError("SETTINGS_INVALID", `write.manifest.compression-codec is ${name}`);
  }
}

/**
 * The size at which a table wants its manifests closed; `SETTINGS_INVALID` for no positive integer.
 */
export function manifestTargetSizeBytes(properties: Readonly<Record<string, string>>): number {
  const text = properties[MANIFEST_TARGET_SIZE_PROPERTY];
  const size = text === undefined ? MANIFEST_TARGET_SIZE_DEFAULT : Number(text);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new IcebergError("SETTINGS_INVALID", `${MANIFEST_TARGET_SIZE_PROPERTY} is ${text}`);
}

/** What all manifests of a schema and a partition spec have in common. */
interface ManifestForm {
  readonly partition: readonly NestedField[];
  readonly avroSchema: AvroRecordSchema;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every commit writes manifests, mostly of the same form. */
const forms = new WeakMap<Schema, WeakMap<PartitionSpec, ManifestForm>>();

function manifestForm(schema: Schema, spec: PartitionSpec): ManifestForm {
  const ofSchema = forms.get(schema) ?? new WeakMap<PartitionSpec, ManifestForm>();
  forms.set(schema, ofSchema);
  const known = ofSchema.get(spec);
  if (known !== undefined) return known;
  const form = createManifestForm(schema, spec);
  ofSchema.set(spec, form);
  return form;
}

function createManifestForm(schema: Schema, spec: PartitionSpec): ManifestForm {
  const partition = partitionType(spec, schema);
  const fields = manifestEntryFields(partition);
  return {
    partition,
    avroSchema: structToAvro("manifest_entry", fields),
    metadata: {
      schema: serializeJson(schemaToJson(schema)),
      "schema-id": schema.schemaId.toString(),
      "partition-spec": serializeJson(partitionFieldsToJson(spec.fields)),
      "partition-spec-id": spec.specId.toString(),
      "format-version": "2",
      // The columns of this file itself, which readers by column ids look for.
      "iceberg.schema": serializeJson(schemaToJson({ schemaId: 0, fields })),
    },
  };
}

/**
 * A manifest in format v2, built entry by entry (spec: Manifests). Entries are refused with
 * `METADATA_INVALID` where they do not belong into this manifest.
 */
class ManifestBuilder {
  readonly #spec: PartitionSpec;
  readonly #content: ManifestFile["content"];
  readonly #snapshotId: bigint | undefined;
  readonly #partition: readonly NestedField[];
  readonly #summaries: readonly PartitionFieldSummary[];
  readonly #avro: AvroFileBuilder;
  readonly #fileCounts = { existing: 0, added: 0, deleted: 0 };
  readonly #rowCounts = { existing: 0, added: 0, deleted: 0 };
  #minSequenceNumber: bigint | undefined;

  constructor({ schema, spec, content = "data", snapshotId, codec = "deflate" }: ManifestOptions) {
    this.#spec = spec;
    this.#content = content;
    this.#snapshotId = snapshotId;
    const { partition, avroSchema, metadata } = manifestForm(schema, spec);
    this.#partition = partition;
    this.#summaries = partition.map(
      ({ name, type }) => new PartitionFieldSummary(requirePrimitiveType(type, name)),
    );
    this.#avro = new AvroFileBuilder({
      schema: avroSchema,
      codec,
      metadata: { ...metadata, content },
    });
  }

  /** Bytes so far, about. */
  get length(): number {
    return this.#avro.length;
  }

  add(entry: ManifestEntry): void {
    this.#check(entry);
    const { status, sequenceNumber, dataFile } = entry;
    const partition = this.#partition.map((field, index) => {
      const value = dataFile.partition[index] ?? null;
      return value === null ? null : promoteValue(field, value);
    });
    const values = partitionToAvro(this.#partition, partition);
    this.#avro.append(manifestEntryToAvro(entry, this.#snapshotId, values));
    for (const [index, summary] of this.#summaries.entries()) summary.add(partition[index] ?? null);
    this.#fileCounts[status] += 1;
    this.#rowCounts[status] += dataFile.recordCount;
    if (isLive(entry) && sequenceNumber !== undefined) {
      const min = this.#minSequenceNumber;
      if (min === undefined || sequenceNumber < min) this.#minSequenceNumber = sequenceNumber;
    }
  }

  finish(): EncodedManifest {
    const bytes = this.#avro.finish();
    const minSequenceNumber = this.#minSequenceNumber;
    const addedSnapshotId = this.#snapshotId;
    return {
      bytes,
      file: {
        manifestLength: bytes.length,
        partitionSpecId: this.#spec.specId,
        content: this.#content,
        ...(minSequenceNumber === undefined ? {} : { minSequenceNumber }),
        ...(addedSnapshotId === undefined ? {} : { addedSnapshotId }),
        addedFilesCount: this.#fileCounts.added,
        existingFilesCount: this.#fileCounts.existing,
        deletedFilesCount: this.#fileCounts.deleted,
        addedRowsCount: this.#rowCounts.added,
        existingRowsCount: this.#rowCounts.existing,
        deletedRowsCount: this.#rowCounts.deleted,
        partitions: this.#summaries.map((summary) => summary.toSummary()),
      },
    };
  }

  #check({ status, dataFile }: ManifestEntry): void {
    const { content, filePath, partition, specId } = dataFile;
    const reason =
      specId !== this.#spec.specId || partition.length !== this.#partition.length
        ? `is of partition spec ${specId}, the manifest of ${this.#spec.specId}`
        : (content === "data") !== (this.#content === "data")
          ? `holds ${content}, the manifest ${this.#content}`
          : this.#snapshotId === undefined && status !== "added"
            ? `is ${status}, and the manifest's snapshot is not known`
            : undefined;
    if (reason !== undefined) throw new IcebergError("METADATA_INVALID", `${filePath} ${reason}`);
  }
}

/**
 * Encodes entries as one manifest; `METADATA_INVALID` for an entry that does not belong into it.
 */
export function encodeManifest(
  options: ManifestOptions & { readonly entries: Iterable<ManifestEntry> },
): EncodedManifest {
  const builder = new ManifestBuilder(options);
  for (const entry of options.entries) builder.add(entry);
  return builder.finish();
}

/** Encodes entries as manifests that are closed at a size; none for no entries. */
export function* encodeManifests(
  options: ManifestOptions & {
    readonly entries: Iterable<ManifestEntry>;
    readonly targetSizeBytes: number;
  },
): Generator<EncodedManifest, void, undefined> {
  let builder: ManifestBuilder | undefined;
  for (const entry of options.entries) {
    builder ??= new ManifestBuilder(options);
    builder.add(entry);
    if (builder.length < options.targetSizeBytes) continue;
    yield builder.finish();
    builder = undefined;
  }
  if (builder !== undefined) yield builder.finish();
}

/**
 * Writes entries as manifests under locations never used before. What was written stays where it
 * is when a write fails; the caller knows the locations that it gave out. Codes:
 * `METADATA_INVALID` and those of {@link FileIo}.
 */
export async function writeManifests(
  options: ManifestOptions & {
    readonly fileIo: Pick<FileIo, "write">;
    readonly entries: Iterable<ManifestEntry>;
    readonly targetSizeBytes: number;
    /** The location of the next manifest. */
    readonly nextLocation: () => string;
  },
  operation: OperationOptions = {},
): Promise<readonly ManifestFile[]> {
  const manifests: ManifestFile[] = [];
  for (const { bytes, file } of encodeManifests(options)) {
    operation.signal?.throwIfAborted();
    const manifestPath = options.nextLocation();
    await options.fileIo.write(manifestPath, bytes, operation);
    manifests.push({ manifestPath, ...file });
  }
  return manifests;
}
