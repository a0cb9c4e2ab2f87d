import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { PartitionSpec } from "../spec/partition-spec.ts";
import type { Schema } from "../spec/schema.ts";
import type { SortOrder } from "../spec/sort-order.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { checkRequirement } from "../spec/table-requirement.ts";
import type { TableRequirement } from "../spec/table-requirement.ts";
import type { TableUpdate } from "../spec/table-update.ts";
import type { TableIdentifier } from "./table-identifier.ts";

/** A table as a catalog hands it out. */
export interface CatalogTable {
  readonly identifier: TableIdentifier;
  readonly metadata: TableMetadata;
  /** Where `metadata` is stored; absent for catalogs that do not say. */
  readonly metadataLocation?: string;
  /** Serves the table's files; owned by the catalog. */
  readonly fileIo: FileIo;
}

/** The one way in which a table changes. */
export interface TableCommit {
  readonly requirements: readonly TableRequirement[];
  readonly updates: readonly TableUpdate[];
}

/**
 * What became of a commit. `unknown` is settled by reading back, never by sending it again blindly.
 */
export type CommitOutcome =
  | { readonly kind: "committed"; readonly table: CatalogTable }
  /**
   * A requirement does not hold, or another writer won. Nothing of this commit was or will be
   * applied.
   */
  | { readonly kind: "conflict"; readonly reason: string }
  /** The swap may or may not have happened, or may still happen. */
  | { readonly kind: "unknown"; readonly cause: unknown };

/**
 * What a new table is made of. Field ids are assigned anew, from 1, as every Iceberg catalog does.
 */
export interface CreateTableRequest {
  readonly schema: Schema;
  readonly partitionSpec?: PartitionSpec | undefined;
  readonly sortOrder?: SortOrder | undefined;
  readonly location?: string | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/**
 * Where tables live, and the only way to change one.
 *
 * Errors: `TABLE_NOT_FOUND`, `TABLE_ALREADY_EXISTS`, `NAMESPACE_NOT_FOUND`, `METADATA_INVALID`,
 * `CATALOG_UNAVAILABLE` (retryable), `CATALOG_UNAUTHORIZED`, and those of {@link FileIo}.
 */
export interface Catalog extends AsyncDisposable {
  readonly kind: "memory" | "hadoop" | "rest" | "sql";
  /**
   * What a commit is compared with. `version`: it can only follow the very metadata it was made
   * for, so once another version follows that one it has failed for good. `requirements`: it
   * applies, even late, wherever its requirements hold.
   */
  readonly commitGuard: "version" | "requirements";
  loadTable(identifier: TableIdentifier, options?: OperationOptions): Promise<CatalogTable>;
  tableExists(identifier: TableIdentifier, options?: OperationOptions): Promise<boolean>;
  createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
    options?: OperationOptions,
  ): Promise<CatalogTable>;
  /**
   * Never throws for what happened to the commit itself: that is the outcome. It throws where
   * nothing was sent or the commit is known to be refused for good. An abort while the answer is
   * awaited is `unknown`.
   */
  commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options?: OperationOptions,
  ): Promise<CommitOutcome>;
  /** Removes the table from the catalog; its files stay unless `purge`. */
  dropTable(
    identifier: TableIdentifier,
    options?: OperationOptions & { readonly purge?: boolean | undefined },
  ): Promise<void>;
  listTables(
    namespace: readonly string[],
    options?: OperationOptions,
  ): Promise<readonly TableIdentifier[]>;
  /** No error when it exists. */
  ensureNamespace(namespace: readonly string[], options?: OperationOptions): Promise<void>;
}

/** Why a commit does not apply to this metadata: its first requirement that does not hold. */
export function findViolation(base: TableMetadata, commit: TableCommit): string | undefined {
  for (const requirement of commit.requirements) {
    const reason = checkRequirement(base, requirement);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
