import type { AvroCodec } from "../codec/avro/avro-codec.ts";
import { AvroFileBuilder } from "../codec/avro/avro-container.ts";
import type { AvroBlock, AvroFile } from "../codec/avro/avro-container.ts";
import type { AvroRecordSchema } from "../codec/avro/avro-schema.ts";
import { structToAvro } from "../codec/avro/type-to-avro.ts";
import { IcebergError } from "../iceberg-error.ts";
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
export class ManifestBuilder {
  readonly #spec: PartitionSpec;
  readonly #content: ManifestFile["content"];
  readonly #snapshotId: bigint | undefined;
  readonly #partition: readonly NestedField[];
  readonly #summaries: readonly PartitionFieldSummary[];
  readonly #avro: AvroFileBuilder;
  readonly #fileCounts = { existing: 0, added: 0, deleted: 0 };
  readonly #rowCounts = { existing: 0, added: 0, deleted: 0 };
  #minSequenceNumber: bigint | undefined;
  #lastStatus: ManifestEntry["status"] | undefined;

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

  get isEmpty(): boolean {
    return this.#avro.isEmpty;
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
    // Existing entries can be taken as they are stored where no others are among them.
    if (status !== this.#lastStatus) this.#avro.closeBlock();
    this.#lastStatus = status;
    this.#avro.append(manifestEntryToAvro(entry, this.#snapshotId, values));
    for (const [index, summary] of this.#summaries.entries()) summary.add(partition[index] ?? null);
    this.#fileCounts[status] += 1;
    this.#rowCounts[status] += dataFile.recordCount;
    if (isLive(entry)) this.#addSequenceNumber(sequenceNumber);
  }

  /** Whether entries of a manifest are stored, and summed up, as this one would do it. */
  accepts(file: AvroFile, manifest: ManifestFile): boolean {
    const { content, partitionSpecId, minSequenceNumber, partitions = [] } = manifest;
    if (content !== this.#content || partitionSpecId !== this.#spec.specId) return false;
    if (minSequenceNumber === undefined || partitions.length !== this.#partition.length) {
      return false;
    }
    const isSummed = partitions.every(({ containsNan }) => containsNan !== undefined);
    return isSummed && this.#avro.accepts(file);
  }

  /** Takes the existing entries of a manifest that it accepts, as they are stored. */
  addStored(existing: readonly AvroBlock[], manifest: ManifestFile): void {
    for (const block of existing) this.#avro.appendBlock(block);
    for (const [index, summary] of (manifest.partitions ?? []).entries()) {
      this.#summaries[index]?.addSummary(summary);
    }
    this.#fileCounts.existing += manifest.existingFilesCount;
    this.#rowCounts.existing += manifest.existingRowsCount;
    this.#addSequenceNumber(manifest.minSequenceNumber);
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

  #addSequenceNumber(sequenceNumber: bigint | undefined): void {
    const min = this.#minSequenceNumber;
    if (sequenceNumber === undefined || (min !== undefined && sequenceNumber >= min)) return;
    this.#minSequenceNumber = sequenceNumber;
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
