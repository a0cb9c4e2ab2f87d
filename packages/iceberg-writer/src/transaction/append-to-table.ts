import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { commitSnapshot } from "./commit-snapshot.ts";
import { givenFilesOf, stageAppend } from "./stage-append.ts";
import type { AppendRequest } from "./staged-append.ts";
import { effectsOf } from "./transaction-components.ts";
import type { TransactionComponents } from "./transaction-components.ts";

/** What is appended, and to which table. */
export interface AppendToTableOptions {
  readonly catalog: Catalog;
  /** The base of the first attempt; later ones load the table anew. */
  readonly table: CatalogTable;
  readonly request: AppendRequest;
  /** Where the append is known to have failed; without it the request's files stay the caller's. */
  readonly deleteDataFilesOnFailure?: boolean | undefined;
  readonly components?: TransactionComponents | undefined;
}

/**
 * Appends in one snapshot, trying again as the table's `commit.retry.*` properties say, always
 * with the same snapshot id. A commit without an answer is settled by reading the table
 * (`commit.status-check.*`). What the append wrote is deleted after an error only where it is known
 * not to be in the table.
 *
 * Errors: `COMMIT_RETRIES_EXHAUSTED`; `COMMIT_STATE_UNKNOWN`: the rows may be in the table, or may
 * come to be, so nothing may be deleted; those of {@link stageAppend} and of the attempt.
 */
export async function appendToTable(
  options: AppendToTableOptions,
  operation: OperationOptions = {},
): Promise<CatalogTable> {
  const { catalog, table, request, components, deleteDataFilesOnFailure } = options;
  return commitSnapshot(
    {
      catalog,
      table,
      effects: effectsOf(components),
      doing: "append to",
      stage: () => stageAppend(options, operation),
      ...(deleteDataFilesOnFailure === true ? { deletedOnFailure: givenFilesOf(request) } : {}),
    },
    operation,
  );
}
