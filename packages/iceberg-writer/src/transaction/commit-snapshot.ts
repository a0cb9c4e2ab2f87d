import type { Catalog, CatalogTable } from "../catalog/catalog.ts";
import { identifierToString } from "../catalog/table-identifier.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { commitRetryPolicy, startRetry, statusCheckPolicy } from "./commit-retry.ts";
import { locateSnapshot } from "./locate-snapshot.ts";
import { settleAttempt } from "./settle-attempt.ts";
import type { AttemptState } from "./settle-attempt.ts";
import type { AttemptOutcome, StagedAppend } from "./staged-append.ts";
import type { TransactionEffects } from "./transaction-components.ts";

/** A snapshot that comes into the table whatever it takes. */
export interface SnapshotCommit {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  /** Whether the first attempt loads the table anew too, as later ones do. */
  readonly isTableOld?: boolean;
  readonly effects: TransactionEffects;
  /** Completes "cannot …" in messages. */
  readonly doing: string;
  readonly stage: () => Promise<StagedAppend>;
  /** The caller's own files that go where the commit is known to have failed; else they stay. */
  readonly deletedOnFailure?: readonly string[];
}

/**
 * Stages a snapshot and tries it as the table's `commit.retry.*` properties say, always with the
 * same id. A commit without an answer is settled by reading the table (`commit.status-check.*`).
 * What was written for it is deleted after an error only where it is known not to be in the table.
 *
 * Errors: `COMMIT_RETRIES_EXHAUSTED`, `COMMIT_STATE_UNKNOWN`, and those of staging and of the
 * attempts.
 */
export async function commitSnapshot(
  commit: SnapshotCommit,
  operation: OperationOptions,
): Promise<CatalogTable> {
  const { table, deletedOnFailure } = commit;
  const staged = await commit.stage().catch(async (error: unknown) => {
    for (const location of deletedOnFailure ?? []) {
      // What stays is an orphan, no damage; the error that led here is the one to tell.
      await table.fileIo.delete(location).catch(() => undefined);
    }
    throw error;
  });
  const loop = new CommitLoop(commit, staged);
  try {
    return await loop.run(operation);
  } catch (error) {
    if (await loop.isKnownFailed()) {
      await staged.discard({ keepDataFiles: deletedOnFailure === undefined });
    }
    throw error;
  }
}

class CommitLoop {
  readonly #commit: SnapshotCommit;
  readonly #staged: StagedAppend;
  readonly #rejectedBases: CatalogTable[] = [];
  #mayBeApplied = false;

  constructor(commit: SnapshotCommit, staged: StagedAppend) {
    this.#commit = commit;
    this.#staged = staged;
  }

  async run(operation: OperationOptions): Promise<CatalogTable> {
    const { table: given, isTableOld = false, effects } = this.#commit;
    const retry = startRetry(commitRetryPolicy(given.metadata.properties), effects);
    let base: CatalogTable | undefined = isTableOld ? undefined : given;
    let failure: unknown;
    do {
      try {
        base ??= await this.#load(operation);
        // An earlier attempt may have been applied although its answer said otherwise.
        if (locateSnapshot(base.metadata, this.#staged.snapshotId) === "in-main") {
          return await this.#finished(base, operation);
        }
        const outcome = await this.#staged.attempt(base, operation);
        if (outcome.kind === "committed") return outcome.table;
        failure = outcome.kind === "conflict" ? outcome.reason : outcome.cause;
        if (outcome.kind === "conflict") {
          this.#rejectedBases.push(base);
        } else {
          const table = await this.#settle(base, outcome, operation);
          if (table !== undefined) return table;
        }
      } catch (error) {
        if (!(error instanceof IcebergError) || !error.retryable) {
          this.#mayBeApplied ||=
            error instanceof IcebergError && error.code === "SNAPSHOT_ALREADY_EXISTS";
          throw error;
        }
        failure = error;
      }
      base = undefined;
    } while (await retry.next(operation));
    throw this.#exhausted(failure);
  }

  /**
   * A rejection alone is no proof: what stands between us and the catalog may have sent an attempt
   * twice. The table must show that none of them was applied.
   */
  async isKnownFailed(): Promise<boolean> {
    if (this.#mayBeApplied) return false;
    if (this.#rejectedBases.length === 0) return true;
    const { commitGuard } = this.#commit.catalog;
    const { snapshotId } = this.#staged;
    try {
      const current = await this.#load({});
      return this.#rejectedBases.every(
        (base) => settleAttempt(commitGuard, { base, snapshotId }, current) === "failed",
      );
    } catch {
      return false;
    }
  }

  /** The table where the attempt is in it; undefined where the same append may be tried again. */
  async #settle(
    base: CatalogTable,
    outcome: Extract<AttemptOutcome, { kind: "unknown" }>,
    operation: OperationOptions,
  ): Promise<CatalogTable | undefined> {
    this.#mayBeApplied = true;
    const retry = startRetry(statusCheckPolicy(base.metadata.properties), this.#commit.effects);
    const attempt = { base, snapshotId: this.#staged.snapshotId };
    let state: AttemptState = "undecided";
    do {
      try {
        const current = await this.#load(operation);
        state = settleAttempt(this.#commit.catalog.commitGuard, attempt, current);
        if (state === "committed") return await this.#finished(current, operation);
        if (state === "failed") return undefined;
        if (state !== "pending") break;
      } catch (error) {
        if (!(error instanceof IcebergError) || !error.retryable) throw this.#unknown(error);
      }
    } while (await retry.next(operation));
    // Still pending: sent again with the same id on the same parent, one of the two can land.
    if (state === "pending") return undefined;
    throw this.#unknown(outcome.cause, state);
  }

  async #finished(table: CatalogTable, operation: OperationOptions): Promise<CatalogTable> {
    await this.#staged.clean(table.metadata, operation);
    return table;
  }

  #load(operation: OperationOptions): Promise<CatalogTable> {
    return this.#commit.catalog.loadTable(this.#commit.table.identifier, operation);
  }

  #exhausted(failure: unknown): IcebergError {
    if (this.#mayBeApplied) return this.#unknown(failure);
    const { doing, table } = this.#commit;
    const told = failure instanceof Error ? failure.message : String(failure);
    return new IcebergError(
      "COMMIT_RETRIES_EXHAUSTED",
      `cannot ${doing} ${identifierToString(table.identifier)}: no attempt of ` +
        `commit.retry.num-retries got through (${told})`,
      { cause: failure, retryable: true },
    );
  }

  #unknown(cause: unknown, state: AttemptState = "undecided"): IcebergError {
    const name = identifierToString(this.#commit.table.identifier);
    const { snapshotId } = this.#staged;
    return new IcebergError(
      "COMMIT_STATE_UNKNOWN",
      `cannot tell whether snapshot ${snapshotId} was committed to ${name}: ` +
        (state === "burnt" ? "it is known but not in main" : "the catalog gave no clear answer"),
      { cause, context: { snapshotId, state } },
    );
  }
}
