import { IcebergError } from "@salon/iceberg-writer";
import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  FileIo,
  OutputFile,
  TableCommit,
  TableIdentifier,
} from "@salon/iceberg-writer";
import type { SimProcess } from "./sim-world.ts";

/** How often things go wrong, from 0 to 1; all of it ends when `isOver` says so. */
export interface FaultRates {
  readonly unavailable: number;
  readonly storage: number;
  /** Of calls that end a member for good, whatever else it has under way. */
  readonly refusal: number;
  /** Of commits: an answer that is none, a rejection that is no proof, one that takes long. */
  readonly commit: number;
  readonly isOver: () => boolean;
  /** Whether the catalog answers nobody for a while. */
  readonly isAway: () => boolean;
}

/** Whether an error is that of a call which was refused for good. */
export function isRefusal(error: unknown): boolean {
  return error instanceof IcebergError && error.code === "CATALOG_UNAUTHORIZED";
}

/** A catalog as one process sees it through a bad network; the catalog behind it is sound. */
export class FaultyCatalog implements Catalog {
  readonly kind = "memory";
  readonly commitGuard: Catalog["commitGuard"];
  readonly #inner: Catalog;
  readonly #process: SimProcess;
  readonly #rates: FaultRates;
  readonly #onCommitted: (table: CatalogTable) => void;

  constructor(
    inner: Catalog,
    process: SimProcess,
    options: {
      readonly commitGuard: Catalog["commitGuard"];
      readonly rates: FaultRates;
      readonly onCommitted: (table: CatalogTable) => void;
    },
  ) {
    this.#inner = inner;
    this.#process = process;
    this.commitGuard = options.commitGuard;
    this.#rates = options.rates;
    this.#onCommitted = options.onCommitted;
  }

  async loadTable(identifier: TableIdentifier): Promise<CatalogTable> {
    await this.#reach();
    const table = await this.#inner.loadTable(identifier);
    await this.#process.pass(5);
    return this.#seen(table);
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    await this.#reach();
    return this.#inner.tableExists(identifier);
  }

  async createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
  ): Promise<CatalogTable> {
    await this.#reach();
    const table = await this.#inner.createTable(identifier, request);
    await this.#process.pass(5);
    return this.#seen(table);
  }

  async commitTable(table: CatalogTable, commit: TableCommit): Promise<CommitOutcome> {
    await this.#reach();
    const outcome = await this.#send(table, commit);
    await this.#process.pass(10);
    return outcome.kind === "committed"
      ? { kind: "committed", table: this.#seen(outcome.table) }
      : outcome;
  }

  dropTable(identifier: TableIdentifier): Promise<void> {
    return this.#inner.dropTable(identifier);
  }

  listTables(namespace: readonly string[]): Promise<readonly TableIdentifier[]> {
    return this.#inner.listTables(namespace);
  }

  ensureNamespace(namespace: readonly string[]): Promise<void> {
    return this.#inner.ensureNamespace(namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is behind it outlives the process.
  }

  async #send(table: CatalogTable, commit: TableCommit): Promise<CommitOutcome> {
    const { world } = this.#process;
    const cause = new Error("no answer");
    if (this.#rates.isOver() || !world.chance(this.#rates.commit)) {
      return this.#apply(table, commit);
    }
    const fault = world.between(0, 5);
    this.#process.log(`commit fault ${fault}`);
    // What others do meanwhile, expiry too, may leave no trace of what became of it.
    if (world.chance(0.5)) world.startTimer(() => this.#stand(), world.between(0, 15));
    switch (fault) {
      case 0:
        return { kind: "unknown", cause };
      case 1:
        await this.#apply(table, commit);
        return { kind: "unknown", cause };
      case 2:
        // It lands after the answer that never came, and maybe after the next tries.
        world.startTimer(() => void this.#apply(table, commit), world.between(1, 4000));
        return { kind: "unknown", cause };
      case 3:
        return { kind: "conflict", reason: "said so" };
      case 4:
        // A proxy sent it twice and passed on what the second one got.
        await this.#apply(table, commit);
        return { kind: "conflict", reason: "snapshot exists" };
      default:
        await this.#process.pass(15_000);
        return this.#apply(table, commit);
    }
  }

  #stand(): void {
    const forMs = this.#process.world.between(1_000, 8_000);
    this.#process.log(`stands still for ${forMs} ms`);
    this.#process.freeze(forMs);
  }

  async #apply(table: CatalogTable, commit: TableCommit): Promise<CommitOutcome> {
    if (this.commitGuard === "version") {
      const { metadataLocation } = await this.#inner.loadTable(table.identifier);
      if (metadataLocation !== table.metadataLocation) {
        return { kind: "conflict", reason: "another version is there" };
      }
    }
    try {
      const outcome = await this.#inner.commitTable(table, commit);
      if (outcome.kind === "committed") this.#onCommitted(outcome.table);
      return outcome;
    } catch (error) {
      return { kind: "conflict", reason: String(error) };
    }
  }

  async #reach(): Promise<void> {
    await this.#process.pass(20);
    const { isAway, isOver, unavailable, refusal } = this.#rates;
    if (!isOver() && this.#process.world.chance(refusal)) {
      throw new IcebergError("CATALOG_UNAUTHORIZED", "token is over");
    }
    if (!isAway() && (isOver() || !this.#process.world.chance(unavailable))) return;
    throw new IcebergError("CATALOG_UNAVAILABLE", "catalog is away", { retryable: true });
  }

  #seen(table: CatalogTable): CatalogTable {
    return { ...table, fileIo: new FaultyFileIo(table.fileIo, this.#process, this.#rates) };
  }
}

class FaultyFileIo implements FileIo {
  readonly schemes: readonly string[];
  readonly #inner: FileIo;
  readonly #process: SimProcess;
  readonly #rates: FaultRates;

  constructor(inner: FileIo, process: SimProcess, rates: FaultRates) {
    this.schemes = inner.schemes;
    this.#inner = inner;
    this.#process = process;
    this.#rates = rates;
  }

  async read(location: string): Promise<Uint8Array> {
    await this.#reach();
    return this.#inner.read(location);
  }

  async readRange(location: string, start: number, end: number): Promise<Uint8Array> {
    await this.#reach();
    return this.#inner.readRange(location, start, end);
  }

  async stat(location: string): ReturnType<FileIo["stat"]> {
    await this.#reach();
    return this.#inner.stat(location);
  }

  async write(location: string, bytes: Uint8Array): Promise<void> {
    await this.#reach();
    return this.#inner.write(location, bytes);
  }

  async createExclusive(location: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    await this.#reach();
    return this.#inner.createExclusive(location, bytes);
  }

  async openWrite(location: string): Promise<OutputFile> {
    await this.#reach();
    return this.#inner.openWrite(location);
  }

  async delete(location: string): Promise<void> {
    await this.#reach();
    return this.#inner.delete(location);
  }

  list(prefix: string): ReturnType<FileIo["list"]> {
    return this.#inner.list(prefix);
  }

  listFolders(folder: string): ReturnType<FileIo["listFolders"]> {
    return this.#inner.listFolders(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The files outlive the process.
  }

  async #reach(): Promise<void> {
    await this.#process.pass(3);
    if (this.#rates.isOver() || !this.#process.world.chance(this.#rates.storage)) return;
    throw new IcebergError("STORAGE_UNAVAILABLE", "store is away", { retryable: true });
  }
}
