import { IcebergError } from "../iceberg-error.ts";
import { probeConditionalCreate } from "../io/conditional-create-probe.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { joinLocation, lastSegment } from "../io/location.ts";
import { newTableMetadata } from "../spec/new-table-metadata.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { applyUpdates } from "../spec/apply-updates.ts";
import { findViolation } from "./catalog.ts";
import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
} from "./catalog.ts";
import type { ClockAndIds } from "./catalog-components.ts";
import { HadoopMetadataFiles, parseVersionFile } from "./hadoop-metadata-files.ts";
import type { MetadataVersion } from "./hadoop-metadata-files.ts";
import { createVersion, placeOf } from "./hadoop-version.ts";
import type { NewVersion } from "./hadoop-version.ts";
import { checkIdentifier, checkNamespace, identifierToString } from "./table-identifier.ts";
import type { TableIdentifier } from "./table-identifier.ts";

/** What the file-system catalog is made of. */
export interface HadoopCatalogOptions extends ClockAndIds {
  /** A location with a scheme; tables are `<warehouse>/<namespace…>/<table>`. */
  readonly warehouse: string;
  /** Owned by the catalog. */
  readonly fileIo: FileIo;
}

/**
 * Tables as folders of a file system or store, in the layout of Iceberg's Hadoop catalog. A commit
 * is the conditional creation of the next `v<N>.metadata.json`; no version is ever replaced.
 *
 * Further errors: `CONDITIONAL_CREATE_UNSUPPORTED`; `UNSUPPORTED` for a table with a location of
 * its own or `write.metadata.path`, both of which this layout rules out.
 */
export function createHadoopCatalog(options: HadoopCatalogOptions): Catalog {
  return new HadoopCatalog(options);
}

class HadoopCatalog implements Catalog {
  readonly kind = "hadoop";
  readonly commitGuard = "version";
  readonly #options: HadoopCatalogOptions;
  readonly #fileIo: FileIo;
  #isProbed = false;

  constructor(options: HadoopCatalogOptions) {
    this.#options = options;
    this.#fileIo = options.fileIo;
  }

  async loadTable(identifier: TableIdentifier, options?: OperationOptions): Promise<CatalogTable> {
    const files = this.#files(identifier);
    const newest = await files.findNewest(options);
    if (newest === undefined) throw this.#notFound(identifier);
    return this.#table(identifier, newest.location, await files.read(newest.location, options));
  }

  async tableExists(identifier: TableIdentifier, options?: OperationOptions): Promise<boolean> {
    return (await this.#files(identifier).findNewest(options)) !== undefined;
  }

  /** The first version is not compressed: two racing creators must want the same name. */
  async createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
    options?: OperationOptions,
  ): Promise<CatalogTable> {
    const files = this.#files(identifier);
    const location = this.#location(identifier);
    if (request.location !== undefined && request.location !== location) {
      throw new IcebergError(
        "UNSUPPORTED",
        `table ${identifierToString(identifier)} cannot have location ${request.location}: ` +
          `this catalog keeps it at ${location}`,
      );
    }
    const { nowMs, randomUuid } = this.#options;
    const metadata = newTableMetadata(
      { ...request, location },
      { uuid: randomUuid(), nowMs: nowMs() },
    );
    checkPathBased(metadata, location);
    await this.#probe(files.folder, options);
    if ((await files.listNewest(options)) !== undefined) throw alreadyExists(identifier);
    const created = await createVersion(
      this.#fileIo,
      files,
      { version: 1, metadata, isGzipped: false },
      options,
    );
    if (created.kind === "unknown") throw created.cause;
    if (created.kind === "conflict") throw alreadyExists(identifier);
    const newest = await files.listNewest(options);
    if (
      newest !== undefined &&
      (await files.readUuid(newest.location, options)) !== metadata.tableUuid
    ) {
      throw alreadyExists(identifier);
    }
    await files.writeHint(newest?.version ?? 1, options);
    return this.#table(identifier, created.location, metadata);
  }

