import type { OperationOptions } from "../../io/file-io.ts";
import { IcebergError } from "../../iceberg-error.ts";
import type { SqlChange, SqlDatabase } from "./sql-database.ts";

/** The tables that PyIceberg's SqlCatalog and Java's JdbcCatalog share. */
const CREATE_TABLES = [
  `CREATE TABLE IF NOT EXISTS iceberg_tables (
     catalog_name VARCHAR(255) NOT NULL,
     table_namespace VARCHAR(255) NOT NULL,
     table_name VARCHAR(255) NOT NULL,
     metadata_location VARCHAR(1000),
     previous_metadata_location VARCHAR(1000),
     PRIMARY KEY (catalog_name, table_namespace, table_name))`,
  `CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
     catalog_name VARCHAR(255) NOT NULL,
     namespace VARCHAR(255) NOT NULL,
     property_key VARCHAR(255) NOT NULL,
     property_value VARCHAR(1000) NOT NULL,
     PRIMARY KEY (catalog_name, namespace, property_key))`,
] as const;

const LOOK_FOR_TABLES = "SELECT 1 FROM iceberg_tables, iceberg_namespace_properties LIMIT 1";
/** Java's second layout tells tables from views. */
const LOOK_FOR_TYPE = "SELECT iceberg_type FROM iceberg_tables LIMIT 1";
const IS_TABLE = "AND (iceberg_type IS NULL OR iceberg_type = 'TABLE')";

/** What makes a namespace exist that has no properties (PyIceberg, Java: `exists`). */
const EXISTS_KEY = "exists";

/** A table by the names under which it is recorded. */
export interface RecordedName {
  readonly namespace: string;
  readonly table: string;
}

/** The rows of one catalog, by name, in a database that many catalogs may share. */
export class SqlTables {
  readonly #database: SqlDatabase;
  readonly #catalogName: string;
  readonly #hasType: boolean;

  private constructor(database: SqlDatabase, catalogName: string, hasType: boolean) {
    this.#database = database;
    this.#catalogName = catalogName;
    this.#hasType = hasType;
  }

  /**
   * Looks which layout the tables have, and creates them where they are missing: who may only use
   * them needs no right to create any.
   */
  static async open(
    database: SqlDatabase,
    catalogName: string,
    options?: OperationOptions,
  ): Promise<SqlTables> {
    if (!(await isUnderstood(database, LOOK_FOR_TABLES, options))) {
      await createTables(database, options);
    }
    const hasType = await isUnderstood(database, LOOK_FOR_TYPE, options);
    return new SqlTables(database, catalogName, hasType);
  }

  /** Where the table's metadata is; undefined where there is no such table. */
  async findLocation(name: RecordedName, options?: OperationOptions): Promise<string | undefined> {
    const [row] = await this.#database.query(
      `SELECT metadata_location FROM iceberg_tables
       WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? ${this.#onlyTables}`,
      [this.#catalogName, name.namespace, name.table],
      options,
    );
    const location = row?.["metadata_location"];
    return typeof location === "string" ? location : undefined;
  }

  /** No row is changed where the name is taken, be it by a view. */
  insert(name: RecordedName, location: string, options?: OperationOptions): Promise<SqlChange> {
    const columns = this.#hasType ? ", iceberg_type" : "";
    const values = this.#hasType ? ", 'TABLE'" : "";
    return this.#database.change(
      `INSERT INTO iceberg_tables
         (catalog_name, table_namespace, table_name, metadata_location${columns})
       VALUES (?, ?, ?, ?${values}) ON CONFLICT DO NOTHING`,
      [this.#catalogName, name.namespace, name.table, location],
      options,
    );
  }

  /** No row is changed where the table's metadata is not at `from` any more. */
  swap(
    name: RecordedName,
    { from, to }: { readonly from: string; readonly to: string },
    options?: OperationOptions,
  ): Promise<SqlChange> {
    return this.#database.change(
      `UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?
       WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?
         AND metadata_location = ? ${this.#onlyTables}`,
      [to, from, this.#catalogName, name.namespace, name.table, from],
      options,
    );
  }

  delete(name: RecordedName, options?: OperationOptions): Promise<SqlChange> {
    return this.#database.change(
      `DELETE FROM iceberg_tables
       WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? ${this.#onlyTables}`,
      [this.#catalogName, name.namespace, name.table],
      options,
    );
  }

  async list(namespace: string, options?: OperationOptions): Promise<readonly string[]> {
    const rows = await this.#database.query(
      `SELECT table_name FROM iceberg_tables
       WHERE catalog_name = ? AND table_namespace = ? ${this.#onlyTables} ORDER BY table_name`,
      [this.#catalogName, namespace],
      options,
    );
    return rows.map((row) => String(row["table_name"]));
  }

  /** A namespace is there by a property, by a table, or by one below it. */
  async hasNamespace(namespace: string, options?: OperationOptions): Promise<boolean> {
    const below = `${namespace.replaceAll(/[!_%]/gu, "!$&")}.%`;
    for (const [table, column] of [
      ["iceberg_namespace_properties", "namespace"],
      ["iceberg_tables", "table_namespace"],
    ] as const) {
      const rows = await this.#database.query(
        `SELECT 1 FROM ${table}
         WHERE catalog_name = ? AND (${column} = ? OR ${column} LIKE ? ESCAPE '!') LIMIT 1`,
        [this.#catalogName, namespace, below],
        options,
      );
      if (rows.length > 0) return true;
    }
    return false;
  }

  addNamespace(namespace: string, options?: OperationOptions): Promise<SqlChange> {
    return this.#database.change(
      `INSERT INTO iceberg_namespace_properties
         (catalog_name, namespace, property_key, property_value)
       VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      [this.#catalogName, namespace, EXISTS_KEY, "true"],
      options,
    );
  }

  /** The folder of a namespace's tables, where its owner has named one. */
  async namespaceLocation(
    namespace: string,
    options?: OperationOptions,
  ): Promise<string | undefined> {
    const [row] = await this.#database.query(
      `SELECT property_value FROM iceberg_namespace_properties
       WHERE catalog_name = ? AND namespace = ? AND property_key = ?`,
      [this.#catalogName, namespace, "location"],
      options,
    );
    const location = row?.["property_value"];
    return typeof location === "string" ? location : undefined;
  }

  get #onlyTables(): string {
    return this.#hasType ? IS_TABLE : "";
  }
}

/** False where the database lacks what the query names. */
async function isUnderstood(
  database: SqlDatabase,
  query: string,
  options?: OperationOptions,
): Promise<boolean> {
  try {
    await database.query(query, [], options);
    return true;
  } catch (error) {
    options?.signal?.throwIfAborted();
    if (!(error instanceof IcebergError) || error.retryable) throw error;
    if (error.code !== "CATALOG_UNAVAILABLE") throw error;
    return false;
  }
}

async function createTables(database: SqlDatabase, options?: OperationOptions): Promise<void> {
  for (const statement of CREATE_TABLES) {
    const created = await database.change(statement, [], options);
    if (created.kind === "done") continue;
    throw new IcebergError("CATALOG_UNAVAILABLE", "the catalog's tables may not be there yet", {
      cause: created.cause,
      retryable: true,
    });
  }
}
