import type { TableMetadata } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import type { EncodedChunk, EncodedUnit, UnitForm } from "./encoders.ts";
import type { PortableError } from "./portable-error.ts";

/** A unit's form without what serves files, which stays in the main thread. */
export interface PortableUnit extends Pick<
  UnitForm,
  "snapshotId" | "binding" | "memoryLimitBytes"
> {
  readonly metadata: TableMetadata;
  readonly deadLetters?:
    | { readonly metadata: TableMetadata; readonly hasHeaders: boolean }
    | undefined;
}

/** Which table a file is of. */
export type FileTable = "rows" | "dead-letters";

/** A step of writing a file, in the main thread. */
export type FileStep =
  | { readonly kind: "open"; readonly table: FileTable; readonly location: string }
  | { readonly kind: "write"; readonly bytes: Uint8Array }
  | { readonly kind: "close" };

/** What a thread is told. `callId` is answered. */
export type ThreadRequest =
  | {
      readonly kind: "write-chunk";
      readonly callId: number;
      readonly unitId: number;
      /** With the first chunk of it that this thread gets. */
      readonly unit?: PortableUnit | undefined;
      readonly chunk: RecordChunk;
      readonly processedAtMs: number;
    }
  | { readonly kind: "close-unit"; readonly callId: number; readonly unitId: number }
  /** Given up: the thread has no part in what becomes of its files. */
  | { readonly kind: "forget-unit"; readonly unitId: number }
  /** Nothing more is asked. */
  | { readonly kind: "end" }
  | {
      readonly kind: "file-step-done";
      readonly callId: number;
      readonly error?: PortableError | undefined;
    };

/** What a thread answers, and what it wants done with files. */
export type ThreadAnswer =
  | {
      readonly kind: "chunk-written";
      readonly callId: number;
      readonly encoded: EncodedChunk;
      /** The chunk's, which goes back. */
      readonly memory: ArrayBufferLike;
      /** Of the unit's part that is this thread's. */
      readonly estimatedBytes: number;
      readonly bufferedBytes: number;
    }
  | { readonly kind: "unit-closed"; readonly callId: number; readonly encoded: EncodedUnit }
  | { readonly kind: "failed"; readonly callId: number; readonly error: PortableError }
  | {
      readonly kind: "file-step";
      readonly callId: number;
      readonly unitId: number;
      readonly fileId: number;
      readonly step: FileStep;
    };

/** What a thread needs to know of a table: history is most of the metadata of long-lived ones. */
export function writtenMetadata(metadata: TableMetadata): TableMetadata {
  const { currentSnapshotId: _, unknownFields: __, ...rest } = metadata;
  return { ...rest, refs: {}, snapshots: [], snapshotLog: [], metadataLog: [] };
}
