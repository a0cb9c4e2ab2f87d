import { IcebergError } from "../../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../../io/file-io.ts";
import { joinLocation, lastSegment, stripTrailingSlash } from "../../io/location.ts";
import { applyUpdates } from "../../spec/apply-updates.ts";
import {
  metastoreMetadataFileName,
  parseMetastoreMetadataFileName,
} from "../../spec/metadata-file-name.ts";
import { newTableMetadata } from "../../spec/new-table-metadata.ts";
import type { TableMetadata } from "../../spec/table-metadata.ts";
import { findViolation } from "../catalog.ts";
import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
} from "../catalog.ts";
import type { ClockAndIds } from "../catalog-components.ts";
import { decodeMetadata, encodeMetadata } from "../metadata-bytes.ts";
import { checkIdentifier, checkNamespace, identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { SqlDatabase } from "./sql-database.ts";
import { SqlTables } from "./sql-tables.ts";
import type { RecordedName } from "./sql-tables.ts";

const DELETE_AFTER_COMMIT = "write.metadata.delete-after-commit.enabled";

/** What the SQL catalog is made of. */
export interface SqlCatalogOptions extends ClockAndIds {
  /** Owned by the catalog. */
  readonly database: SqlDatabase;
  /** Under which the rows are recorded: PyIceberg's and Spark's name of the catalog. */
  readonly catalogName: string;
  /** Where tables without a location of their own lie. */
  readonly warehouse: string;
  /** Owned by the catalog. */
  readonly fileIo: FileIo;
}

/**
 * Opens the catalog that PyIceberg's SqlCatalog and Java's JdbcCatalog keep in a database: a row
 * says where a table's metadata is, and a commit swaps it for the next, if it is still the same.
 *
 * Errors: `CATALOG_UNAVAILABLE`, `CATALOG_UNAUTHORIZED`.
 */
export async function openSqlCatalog(
  options: SqlCatalogOptions,
  operation?: OperationOptions,
): Promise<Catalog> {
  const tables = await SqlTables.open(options.database, options.catalogName, operation);
  return new SqlCatalog(options, tables);
}

class SqlCatalog implements Catalog {
  readonly kind = "sql";
  readonly commitGuard = "version";
  readonly #options: SqlCatalogOptions;
  readonly #tables: SqlTables;

  constructor(options: SqlCatalogOptions, tables: SqlTables) {
    this.#options = options;
    this.#tables = tables;
  }

  async loadTable(identifier: TableIdentifier, options?: OperationOptions): Promise<CatalogTable> {
    const location = await this.#tables.findLocation(recordedName(identifier), options);
    if (location === undefined) throw notFound(identifier);
    const { fileIo } = this.#options;
    const metadata = await decodeMetadata(await fileIo.read(location, options), location);
    return { identifier, metadata, metadataLocation: location, fileIo };
  }

  async tableExists(identifier: TableIdentifier, options?: OperationOptions): Promise<boolean> {
    return (await this.#tables.findLocation(recordedName(identifier), options)) !== undefined;
  }

  async createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
    options?: OperationOptions,
  ): Promise<CatalogTable> {
    const name = recordedName(identifier);
    if (!(await this.#tables.hasNamespace(name.namespace, options))) {
      throw new IcebergError("NAMESPACE_NOT_FOUND", `no namespace ${name.namespace}`, {
        context: { namespace: identifier.namespace },
      });
    }
    if (await this.tableExists(identifier, options)) throw alreadyExists(identifier);
    const { nowMs, randomUuid } = this.#options;
    const location = request.location ?? (await this.#defaultLocation(name, options));
    const metadata = newTableMetadata(
      { ...request, location: stripTrailingSlash(location) },
      { uuid: randomUuid(), nowMs: nowMs() },
    );
    const written = await this.#write(metadata, 0, options);
    const inserted = await this.#tables.insert(name, written, options);
    const isOurs =
      inserted.kind === "done"
        ? inserted.changedRows > 0
        : (await this.#tables.findLocation(name, options)) === written;
    if (isOurs) return this.#table(identifier, written, metadata);
    // An insert whose answer was lost may still come: its file has to stay.
    if (inserted.kind === "unknown") throw inserted.cause;
    await this.#deleteUnused(written);
    throw alreadyExists(identifier);
  }

  /** The base must be the recorded one: requirements are checked against it alone. */
  async commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options?: OperationOptions,
  ): Promise<CommitOutcome> {
    const { identifier, metadata: base, metadataLocation: from } = table;
    const name = identifierToString(identifier);
    if (from === undefined) {
      throw new IcebergError("METADATA_INVALID", `${name} was not loaded from a metadata file`);
    }
    const violation = findViolation(base, commit);
    if (violation !== undefined) return { kind: "conflict", reason: `${name}: ${violation}` };
    const next = applyUpdates(base, commit.updates, {
      nowMs: this.#options.nowMs(),
      previousMetadataFile: from,
    });
    if (next === base) return { kind: "committed", table };
    const recorded = recordedName(identifier);
    const current = await this.#tables.findLocation(recorded, options);
    if (current === undefined) throw notFound(identifier);
    if (current !== from) {
      return { kind: "conflict", reason: `${name} is at ${lastSegment(current)} by now` };
    }
    const version = parseMetastoreMetadataFileName(lastSegment(from))?.version ?? 0;
    const to = await this.#write(next, version + 1, options);
    const swapped = await this.#tables.swap(recorded, { from, to }, options);
    if (swapped.kind === "unknown") return swapped;
    if (swapped.changedRows > 0) {
      await this.#deleteForgotten(base, next);
      return { kind: "committed", table: this.#table(identifier, to, next) };
    }
    await this.#deleteUnused(to);
    return { kind: "conflict", reason: `${name}: another writer was first` };
  }

  async dropTable(
    identifier: TableIdentifier,
    options: OperationOptions & { readonly purge?: boolean | undefined } = {},
  ): Promise<void> {
    const { metadata } = await this.loadTable(identifier, options);
    const dropped = await this.#tables.delete(recordedName(identifier), options);
    if (dropped.kind === "unknown") throw dropped.cause;
    if (dropped.changedRows === 0) throw notFound(identifier);
    if (options.purge !== true) return;
    const { fileIo } = this.#options;
    for await (const { location } of fileIo.list(`${metadata.location}/`, options)) {
      await fileIo.delete(location, options);
    }
  }

  async listTables(
    namespace: readonly string[],
    options?: OperationOptions,
  ): Promise<readonly TableIdentifier[]> {
    const names = await this.#tables.list(recordedNamespace(namespace), options);
    return names.map((name) => ({ namespace, name }));
  }

  async ensureNamespace(namespace: readonly string[], options?: OperationOptions): Promise<void> {
    const name = recordedNamespace(namespace);
    if (await this.#tables.hasNamespace(name, options)) return;
    const added = await this.#tables.addNamespace(name, options);
    if (added.kind === "unknown") throw added.cause;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.database[Symbol.asyncDispose]();
    await this.#options.fileIo[Symbol.asyncDispose]();
  }

  /** As PyIceberg has it: `<warehouse>/<namespace>/<table>`. */
  async #defaultLocation(name: RecordedName, options?: OperationOptions): Promise<string> {
    const ofNamespace = await this.#tables.namespaceLocation(name.namespace, options);
    return ofNamespace === undefined
      ? joinLocation(this.#options.warehouse, name.namespace, name.table)
      : joinLocation(ofNamespace, name.table);
  }

  async #write(
    metadata: TableMetadata,
    version: number,
    options?: OperationOptions,
  ): Promise<string> {
    const { fileIo, randomUuid } = this.#options;
    const { location, properties } = metadata;
    const isGzipped = properties["write.metadata.compression-codec"]?.toLowerCase() === "gzip";
    const folder = properties["write.metadata.path"] ?? joinLocation(location, "metadata");
    const name = metastoreMetadataFileName({ version, isGzipped }, randomUuid());
    const written = joinLocation(stripTrailingSlash(folder), name);
    await fileIo.write(written, await encodeMetadata(metadata, isGzipped), options);
    return written;
  }

  /** Deletes what the metadata log has dropped, where the table wants that. */
  async #deleteForgotten(base: TableMetadata, next: TableMetadata): Promise<void> {
    if (next.properties[DELETE_AFTER_COMMIT]?.toLowerCase() !== "true") return;
    const kept = new Set(next.metadataLog.map(({ metadataFile }) => metadataFile));
    for (const { metadataFile } of base.metadataLog) {
      if (!kept.has(metadataFile)) await this.#deleteUnused(metadataFile);
    }
  }

  /** Best effort: nothing refers to it. */
  async #deleteUnused(location: string): Promise<void> {
    await this.#options.fileIo.delete(location).catch(() => undefined);
  }

  #table(
    identifier: TableIdentifier,
    metadataLocation: string,
    metadata: TableMetadata,
  ): CatalogTable {
    return { identifier, metadata, metadataLocation, fileIo: this.#options.fileIo };
  }
}

function recordedName(identifier: TableIdentifier): RecordedName {
  checkIdentifier(identifier);
  return { namespace: recordedNamespace(identifier.namespace), table: identifier.name };
}

/** Levels are joined by dots, as PyIceberg and Java do, so that a level has none. */
function recordedNamespace(namespace: readonly string[]): string {
  checkNamespace(namespace);
  if (namespace.length > 0 && !namespace.some((level) => level.includes("."))) {
    return namespace.join(".");
  }
  throw new IcebergError(
    "SETTINGS_INVALID",
    `namespace "${namespace.join(".")}" is not usable: a SQL catalog needs one, and joins its ` +
      "levels by dots",
  );
}

function notFound(identifier: TableIdentifier): IcebergError {
  return new IcebergError("TABLE_NOT_FOUND", `no table ${identifierToString(identifier)}`, {
    context: { identifier },
  });
}

function alreadyExists(identifier: TableIdentifier): IcebergError {
  return new IcebergError(
    "TABLE_ALREADY_EXISTS",
    `table ${identifierToString(identifier)} exists already`,
    { context: { identifier } },
  );
}
