import type { CatalogTable } from "../catalog/catalog.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { ManifestFile } from "../spec/manifest-file.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";

/** What a caller adds to one attempt, made from the base that the attempt asserts. */
export interface AttemptAdditions {
  /** Entries of the snapshot's summary; they may not replace the standard counters. */
  readonly summary?: Readonly<Record<string, string>> | undefined;
  readonly setProperties?: Readonly<Record<string, string>> | undefined;
  readonly removeProperties?: readonly string[] | undefined;
  readonly upgradeFormatVersion?: 2 | undefined;
}

/**
 * What one snapshot adds: files, manifests that were written before, deletes of rows, or nothing
 * (an empty append).
 */
export interface AppendRequest {
  readonly dataFiles?: readonly DataFile[] | undefined;
  /** Data manifests whose entries are all added and inherit snapshot id and sequence number. */
  readonly manifests?: readonly ManifestFile[] | undefined;
  /**
   * Position-delete files. They hold for the snapshot that their data files are of: `prepare` has
   * to refuse any other base. The snapshot's operation is `delete` where it adds nothing else,
   * `overwrite` where it does.
   */
  readonly deleteFiles?: readonly DataFile[] | undefined;
  /** The id of the snapshot, the same for every attempt; drawn at random when absent. */
  readonly snapshotId?: bigint | undefined;
  /**
   * Runs on EVERY attempt, on the metadata that this attempt asserts, before anything is sent.
   * What it throws ends the attempt and is thrown on.
   */
  readonly prepare?:
    | ((base: TableMetadata) => AttemptAdditions | Promise<AttemptAdditions>)
    | undefined;
}

/** What became of one attempt. */
export type AttemptOutcome =
  | { readonly kind: "committed"; readonly table: CatalogTable }
  /** Known not to be applied; the next attempt needs a fresh base. */
  | { readonly kind: "conflict"; readonly reason: string }
  /**
   * May have been applied, or may be later. Settle it with {@link settleAttempt} before anything
   * else.
   */
  | { readonly kind: "unknown"; readonly cause: unknown };

/** How to give up an append. */
export interface DiscardOptions extends OperationOptions {
  /** Leaves the request's own data files and manifests, and deletes only what the append wrote. */
  readonly keepDataFiles?: boolean | undefined;
}

/**
 * An append whose data manifests are written, and which can be tried as often as needed: each
 * attempt writes a new manifest list on the parent that it asserts, with the same snapshot id.
 */
export interface StagedAppend {
  readonly snapshotId: bigint;
  /**
   * Asserts uuid, `main`, schema id and spec id of `base`; merges small manifests as its properties
   * say. An error means that nothing was sent or that the catalog refused it for good: it is not
   * applied.
   *
   * Errors: `SNAPSHOT_ALREADY_EXISTS` where the base knows the snapshot id (context `place`),
   * `TABLE_NOT_FOUND` where it is another table, `UNSUPPORTED` for format version 1 without an
   * upgrade, and those of catalog and storage.
   */
  attempt(base: CatalogTable, options?: OperationOptions): Promise<AttemptOutcome>;
  /**
   * Deletes what attempts wrote that the committed one does not use. {@link attempt} does it when
   * it answers `committed`; to be called where a later look found the snapshot in the table. Best
   * effort.
   */
  clean(metadata: TableMetadata, options?: OperationOptions): Promise<void>;
  /**
   * Deletes the staged data files and manifests. Only for an append that is KNOWN to have failed
   * and of which no attempt was ever `unknown`; otherwise it throws `COMMIT_STATE_UNKNOWN`.
   */
  discard(options?: DiscardOptions): Promise<void>;
}
