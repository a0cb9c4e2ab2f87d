import type { CatalogTable, DataFile } from "@salon/iceberg-writer";
import type { RecordChunk } from "@salon/kafka-io";
import type { TableBinding } from "../mapping/table-binding.ts";
import type { ChunkFacts } from "./chunk-facts.ts";
import type { RecordForm } from "./record-decoder.ts";

/** A table that rows are written for, as it was when its unit was opened. */
type WrittenTable = Pick<CatalogTable, "metadata" | "fileIo">;

/** What a unit is written with. */
export interface UnitForm {
  /** Dead letters name the snapshot that decides them. */
  readonly snapshotId: bigint;
  readonly table: WrittenTable;
  readonly binding: TableBinding;
  /** Absent: an invalid record is an error. */
  readonly deadLetters?:
    | {
        readonly table: WrittenTable;
        /** Whether the table has a column for headers. */
        readonly hasHeaders: boolean;
      }
    | undefined;
  /** Bytes of rows that the unit's writers may hold. */
  readonly memoryLimitBytes: number;
}

/** What a chunk came to. */
export interface EncodedChunk {
  readonly rows: number;
  readonly dead: number;
  readonly facts: ChunkFacts;
  /** Time of decoding and checking, and of writing rows. */
  readonly decodeMs: number;
  readonly writeMs: number;
}

/** The files of a unit. */
export interface EncodedUnit {
  readonly dataFiles: readonly DataFile[];
  /** Of the table of dead letters. */
  readonly deadLetterFiles: readonly DataFile[];
}

/** Writes the rows and dead letters of one unit. */
export interface UnitEncoder extends AsyncDisposable {
  /** Estimated bytes of Parquet so far. */
  readonly estimatedBytes: number;
  /** Bytes of memory that chunks and rows take which are not stored yet. */
  readonly bufferedBytes: number;
  /**
   * Decodes a chunk and writes its records; `INVALID_RECORD` where they may not become dead
   * letters. What the chunk holds is the encoder's from here on. Answers come in the order of the
   * calls. After an error nothing can come of the unit but to dispose it.
   */
  write(chunk: RecordChunk, processedAtMs: number): Promise<EncodedChunk>;
  /** Stores all rows, and answers the files. Without it, disposal deletes what was written. */
  close(): Promise<EncodedUnit>;
}

/** Decode chunks and encode their rows as data files, in this thread or in others. */
export interface Encoders extends AsyncDisposable {
  openUnit(form: UnitForm): UnitEncoder;
  /**
   * Resolves when there is room for another chunk beside those that are being written. Absent where
   * one is written after the other.
   */
  readonly room?: () => Promise<void>;
}

/** Begins encoders; throws RULES_INVALID, and TIME_ZONE_UNKNOWN for an unknown zone. */
export type OpenEncoders = (form: RecordForm) => Encoders;
