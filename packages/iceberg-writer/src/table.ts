import type { Catalog, CatalogTable, CreateTableRequest } from "./catalog/catalog.ts";
import { parseTableIdentifier } from "./catalog/table-identifier.ts";
import type { TableIdentifier } from "./catalog/table-identifier.ts";
import { IcebergError } from "./iceberg-error.ts";
import type { OperationOptions } from "./io/file-io.ts";
import { scanTable } from "./scan/table-scan.ts";
import type { ScannedRows, TableScanOptions } from "./scan/table-scan.ts";
import type { Snapshot } from "./spec/snapshot.ts";
import { currentSchema, snapshotById } from "./spec/table-metadata.ts";
import type { TableMetadata } from "./spec/table-metadata.ts";
import { columnBatchesOf } from "./table-rows.ts";
import type { TableRows } from "./table-rows.ts";
import { appendToTable } from "./transaction/append-to-table.ts";
import { expireSnapshots } from "./transaction/expire-snapshots.ts";
import type {
  ExpireSnapshotsOptions,
  ExpireSnapshotsResult,
} from "./transaction/expire-snapshots.ts";
import type { AppendRequest } from "./transaction/staged-append.ts";
import { effectsOf, newSnapshotId } from "./transaction/transaction-components.ts";
import type { TransactionComponents } from "./transaction/transaction-components.ts";
import { updateProperties } from "./transaction/update-properties.ts";
import type { PropertyChanges } from "./transaction/update-properties.ts";
import { openTableWriter } from "./writer/table-writer.ts";
import type { TableWriterOptions } from "./writer/table-writer.ts";

/** How to append: limits of the writer, and what the commit carries besides rows. */
export interface AppendOptions
  extends
    OperationOptions,
    Pick<AppendRequest, "prepare" | "snapshotId">,
    Pick<TableWriterOptions, "targetFileSizeBytes" | "maxOpenPartitions" | "memoryLimitBytes"> {}

/** What to read; see {@link scanTable}. */
export interface ScanOptions extends OperationOptions, Omit<TableScanOptions, "table"> {}

/** What to expire; see {@link expireSnapshots}. */
export interface ExpireOptions
  extends OperationOptions, Pick<ExpireSnapshotsOptions, "retention" | "deleteDataFiles"> {}

/**
 * A table with what is mostly done to it. It shows the table as it was when it was opened, last
 * refreshed or last changed through it; the catalog stays the caller's to dispose of.
 */
export interface Table {
  readonly identifier: TableIdentifier;
  readonly metadata: TableMetadata;
  /** The same as the catalog hands it out, for functions that take it. */
  readonly catalogTable: CatalogTable;
  refresh(options?: OperationOptions): Promise<void>;
  /**
   * Writes rows and commits them in one snapshot: all of them or none. Answers the snapshot, or
   * undefined where there were no rows and nothing was committed. Files of an append that failed
   * are deleted, except after `COMMIT_STATE_UNKNOWN`: then the rows may be in the table.
   *
   * Errors: `SCHEMA_MISMATCH`, `VALUE_INVALID`, and those of {@link appendToTable}.
   */
  append(rows: TableRows, options?: AppendOptions): Promise<Snapshot | undefined>;
  /** See {@link updateProperties}. */
  updateProperties(changes: PropertyChanges, options?: OperationOptions): Promise<void>;
  /** See {@link expireSnapshots}. */
  expireSnapshots(options?: ExpireOptions): Promise<ExpireSnapshotsResult>;
  /** The rows of the current snapshot, or of another one. */
  scan(options?: ScanOptions): AsyncIterable<ScannedRows>;
}

/** A table's name: `"db.ratings"`, or its parts where one of them holds a dot. */
export type TableName = string | TableIdentifier;

/** Opens a table that exists. Errors: see {@link Catalog}. */
export async function openTable(
  catalog: Catalog,
  name: TableName,
  options: OperationOptions & { readonly components?: TransactionComponents | undefined } = {},
): Promise<Table> {
  const { components, ...operation } = options;
  const table = await catalog.loadTable(identifierOf(name), operation);
  return new OpenTable(catalog, table, components);
}

