import type { Catalog, CatalogTable, TableCommit } from "../catalog/catalog.ts";
import { identifierToString } from "../catalog/table-identifier.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { commitRetryPolicy, startRetry, statusCheckPolicy } from "./commit-retry.ts";
import type { TransactionEffects } from "./transaction-components.ts";

/** A change that can be made anew from any base, and seen in the table once it is made. */
export interface RepeatableCommit {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  readonly effects: TransactionEffects;
  /** Completes "cannot …" in messages. */
  readonly doing: string;
  /** Undefined where nothing is to be done. */
  readonly make: (base: TableMetadata) => TableCommit | undefined;
  /** Whether the table shows the change; it settles a commit without an answer. */
  readonly isApplied: (current: TableMetadata) => boolean;
}

/**
 * Commits a change that carries no files, trying again as the table's `commit.retry.*` properties
 * say. Never for an append: that is recognised by its snapshot alone.
 *
 * Errors: `COMMIT_RETRIES_EXHAUSTED`, `COMMIT_STATE_UNKNOWN`, `TABLE_NOT_FOUND`, and those of the
 * catalog that do not pass.
 */
export async function commitWithRetry(
  change: RepeatableCommit,
  operation: OperationOptions = {},
): Promise<CatalogTable> {
  const { catalog, table, effects, doing } = change;
  const retry = startRetry(commitRetryPolicy(table.metadata.properties), effects);
  let base: CatalogTable | undefined = table;
  let failure: unknown;
  do {
    try {
      base ??= await catalog.loadTable(table.identifier, operation);
      checkSameTable(table, base);
      const commit = change.make(base.metadata);
      if (commit === undefined) return base;
      const outcome = await catalog.commitTable(base, commit, operation);
      if (outcome.kind === "committed") return outcome.table;
      if (outcome.kind === "unknown") return await settle(change, outcome.cause, operation);
      failure = outcome.reason;
    } catch (error) {
      if (!(error instanceof IcebergError) || !error.retryable) throw error;
      failure = error;
    }
    base = undefined;
  } while (await retry.next(operation));
  const told = failure instanceof Error ? failure.message : String(failure);
  throw new IcebergError(
    "COMMIT_RETRIES_EXHAUSTED",
    `cannot ${doing} of ${identifierToString(table.identifier)}: no attempt got through (${told})`,
    { cause: failure, retryable: true },
  );
}

/** Only an applied change is certain: one that is not there yet may still land. */
async function settle(
  change: RepeatableCommit,
  cause: unknown,
  operation: OperationOptions,
): Promise<CatalogTable> {
  const { catalog, table, effects, doing } = change;
  const retry = startRetry(statusCheckPolicy(table.metadata.properties), effects);
  do {
    try {
      const current = await catalog.loadTable(table.identifier, operation);
      checkSameTable(table, current);
      if (change.isApplied(current.metadata)) return current;
    } catch (error) {
      if (!(error instanceof IcebergError) || !error.retryable) throw error;
    }
  } while (await retry.next(operation));
  throw new IcebergError(
    "COMMIT_STATE_UNKNOWN",
    `cannot ${doing} of ${identifierToString(table.identifier)}: the catalog gave no answer, ` +
      "and the change may still be applied",
    { cause },
  );
}

function checkSameTable(table: CatalogTable, current: CatalogTable): void {
  if (current.metadata.tableUuid === table.metadata.tableUuid) return;
  throw new IcebergError(
    "TABLE_NOT_FOUND",
    `table ${identifierToString(table.identifier)} was replaced by another one`,
    { context: { expected: table.metadata.tableUuid, found: current.metadata.tableUuid } },
  );
}
