import { openAvroFile } from "../codec/avro/avro-container.ts";
import { AvroRecord, type RecordField } from "../codec/avro/avro-record.ts";
import { type AvroMap, type AvroValue, isAvroList, isAvroMap } from "../codec/avro/avro-value.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { DATA_FILE_CONTENTS, type DataFile } from "../spec/data-file.ts";
import { ENTRY_STATUSES, type ManifestEntry } from "../spec/manifest-entry.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import type { PrimitiveValue } from "../spec/value.ts";

/** What a manifest's entries take from its entry of the manifest list. */
export type ManifestInheritance = Pick<
  ManifestFile,
  "manifestPath" | "partitionSpecId" | "addedSnapshotId" | "sequenceNumber"
>;

/**
 * Reads the manifest that a manifest list names; see {@link decodeManifest}. Further code:
 * `UNSUPPORTED` for one that is encrypted.
 */
export async function readManifest(
  fileIo: Pick<FileIo, "read">,
  manifest: ManifestInheritance & Pick<ManifestFile, "keyMetadata">,
  options: OperationOptions = {},
): Promise<readonly ManifestEntry[]> {
  return decodeManifest(await readManifestBytes(fileIo, manifest, options), manifest);
}

/** The file of a manifest. `UNSUPPORTED` for one that is encrypted. */
export async function readManifestBytes(
  fileIo: Pick<FileIo, "read">,
  { manifestPath, keyMetadata }: Pick<ManifestFile, "manifestPath" | "keyMetadata">,
  options: OperationOptions = {},
): Promise<Uint8Array> {
  checkPlain(manifestPath, keyMetadata);
  return fileIo.read(manifestPath, options);
}

/**
 * Decodes a manifest of format v1 or v2, whoever wrote it, with what its entries inherit filled in
 * (spec: Manifests, Sequence Number Inheritance). Partition values are of the types that the file
 * gives them, which may be narrower than those of a column that was promoted since. Codes:
 * `METADATA_INVALID`; `UNSUPPORTED` for content of later formats.
 */
export function decodeManifest(
  bytes: Uint8Array,
  manifest: ManifestInheritance,
): readonly ManifestEntry[] {
  const file = openAvroFile(bytes);
  return Array.from(file.records(), (avro) => entryFromAvro(avro, manifest));
}

/** What has key metadata is encrypted; some writers leave them empty where nothing is. */
export function checkPlain(location: string, keyMetadata: Uint8Array | undefined): void {
  if (keyMetadata === undefined || keyMetadata.length === 0) return;
  throw new IcebergError("UNSUPPORTED", `${location} is encrypted`);
}

/** An entry of a manifest from its record; see {@link decodeManifest}. */
export function entryFromAvro(avro: AvroMap, manifest: ManifestInheritance): ManifestEntry {
  const record = new AvroRecord(avro, `an entry of ${manifest.manifestPath}`);
  const status = ENTRY_STATUSES[record.int({ id: 0, name: "status" })];
  const dataFile = record.require({ id: 2, name: "data_file" });
  if (status === undefined || !isAvroMap(dataFile)) {
    throw new IcebergError(
      "METADATA_INVALID",
      `${manifest.manifestPath} has an entry of no status`,
    );
  }
  // Files of v1, whose manifests have the number 0, inherit whatever their status.
  const inherited =
    status === "added" || manifest.sequenceNumber === 0n ? manifest.sequenceNumber : undefined;
  const snapshotId =
    record.optionalLong({ id: 1, name: "snapshot_id" }) ?? manifest.addedSnapshotId;
  const sequenceNumber = record.optionalLong({ id: 3, name: "sequence_number" }) ?? inherited;
  const fileSequenceNumber =
    record.optionalLong({ id: 4, name: "file_sequence_number" }) ?? inherited;
  return {
    status,
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    ...(fileSequenceNumber === undefined ? {} : { fileSequenceNumber }),
    dataFile: dataFileFromAvro(dataFile, manifest),
  };
}

