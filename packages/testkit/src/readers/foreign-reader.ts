import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { installJars } from "../install/maven-jars.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import type { S3Access } from "../services/minio.ts";
import { startPythonService } from "./python-service.ts";
import type { PythonService } from "./python-service.ts";
import { readRows, serializeRow } from "./table-row.ts";
import type { ColumnTypes, TableRow } from "./table-row.ts";

/** An engine that is not ours and reads our tables. */
export type Engine = "pyiceberg" | "duckdb" | "spark";

/** Where an engine finds tables. */
export type CatalogReference =
  | {
      readonly kind: "hadoop";
      /** `s3a://bucket`, `s3a://bucket/prefix` or `file:///path`. */
      readonly warehouse: string;
      readonly s3?: S3Access | undefined;
    }
  | {
      readonly kind: "rest";
      readonly uri: string;
      readonly warehouse?: string | undefined;
      readonly token?: string | undefined;
      readonly s3?: S3Access | undefined;
    }
  | {
      /** A SQLite database, which PyIceberg and Spark know. */
      readonly kind: "sql";
      /** Of the catalog in the database; in Spark the session's name for it too. */
      readonly name: string;
      readonly databasePath: string;
      readonly warehouse: string;
      readonly s3?: S3Access | undefined;
    };

/** A catalog that others write to at any time. */
type SharedCatalogReference = Exclude<CatalogReference, { kind: "hadoop" }>;

