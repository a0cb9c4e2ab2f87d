import type { NestedField } from "./type.ts";

/** What a manifest list tells of one partition field over a manifest (spec: `field_summary`). */
export interface FieldSummary {
  readonly containsNull: boolean;
  readonly containsNan?: boolean;
  readonly lowerBound?: Uint8Array;
  readonly upperBound?: Uint8Array;
}

/** An entry of a manifest list (spec: Manifest Lists). */
export interface ManifestFile {
  readonly manifestPath: string;
  readonly manifestLength: number;
  readonly partitionSpecId: number;
  readonly content: "data" | "deletes";
  /** Assigned at commit for a manifest of this commit: absent until then. */
  readonly sequenceNumber?: bigint;
  /** Of the live entries; absent where it will be that of the commit. */
  readonly minSequenceNumber?: bigint;
  /** Absent until the commit for a manifest that was written before its snapshot was known. */
  readonly addedSnapshotId?: bigint;
  readonly addedFilesCount: number;
  readonly existingFilesCount: number;
  readonly deletedFilesCount: number;
  readonly addedRowsCount: number;
  readonly existingRowsCount: number;
  readonly deletedRowsCount: number;
  /** One per field of the spec, in its order. */
  readonly partitions?: readonly FieldSummary[];
  readonly keyMetadata?: Uint8Array;
}

/**
 * Whether a manifest has a file that is part of the data. One that has none tells only of what the
 * snapshot that it was written for has deleted, and is no part of later ones.
 */
export function hasLiveFiles(manifest: ManifestFile): boolean {
  return manifest.addedFilesCount + manifest.existingFilesCount > 0;
}

const FIELD_SUMMARY: readonly NestedField[] = [
  { id: 509, name: "contains_null", required: true, type: { kind: "boolean" } },
  { id: 518, name: "contains_nan", required: false, type: { kind: "boolean" } },
  { id: 510, name: "lower_bound", required: false, type: { kind: "binary" } },
  { id: 511, name: "upper_bound", required: false, type: { kind: "binary" } },
];

/** The columns of a manifest list in format v2 (spec: Manifest Lists). */
export const MANIFEST_LIST_FIELDS: readonly NestedField[] = [
  { id: 500, name: "manifest_path", required: true, type: { kind: "string" } },
  { id: 501, name: "manifest_length", required: true, type: { kind: "long" } },
  { id: 502, name: "partition_spec_id", required: true, type: { kind: "int" } },
  { id: 517, name: "content", required: true, type: { kind: "int" } },
  { id: 515, name: "sequence_number", required: true, type: { kind: "long" } },
  { id: 516, name: "min_sequence_number", required: true, type: { kind: "long" } },
  { id: 503, name: "added_snapshot_id", required: true, type: { kind: "long" } },
  { id: 504, name: "added_files_count", required: true, type: { kind: "int" } },
  { id: 505, name: "existing_files_count", required: true, type: { kind: "int" } },
  { id: 506, name: "deleted_files_count", required: true, type: { kind: "int" } },
  { id: 512, name: "added_rows_count", required: true, type: { kind: "long" } },
  { id: 513, name: "existing_rows_count", required: true, type: { kind: "long" } },
  { id: 514, name: "deleted_rows_count", required: true, type: { kind: "long" } },
  {
    id: 507,
    name: "partitions",
    required: false,
    type: {
      kind: "list",
      elementId: 508,
      elementRequired: true,
      element: { kind: "struct", fields: FIELD_SUMMARY },
    },
  },
  { id: 519, name: "key_metadata", required: false, type: { kind: "binary" } },
];