function dataFileFromAvro(avro: AvroMap, manifest: ManifestInheritance): DataFile {
  const record = new AvroRecord(avro, `a data_file of ${manifest.manifestPath}`);
  const filePath = record.string({ id: 100, name: "file_path" });
  const content = DATA_FILE_CONTENTS[record.optionalInt({ id: 134, name: "content" }) ?? 0];
  if (content === undefined) {
    throw new IcebergError("UNSUPPORTED", `the content of ${filePath} is of a later format`);
  }
  const optional = {
    columnSizes: countsOf(record, { id: 108, name: "column_sizes" }),
    valueCounts: countsOf(record, { id: 109, name: "value_counts" }),
    nullValueCounts: countsOf(record, { id: 110, name: "null_value_counts" }),
    nanValueCounts: countsOf(record, { id: 137, name: "nan_value_counts" }),
    lowerBounds: boundsOf(record, { id: 125, name: "lower_bounds" }),
    upperBounds: boundsOf(record, { id: 128, name: "upper_bounds" }),
    keyMetadata: record.optionalBytes({ id: 131, name: "key_metadata" }),
    splitOffsets: record.optionalList({ id: 132, name: "split_offsets" })?.map(Number),
    equalityIds: record.optionalList({ id: 135, name: "equality_ids" })?.map(Number),
    sortOrderId: record.optionalInt({ id: 140, name: "sort_order_id" }),
    referencedDataFile: record.optionalString({ id: 143, name: "referenced_data_file" }),
  };
  return {
    content,
    filePath,
    fileFormat: fileFormatOf(record.string({ id: 101, name: "file_format" }), filePath),
    partition: partitionOf(record.require({ id: 102, name: "partition" }), filePath),
    specId: manifest.partitionSpecId,
    recordCount: record.int({ id: 103, name: "record_count" }),
    fileSizeInBytes: record.int({ id: 104, name: "file_size_in_bytes" }),
    ...withoutUndefined(optional),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Absent fields are left out rather than undefined, as the types of stored data have it. */
function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

function fileFormatOf(name: string, filePath: string): DataFile["fileFormat"] {
  const format = name.toUpperCase();
  if (format === "PARQUET" || format === "AVRO" || format === "ORC") return format;
  throw new IcebergError("UNSUPPORTED", `${filePath} is of the format ${name}`);
}

function countsOf(record: AvroRecord, field: RecordField): ReadonlyMap<number, number> | undefined {
  const map = record.optionalMap(field);
  if (map === undefined) return undefined;
  return new Map(Array.from(map, ([fieldId, count]) => [Number(fieldId), Number(count)]));
}

function boundsOf(
  record: AvroRecord,
  field: RecordField,
): ReadonlyMap<number, Uint8Array> | undefined {
  const map = record.optionalMap(field);
  if (map === undefined) return undefined;
  const bounds = new Map<number, Uint8Array>();
  for (const [fieldId, bound] of map) {
    // A copy: a view would keep the whole block of the file in memory.
    if (bound instanceof Uint8Array) bounds.set(Number(fieldId), Uint8Array.from(bound));
  }
  return bounds;
}

/** Values stand in the order of the record's fields, which is that of the spec. */
function partitionOf(avro: AvroValue, filePath: string): readonly (PrimitiveValue | null)[] {
  if (isAvroMap(avro)) {
    const values = [...avro.values()];
    if (values.every(isPartitionValue)) {
      return values.map((value) => (value instanceof Uint8Array ? Uint8Array.from(value) : value));
    }
  }
  throw new IcebergError("METADATA_INVALID", `the partition of ${filePath} is no tuple of values`);
}

function isPartitionValue(value: AvroValue): value is PrimitiveValue | null {
  return !isAvroList(value) && !isAvroMap(value);
}
