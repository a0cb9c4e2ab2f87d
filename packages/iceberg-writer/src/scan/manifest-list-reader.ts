import { openAvroFile } from "../codec/avro/avro-container.ts";
import { AvroRecord } from "../codec/avro/avro-record.ts";
import { type AvroMap, isAvroMap } from "../codec/avro/avro-value.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { FieldSummary, ManifestFile } from "../spec/manifest-file.ts";

/** Reads the manifest list at a location; see {@link decodeManifestList}. */
export async function readManifestList(
  fileIo: Pick<FileIo, "read">,
  location: string,
  options: OperationOptions = {},
): Promise<readonly ManifestFile[]> {
  return decodeManifestList(await fileIo.read(location, options));
}

/**
 * Decodes a manifest list of format v1 or v2, whoever wrote it (spec: Manifest Lists). Codes:
 * `METADATA_INVALID`; `UNSUPPORTED` for lists of old v1 writers that leave out the counts.
 */
export function decodeManifestList(bytes: Uint8Array): readonly ManifestFile[] {
  return Array.from(openAvroFile(bytes).records(), manifestFromAvro);
}

function manifestFromAvro(avro: AvroMap): ManifestFile {
  const record = new AvroRecord(avro, "a manifest list's entry");
  const manifestPath = record.string({ id: 500, name: "manifest_path" });
  const count = (id: number, name: string): number => {
    const value = record.optionalInt({ id, name });
    if (value !== undefined) return value;
    throw new IcebergError("UNSUPPORTED", `manifest ${manifestPath} is listed without its ${name}`);
  };
  const addedSnapshotId = record.optionalLong({ id: 503, name: "added_snapshot_id" });
  const partitions = record.optionalList({ id: 507, name: "partitions" });
  const keyMetadata = record.optionalBytes({ id: 519, name: "key_metadata" });
  return {
    manifestPath,
    manifestLength: record.int({ id: 501, name: "manifest_length" }),
    partitionSpecId: record.int({ id: 502, name: "partition_spec_id" }),
    content: contentOf(record.optionalInt({ id: 517, name: "content" }) ?? 0, manifestPath),
    // Lists of v1 have no sequence numbers: 0 stands for all of them.
    sequenceNumber: record.optionalLong({ id: 515, name: "sequence_number" }) ?? 0n,
    minSequenceNumber: record.optionalLong({ id: 516, name: "min_sequence_number" }) ?? 0n,
    ...(addedSnapshotId === undefined ? {} : { addedSnapshotId }),
    addedFilesCount: count(504, "added_files_count"),
    existingFilesCount: count(505, "existing_files_count"),
    deletedFilesCount: count(506, "deleted_files_count"),
    addedRowsCount: count(512, "added_rows_count"),
    existingRowsCount: count(513, "existing_rows_count"),
    deletedRowsCount: count(514, "deleted_rows_count"),
    ...(partitions === undefined
      ? {}
      : { partitions: partitions.filter(isAvroMap).map(summaryOf) }),
    ...(keyMetadata === undefined ? {} : { keyMetadata }),
  };
}

function contentOf(code: number, manifestPath: string): ManifestFile["content"] {
  if (code === 0) return "data";
  if (code === 1) return "deletes";
  throw new IcebergError("UNSUPPORTED", `manifest ${manifestPath} has the content ${code}`);
}

function summaryOf(avro: AvroMap): FieldSummary {
  const record = new AvroRecord(avro, "a partition field's summary");
  const containsNan = record.optionalBoolean({ id: 518, name: "contains_nan" });
  const lowerBound = record.optionalBytes({ id: 510, name: "lower_bound" });
  const upperBound = record.optionalBytes({ id: 511, name: "upper_bound" });
  return {
    containsNull: record.optionalBoolean({ id: 509, name: "contains_null" }) ?? true,
    ...(containsNan === undefined ? {} : { containsNan }),
    ...(lowerBound === undefined ? {} : { lowerBound }),
    ...(upperBound === undefined ? {} : { upperBound }),
  };
}
