import type { Pool, PoolClient } from "pg";

import { IcebergError } from "../../iceberg-error.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import type { SqlChange, SqlDatabase, SqlRow, SqlValue } from "./sql-database.ts";

const CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long an answer is awaited. */
const ANSWER_TIMEOUT_MS = 60_000;

/** SQLSTATE classes (PostgreSQL: Appendix A) of users and passwords that are refused. */
const UNAUTHORIZED = /^(?:28|42501)/u;
/** Of connections that were lost, and of servers that end: what was asked for may be done. */
const LOST = /^(?:08|57P|40003|58)/u;
/** Of races that the loser may run again. */
const RETRYABLE = /^(?:40|53|55)/u;
/** Two sessions that create the same table at once. */
const RACED_CREATION = /^(?:23505|42P07)$/u;

/**
 * Opens a database of PostgreSQL through `pg`, an optional peer of this package.
 *
 * Errors: `SETTINGS_INVALID` where `pg` is not installed.
 */
export async function openPostgresDatabase(uri: string): Promise<SqlDatabase> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    const message = 'a catalog in PostgreSQL needs the package "pg": npm install pg';
    throw new IcebergError("SETTINGS_INVALID", message, { cause });
  });
  const pool = new pg.Pool({
    connectionString: uri,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    application_name: "salon",
  });
  // A connection that is lost tells whoever waits for its answer; an event of it that nobody
  // heard would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new PostgresDatabase(pool);
}

class PostgresDatabase implements SqlDatabase {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async query(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<readonly SqlRow[]> {
    const client = await this.#connect(options);
    try {
      const answer = client.query<Record<string, unknown>>(numbered(statement), [...values]);
      const { rows } = await untilAborted(answer, options);
      client.release();
      return rows;
    } catch (error) {
      client.release(isLost(error));
      options?.signal?.throwIfAborted();
      throw postgresError(error);
    }
  }

  async change(
    statement: string,
    values: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<SqlChange> {
    const client = await this.#connect(options);
    try {
      const answer = client.query(numbered(statement), [...values]);
      const { rowCount } = await untilAborted(answer, options);
      client.release();
      return { kind: "done", changedRows: rowCount ?? 0 };
    } catch (error) {
      client.release(isLost(error));
      if (isLost(error)) return { kind: "unknown", cause: postgresError(error) };
      if (RACED_CREATION.test(stateOf(error))) return { kind: "done", changedRows: 0 };
      throw postgresError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #connect(options: OperationOptions = {}): Promise<PoolClient> {
    options.signal?.throwIfAborted();
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw postgresError(error);
    }
  }
}

/** Waits no longer than until the abort; the connection is then of no more use. */
async function untilAborted<Answer>(
  answer: Promise<Answer>,
  { signal }: OperationOptions = {},
): Promise<Answer> {
  if (signal === undefined) return answer;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** PostgreSQL numbers what a statement is given. */
function numbered(statement: string): string {
  let count = 0;
  return statement.replaceAll("?", () => `$${++count}`);
}

/** Empty for errors that no server gave. */
function stateOf(error: unknown): string {
  const code = error instanceof Error && "severity" in error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

/** Whether the server may have done what it was asked, or do it yet. */
function isLost(error: unknown): boolean {
  const state = stateOf(error);
  return state === "" || LOST.test(state);
}

function postgresError(cause: unknown): IcebergError {
  const state = stateOf(cause);
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (UNAUTHORIZED.test(state)) {
    return new IcebergError("CATALOG_UNAUTHORIZED", `the catalog's database: ${reason}`, { cause });
  }
  return new IcebergError("CATALOG_UNAVAILABLE", `the catalog's database: ${reason}`, {
    cause,
    context: { sqlState: state },
    retryable: isLost(cause) || RETRYABLE.test(state),
  });
}
