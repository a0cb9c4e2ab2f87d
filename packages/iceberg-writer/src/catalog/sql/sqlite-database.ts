import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";

import { IcebergError } from "../../iceberg-error.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import type { SqlChange, SqlDatabase, SqlRow, SqlValue } from "./sql-database.ts";

const IN_MEMORY = ":memory:";
/** SQLite's primary result codes (sqlite.org: Result and Error Codes). */
const BUSY = 5;
const LOCKED = 6;
const RETRYABLE = [BUSY, LOCKED];
const IO_ERROR = 10;
const FULL = 13;
/** How long another process may hold the database. */
const BUSY_TIMEOUT_MS = 30_000;
const BUSY_PAUSE_MS = 10;

/**
 * Opens a file of SQLite through `node:sqlite`, and makes it, and its folder, where they are
 * missing. Several processes may have it open; a statement waits for theirs without holding up the
 * event loop.
 *
 * Errors: `CATALOG_UNAVAILABLE` for a file that cannot be opened.
 */
export async function openSqliteDatabase(path: string): Promise<SqlDatabase> {
  const { DatabaseSync } = await import("node:sqlite");
  try {
    if (path !== IN_MEMORY) mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: 0 });
    return new SqliteDatabase(database, path);
  } catch (cause) {
    throw sqliteError(cause, path);
  }
}

class SqliteDatabase implements SqlDatabase {
  readonly #database: DatabaseSync;
  readonly #path: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  query(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<readonly SqlRow[]> {
    return this.#whenFree(() => this.#database.prepare(statement).all(...values), options);
  }

  async change(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<SqlChange> {
    try {
      const { changes } = await this.#whenFree(
        () => this.#database.prepare(statement).run(...values),
        options,
      );
      return { kind: "done", changedRows: Number(changes) };
    } catch (error) {
      // What a disk has kept of a transaction that failed on it shows when the file is read anew.
      const isOpen = error instanceof IcebergError && primaryCode(error.cause) === IO_ERROR;
      if (isOpen) return { kind: "unknown", cause: error };
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  async #whenFree<Result>(run: () => Result, options: OperationOptions = {}): Promise<Result> {
    for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
      options.signal?.throwIfAborted();
      try {
        return run();
      } catch (error) {
        const isOver = waitedMs >= BUSY_TIMEOUT_MS;
        if (isOver || !RETRYABLE.includes(primaryCode(error))) throw sqliteError(error, this.#path);
      }
      await sleep(BUSY_PAUSE_MS, undefined, options);
    }
  }
}

/** The low byte of an extended result code. */
function primaryCode(error: unknown): number {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : 0;
}

function sqliteError(cause: unknown, path: string): IcebergError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = primaryCode(cause) === FULL ? "STORAGE_FULL" : "CATALOG_UNAVAILABLE";
  return new IcebergError(code, `catalog database ${path}: ${reason}`, {
    cause,
    context: { path },
    retryable: RETRYABLE.includes(primaryCode(cause)),
  });
}