/** A table to create; schema and partition spec are in the JSON form of the spec (Appendix C). */
export interface TableCreation {
  readonly catalog: SharedCatalogReference;
  /** `namespace.name`; the namespace is created where it is not there. */
  readonly table: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly partitionSpec?: Readonly<Record<string, unknown>> | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** Which rows of a table. */
export interface TableRead {
  readonly catalog: CatalogReference;
  /** `namespace.name`, or `name` in a hadoop catalog. */
  readonly table: string;
  readonly columns?: readonly string[] | undefined;
  /** A SQL condition that all engines know: `timestamp >= '2025-01-15'`. */
  readonly filter?: string | undefined;
  /** The current snapshot if absent. */
  readonly snapshotId?: bigint | undefined;
}

/**
 * A running engine. It reads what is there when it is asked: nothing is remembered between
 * requests.
 *
 * Errors: `REQUEST_FAILED` with the engine's own message.
 */
export interface ForeignReader extends AsyncDisposable {
  readonly engine: Engine;
  readTable(read: TableRead): Promise<readonly TableRow[]>;
}

/** A reader that says which data files its scan would open. */
export interface PlanningReader {
  /** Locations of the data files that the filter leaves. */
  plannedFiles(read: Omit<TableRead, "columns">): Promise<readonly string[]>;
}

/** A reader that checks where rows stand. */
export interface PartitioningReader {
  /**
   * For each row and partition field: the field's name, the value that is `recorded` of the row's
   * file, and the one that the engine's own transform has `computed` from the row.
   */
  partitionValues(read: Pick<TableRead, "catalog" | "table">): Promise<readonly TableRow[]>;
}

/** A reader that writes too, into tables of REST and SQL catalogs. */
export interface WritingReader {
  /** Creates an empty table. */
  createTable(creation: TableCreation): Promise<void>;
  /** Appends rows, in the form in which they are read; a column that a row lacks is null. */
  appendRows(append: {
    readonly catalog: SharedCatalogReference;
    readonly table: string;
    readonly rows: readonly TableRow[];
  }): Promise<void>;
  /** Creates a table with the schema, partition spec and rows of another one in its catalog. */
  copyTable(copy: {
    readonly catalog: SharedCatalogReference;
    readonly table: string;
    readonly source: string;
  }): Promise<void>;
}

/** A reader that runs SQL. */
export interface SqlReader {
  /**
   * Runs one statement and returns its rows. `catalogs` gives the names that it uses: in Spark any,
   * in DuckDB those of REST (a hadoop table is `iceberg_scan('s3a://…')` there).
   */
  sql(
    text: string,
    catalogs?: Readonly<Record<string, CatalogReference>>,
  ): Promise<readonly TableRow[]>;
}

/** {@link startReader}'s answer for each engine. */
export interface Readers {
  readonly pyiceberg: ForeignReader & PlanningReader & PartitioningReader & WritingReader;
  readonly duckdb: ForeignReader & SqlReader;
  readonly spark: ForeignReader & PlanningReader & SqlReader;
}

const UNPARTITIONED = { "spec-id": 0, fields: [] };

/** All that any engine can do; {@link Readers} narrows it. */
type AnyReader = Readers["pyiceberg"] & SqlReader;

/**
 * Starts an engine. PyIceberg 0.11, DuckDB 1.5 with its Iceberg extension, Spark 3.5 with Iceberg's
 * SQL extensions (so that procedures work). Spark takes about ten seconds until its first answer.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startReader<E extends Engine>(engine: E): Promise<Readers[E]> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory(engine));
  const service = resources.use(await startEngine(engine, directory.path));
  return createReader(engine, {
    directory: directory.path,
    request: (operation, args) => service.request(operation, args),
    owned: resources.move(),
  });
}

/**
 * A reader over anything that passes requests to an engine; answers come in files of `directory`.
 */
export function createReader<E extends Engine>(
  engine: E,
  connection: {
    readonly directory: string;
    readonly request: PythonService["request"];
    readonly owned: AsyncDisposable;
  },
): Readers[E] {
  const rowsOf = async (
    operation: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<readonly TableRow[]> => {
    const path = join(connection.directory, `${randomUUID()}.ndjson`);
    const answer = await connection.request(operation, { ...args, path });
    const rows = await readRows(path, (answer as { readonly types: ColumnTypes }).types);
    await rm(path);
    return rows;
  };
  const reader: AnyReader = {
    engine,
    readTable: (read) => rowsOf("readTable", tableArguments(read)),
    plannedFiles: async (read) =>
      (await connection.request("plannedFiles", tableArguments(read))) as readonly string[],
    partitionValues: (read) => rowsOf("partitionValues", tableArguments(read)),
    createTable: async ({ partitionSpec = UNPARTITIONED, properties = {}, ...creation }) => {
      const catalog = plainCatalog(creation.catalog);
      const args = { ...creation, catalog, partitionSpec, properties };
      await connection.request("createTable", args);
    },
    appendRows: async ({ rows, ...append }) => {
      const catalog = plainCatalog(append.catalog);
      await connection.request("appendRows", { ...append, catalog, rows: rows.map(serializeRow) });
    },
    copyTable: async (copy) => {
      await connection.request("copyTable", { ...copy, catalog: plainCatalog(copy.catalog) });
    },
    sql: (text, catalogs = {}) => rowsOf("sql", { text, catalogs: plainCatalogs(catalogs) }),
    [Symbol.asyncDispose]: async () => connection.owned[Symbol.asyncDispose](),
  };
  return reader;
}

/** The script that runs an engine, which its process is named after. */
export function engineScript(engine: Engine): string {
  return `${engine}_reader.py`;
}

/** Starts the process of an engine; its own files go to `directory`. */
export async function startEngine(engine: Engine, directory: string): Promise<PythonService> {
  if (engine !== "spark") {
    return startPythonService({ environment: "readers", script: engineScript(engine) });
  }
  return startPythonService({
    environment: "spark",
    script: engineScript(engine),
    args: [await installJars("spark")],
    env: {
      SPARK_LOCAL_IP: "127.0.0.1",
      SPARK_LOCAL_DIRS: directory,
      // A JVM that takes its default zone from elsewhere would shift timestamps.
      JAVA_TOOL_OPTIONS: "-Duser.timezone=UTC",
    },
  });
}

function tableArguments(read: TableRead): Readonly<Record<string, unknown>> {
  const { snapshotId } = read;
  return {
    ...read,
    catalog: plainCatalog(read.catalog),
    snapshotId: snapshotId === undefined ? undefined : String(snapshotId),
  };
}

function plainCatalogs(
  catalogs: Readonly<Record<string, CatalogReference>>,
): Readonly<Record<string, CatalogReference>> {
  return Object.fromEntries(
    Object.entries(catalogs).map(([name, catalog]) => [name, plainCatalog(catalog)]),
  );
}

/** Takes a service's functions off, so that equal stores make equal references. */
function plainCatalog(catalog: CatalogReference): CatalogReference {
  if (catalog.s3 === undefined) return catalog;
  const { endpoint, accessKeyId, secretAccessKey, region } = catalog.s3;
  return { ...catalog, s3: { endpoint, accessKeyId, secretAccessKey, region } };
}
