import type { OperationOptions } from "../../io/file-io.ts";

/** A row of a query by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** A value of a statement; all columns of a catalog are text. */
export type SqlValue = string | null;

/** What became of a statement that changes rows. */
export type SqlChange =
  | { readonly kind: "done"; readonly changedRows: number }
  /** The connection was lost before the answer came: it may be done, or be done later. */
  | { readonly kind: "unknown"; readonly cause: unknown };

/**
 * A database as a catalog needs it: single statements, each of them a transaction. In statements
 * `?` stands for the next value.
 *
 * Errors: `CATALOG_UNAVAILABLE` (retryable) where nothing was done, `CATALOG_UNAUTHORIZED`,
 * `METADATA_INVALID` where the database refuses the statement.
 */
export interface SqlDatabase extends AsyncDisposable {
  query(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<readonly SqlRow[]>;
  change(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<SqlChange>;
}
