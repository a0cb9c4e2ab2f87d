import { type DataFile, dataFileFields } from "./data-file.ts";
import type { NestedField } from "./type.ts";

/** A file and what happened to it (spec: Manifest Entry Fields). */
export interface ManifestEntry {
  readonly status: "existing" | "added" | "deleted";
  /** Absent: inherited from the manifest. */
  readonly snapshotId?: bigint;
  /**
   * Data sequence number; absent only where it is inherited (spec: Sequence Number Inheritance).
   */
  readonly sequenceNumber?: bigint;
  readonly fileSequenceNumber?: bigint;
  readonly dataFile: DataFile;
}

/** The codes of `status` (spec: Manifest Entry Fields, 0), in their order. */
export const ENTRY_STATUSES: readonly ManifestEntry["status"][] = ["existing", "added", "deleted"];

/** The columns of a manifest in format v2 for a partition type (spec: Manifest Entry Fields). */
export function manifestEntryFields(partition: readonly NestedField[]): readonly NestedField[] {
  return [
    { id: 0, name: "status", required: true, type: { kind: "int" } },
    { id: 1, name: "snapshot_id", required: false, type: { kind: "long" } },
    { id: 3, name: "sequence_number", required: false, type: { kind: "long" } },
    { id: 4, name: "file_sequence_number", required: false, type: { kind: "long" } },
    {
      id: 2,
      name: "data_file",
      required: true,
      type: { kind: "struct", fields: dataFileFields(partition) },
    },
  ];
}

/** Whether the file is part of the snapshot's data. */
export function isLive(entry: ManifestEntry): boolean {
  return entry.status !== "deleted";
}