  /** The base must be the newest version: requirements are checked against it alone. */
  async commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options?: OperationOptions,
  ): Promise<CommitOutcome> {
    const { identifier, metadata: base } = table;
    const name = identifierToString(identifier);
    const baseFile = parseVersionFile(table.metadataLocation ?? "");
    if (table.metadataLocation === undefined || baseFile === undefined) {
      throw new IcebergError("METADATA_INVALID", `${name} was not loaded from a version file`);
    }
    const violation = findViolation(base, commit);
    if (violation !== undefined) return { kind: "conflict", reason: `${name}: ${violation}` };
    const next = applyUpdates(base, commit.updates, {
      nowMs: this.#options.nowMs(),
      previousMetadataFile: table.metadataLocation,
    });
    checkPathBased(next, base.location);
    if (next === base) return { kind: "committed", table };

    const files = this.#files(identifier);
    await this.#probe(files.folder, options);
    const before = { version: baseFile.version, location: table.metadataLocation };
    const newest = await files.lookAgain(before, options);
    if (newest?.version !== before.version) {
      const found = newest === undefined ? "gone" : `at ${lastSegment(newest.location)}`;
      return {
        kind: "conflict",
        reason: `${name} is ${found}, not at version ${before.version}`,
      };
    }
    if (newest.tableUuid !== base.tableUuid) {
      return { kind: "conflict", reason: `${name} was replaced by another table` };
    }
    const step = {
      version: before.version + 1,
      metadata: next,
      isGzipped: baseFile.isGzipped,
    };
    const created = await createVersion(this.#fileIo, files, step, options);
    if (created.kind === "unknown") return created;
    if (created.kind === "conflict") {
      return { kind: "conflict", reason: `${name}: version ${step.version} is another writer's` };
    }
    const version = { ...step, location: created.location, before };
    return this.#confirm(files, identifier, version, options);
  }

  async dropTable(
    identifier: TableIdentifier,
    options: OperationOptions & { readonly purge?: boolean | undefined } = {},
  ): Promise<void> {
    const files = this.#files(identifier);
    if ((await files.findNewest(options)) === undefined) throw this.#notFound(identifier);
    await files.deleteAll(options);
    if (options.purge !== true) return;
    for await (const { location } of this.#fileIo.list(`${this.#location(identifier)}/`, options)) {
      await this.#fileIo.delete(location, options);
    }
  }

  async listTables(
    namespace: readonly string[],
    options?: OperationOptions,
  ): Promise<readonly TableIdentifier[]> {
    checkNamespace(namespace);
    const folder = `${joinLocation(this.#options.warehouse, ...namespace)}/`;
    const tables: TableIdentifier[] = [];
    for await (const inner of this.#fileIo.listFolders(folder, options)) {
      const identifier = { namespace, name: lastSegment(inner.slice(0, -1)) };
      if (await this.tableExists(identifier, options)) tables.push(identifier);
    }
    return tables;
  }

  /** Namespaces are folders, and folders come with their first file. */
  async ensureNamespace(namespace: readonly string[]): Promise<void> {
    checkNamespace(namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fileIo[Symbol.asyncDispose]();
  }

  /** Our version is there; looks whether the table goes on from it. */
  async #confirm(
    files: HadoopMetadataFiles,
    identifier: TableIdentifier,
    step: NewVersion & { readonly location: string; readonly before: MetadataVersion },
    options?: OperationOptions,
  ): Promise<CommitOutcome> {
    let newest: MetadataVersion | undefined;
    let current: TableMetadata;
    try {
      newest = await files.lookBehind(step, step.before, options);
      if (newest === undefined || newest.version <= step.version) {
        await files.writeHint(step.version, options);
        return { kind: "committed", table: this.#table(identifier, step.location, step.metadata) };
      }
      current = await files.read(newest.location, options);
    } catch (cause) {
      return { kind: "unknown", cause };
    }
    const name = identifierToString(identifier);
    const place = placeOf(step, current);
    if (place === "followed") {
      return { kind: "committed", table: this.#table(identifier, newest.location, current) };
    }
    const reason = `${name} went on to version ${newest.version}`;
    if (place === "bypassed") return { kind: "conflict", reason };
    return { kind: "unknown", cause: new Error(`${reason}, whose log begins later`) };
  }

  async #probe(folder: string, options?: OperationOptions): Promise<void> {
    if (this.#isProbed) return;
    await probeConditionalCreate(this.#fileIo, folder, this.#options.randomUuid, options);
    this.#isProbed = true;
  }

  #location(identifier: TableIdentifier): string {
    checkIdentifier(identifier);
    return joinLocation(this.#options.warehouse, ...identifier.namespace, identifier.name);
  }

  #files(identifier: TableIdentifier): HadoopMetadataFiles {
    return new HadoopMetadataFiles(this.#fileIo, this.#location(identifier));
  }

  #table(
    identifier: TableIdentifier,
    metadataLocation: string,
    metadata: TableMetadata,
  ): CatalogTable {
    return { identifier, metadata, metadataLocation, fileIo: this.#fileIo };
  }

  #notFound(identifier: TableIdentifier): IcebergError {
    return new IcebergError(
      "TABLE_NOT_FOUND",
      `no table ${identifierToString(identifier)} at ${this.#location(identifier)}`,
      { context: { identifier } },
    );
  }
}

function checkPathBased(metadata: TableMetadata, location: string): void {
  if (metadata.properties["write.metadata.path"] !== undefined) {
    throw new IcebergError(
      "UNSUPPORTED",
      `write.metadata.path cannot be set for ${location}: a table in the file-system layout ` +
        "keeps its metadata in its own folder",
    );
  }
  if (metadata.location !== location) {
    throw new IcebergError(
      "UNSUPPORTED",
      `a table in the file-system layout cannot move from ${location} to ${metadata.location}`,
    );
  }
}

function alreadyExists(identifier: TableIdentifier): IcebergError {
  return new IcebergError(
    "TABLE_ALREADY_EXISTS",
    `table ${identifierToString(identifier)} exists already`,
    { context: { identifier } },
  );
}