/**
 * Creates a table, and its namespace where that is missing.
 *
 * Errors: `TABLE_ALREADY_EXISTS`, and those of {@link Catalog}.
 */
export async function createTable(
  catalog: Catalog,
  name: TableName,
  request: CreateTableRequest,
  options: OperationOptions & { readonly components?: TransactionComponents | undefined } = {},
): Promise<Table> {
  const { components, ...operation } = options;
  const identifier = identifierOf(name);
  if (identifier.namespace.length > 0) {
    await catalog.ensureNamespace(identifier.namespace, operation);
  }
  const table = await catalog.createTable(identifier, request, operation);
  return new OpenTable(catalog, table, components);
}

/** Opens a table, or creates it; of racing creators one creates and all go on. */
export async function openOrCreateTable(
  catalog: Catalog,
  name: TableName,
  request: CreateTableRequest,
  options: OperationOptions & { readonly components?: TransactionComponents | undefined } = {},
): Promise<Table> {
  try {
    return await openTable(catalog, name, options);
  } catch (error) {
    if (!hasCode(error, "TABLE_NOT_FOUND")) throw error;
  }
  try {
    return await createTable(catalog, name, request, options);
  } catch (error) {
    if (!hasCode(error, "TABLE_ALREADY_EXISTS")) throw error;
    return await openTable(catalog, name, options);
  }
}

class OpenTable implements Table {
  readonly #catalog: Catalog;
  readonly #components: TransactionComponents | undefined;
  #current: CatalogTable;

  constructor(catalog: Catalog, table: CatalogTable, components?: TransactionComponents) {
    this.#catalog = catalog;
    this.#current = table;
    this.#components = components;
  }

  get identifier(): TableIdentifier {
    return this.#current.identifier;
  }

  get metadata(): TableMetadata {
    return this.#current.metadata;
  }

  get catalogTable(): CatalogTable {
    return this.#current;
  }

  async refresh(options?: OperationOptions): Promise<void> {
    this.#current = await this.#catalog.loadTable(this.identifier, options);
  }

  async append(rows: TableRows, options: AppendOptions = {}): Promise<Snapshot | undefined> {
    const { prepare, signal, ...limits } = options;
    const table = this.#current;
    const snapshotId = options.snapshotId ?? newSnapshotId(effectsOf(this.#components).randomUuid);
    await using writer = openTableWriter({ table, ...limits });
    for await (const batch of columnBatchesOf(currentSchema(table.metadata), rows)) {
      await writer.write(batch, { signal });
    }
    const dataFiles = await writer.close({ signal });
    if (dataFiles.length === 0) return undefined;
    this.#current = await appendToTable(
      {
        catalog: this.#catalog,
        table,
        request: { dataFiles, snapshotId, prepare },
        components: this.#components,
        deleteDataFilesOnFailure: true,
      },
      { signal },
    );
    return snapshotById(this.#current.metadata, snapshotId);
  }

  async updateProperties(changes: PropertyChanges, options?: OperationOptions): Promise<void> {
    this.#current = await updateProperties(
      { catalog: this.#catalog, table: this.#current, changes, components: this.#components },
      options,
    );
  }

  async expireSnapshots(options: ExpireOptions = {}): Promise<ExpireSnapshotsResult> {
    const { signal, ...rest } = options;
    const result = await expireSnapshots(
      { catalog: this.#catalog, table: this.#current, components: this.#components, ...rest },
      { signal },
    );
    this.#current = result.table;
    return result;
  }

  scan(options: ScanOptions = {}): AsyncIterable<ScannedRows> {
    const { signal, ...what } = options;
    return scanTable({ table: this.#current, ...what }, { signal });
  }
}

function identifierOf(name: TableName): TableIdentifier {
  return typeof name === "string" ? parseTableIdentifier(name) : name;
}

function hasCode(error: unknown, code: IcebergError["code"]): boolean {
  return error instanceof IcebergError && error.code === code;
}
