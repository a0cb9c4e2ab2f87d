import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { joinLocation } from "../io/location.ts";
import { metastoreMetadataFileName } from "../spec/metadata-file-name.ts";
import { newTableMetadata } from "../spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../spec/table-metadata-json.ts";
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
import { checkIdentifier, checkNamespace, identifierToString } from "./table-identifier.ts";
import type { TableIdentifier } from "./table-identifier.ts";

/** What the memory catalog is made of. */
export interface MemoryCatalogOptions extends ClockAndIds {
  /** Where tables without a location of their own lie. */
  readonly warehouse: string;
  /** Owned by the catalog. */
  readonly fileIo: FileIo;
}

/**
 * Tables whose current metadata this process alone knows; their files lie in any storage. It
 * checks requirements against the newest metadata, as a REST catalog does.
 */
export function createMemoryCatalog(options: MemoryCatalogOptions): Catalog {
  return new MemoryCatalog(options);
}

interface Entry {
  readonly metadata: TableMetadata;
  readonly metadataLocation: string;
  readonly version: number;
}

class MemoryCatalog implements Catalog {
  readonly kind = "memory";
  readonly commitGuard = "requirements";
  readonly #options: MemoryCatalogOptions;
  readonly #tables = new Map<string, { readonly identifier: TableIdentifier; entry: Entry }>();

  constructor(options: MemoryCatalogOptions) {
    this.#options = options;
  }

  async loadTable(
    identifier: TableIdentifier,
    options: OperationOptions = {},
  ): Promise<CatalogTable> {
    options.signal?.throwIfAborted();
    return this.#table(identifier, this.#entry(identifier));
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    checkIdentifier(identifier);
    return this.#tables.has(keyOf(identifier));
  }

  async createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
    options: OperationOptions = {},
  ): Promise<CatalogTable> {
    checkIdentifier(identifier);
    const { warehouse, randomUuid, nowMs } = this.#options;
    const location =
      request.location ?? joinLocation(warehouse, ...identifier.namespace, identifier.name);
    const metadata = newTableMetadata(
      { ...request, location },
      { uuid: randomUuid(), nowMs: nowMs() },
    );
    const entry = await this.#write(metadata, 0, options);
    if (this.#tables.has(keyOf(identifier))) {
      throw new IcebergError(
        "TABLE_ALREADY_EXISTS",
        `table ${identifierToString(identifier)} exists already`,
        { context: { identifier } },
      );
    }
    this.#tables.set(keyOf(identifier), { identifier, entry });
    return this.#table(identifier, entry);
  }

  async commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options: OperationOptions = {},
  ): Promise<CommitOutcome> {
    const { identifier } = table;
    // Another commit may win while the metadata file is written; then all is checked anew.
    for (;;) {
      options.signal?.throwIfAborted();
      const base = this.#entry(identifier);
      const violation = findViolation(base.metadata, commit);
      if (violation !== undefined) {
        return { kind: "conflict", reason: `${identifierToString(identifier)}: ${violation}` };
      }
      let next: TableMetadata;
      try {
        next = applyUpdates(base.metadata, commit.updates, {
          nowMs: this.#options.nowMs(),
          previousMetadataFile: base.metadataLocation,
        });
      } catch (error) {
        // Made for older metadata, an update may not fit any more: a race lost, and no mistake.
        if (base.metadata === table.metadata || !(error instanceof IcebergError)) throw error;
        return { kind: "conflict", reason: `${identifierToString(identifier)}: ${error.message}` };
      }
      const entry = await this.#write(next, base.version + 1, options);
      const held = this.#tables.get(keyOf(identifier));
      if (held?.entry !== base) continue;
      held.entry = entry;
      return { kind: "committed", table: this.#table(identifier, entry) };
    }
  }

  async dropTable(
    identifier: TableIdentifier,
    options: OperationOptions & { readonly purge?: boolean | undefined } = {},
  ): Promise<void> {
    const { metadata } = this.#entry(identifier);
    this.#tables.delete(keyOf(identifier));
    if (options.purge !== true) return;
    const { fileIo } = this.#options;
    for await (const { location } of fileIo.list(`${metadata.location}/`, options)) {
      await fileIo.delete(location, options);
    }
  }

  async listTables(namespace: readonly string[]): Promise<readonly TableIdentifier[]> {
    const prefix = namespace.join("\u001F");
    return [...this.#tables.values()]
      .map(({ identifier }) => identifier)
      .filter((identifier) => identifier.namespace.join("\u001F") === prefix);
  }

  async ensureNamespace(namespace: readonly string[]): Promise<void> {
    checkNamespace(namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.fileIo[Symbol.asyncDispose]();
  }

  #entry(identifier: TableIdentifier): Entry {
    checkIdentifier(identifier);
    const held = this.#tables.get(keyOf(identifier));
    if (held !== undefined) return held.entry;
    throw new IcebergError("TABLE_NOT_FOUND", `no table ${identifierToString(identifier)}`, {
      context: { identifier },
    });
  }

  async #write(
    metadata: TableMetadata,
    version: number,
    options: OperationOptions,
  ): Promise<Entry> {
    const { fileIo, randomUuid } = this.#options;
    const name = metastoreMetadataFileName({ version, isGzipped: false }, randomUuid());
    const metadataLocation = joinLocation(metadata.location, "metadata", name);
    const bytes = new TextEncoder().encode(serializeTableMetadata(metadata));
    await fileIo.write(metadataLocation, bytes, options);
    return { metadata, metadataLocation, version };
  }

  #table(identifier: TableIdentifier, { metadata, metadataLocation }: Entry): CatalogTable {
    return { identifier, metadata, metadataLocation, fileIo: this.#options.fileIo };
  }
}

function keyOf(identifier: TableIdentifier): string {
  return [...identifier.namespace, identifier.name].join("\u001F");
}
