import type { CatalogTable } from "../catalog.ts";
import { identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { HttpReply } from "./http-exchange.ts";
import type { MutationReply } from "./rest-mutation.ts";
import { etagOf } from "./rest-reply.ts";

/** A table as the server told of it. */
export interface KeptTable {
  readonly table: CatalogTable;
  /** Of its metadata, and of nothing else that came with it. */
  readonly etag: string;
  /** When its configuration came, in milliseconds since 1970. */
  readonly toldAtMs: number;
}

/** How many tables are kept, and how long. */
export interface KeptTablesSettings {
  /** None is kept where it is 0. */
  readonly tablesMax: number;
  /** Since a table's configuration came: no tag says that it is still the same. */
  readonly ageMaxMs: number;
}

/**
 * The tables that a server is asked about by their tags. Each is taken out before its server is
 * asked anything, and kept again by a good answer: whatever goes wrong, nothing is left then.
 */
export class KeptTables {
  readonly #settings: KeptTablesSettings;
  readonly #nowMs: () => number;
  /** By name, in the order in which they were kept. */
  readonly #tables = new Map<string, KeptTable>();

  constructor(settings: KeptTablesSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /** The table, which is kept no more. */
  take(identifier: TableIdentifier): KeptTable | undefined {
    const name = identifierToString(identifier);
    const kept = this.#tables.get(name);
    this.#tables.delete(name);
    if (kept === undefined) return undefined;
    const ageMs = this.#nowMs() - kept.toldAtMs;
    return ageMs >= 0 && ageMs < this.#settings.ageMaxMs ? kept : undefined;
  }

  /** Keeps a table that came whole, with its configuration. */
  keepTold(table: CatalogTable, reply: HttpReply): void {
    const etag = etagOf(reply);
    if (etag !== undefined) this.keep({ table, etag, toldAtMs: this.#nowMs() });
  }

  /** Keeps a table as a commit left it, for as long as the one before it. */
  keepCommitted(table: CatalogTable, sent: MutationReply, before: KeptTable | undefined): void {
    const etag = etagOf(sent.reply);
    if (etag === undefined || before === undefined) return;
    // What a server answers again need not have the tag that it had.
    if (sent.isRepeated) return;
    // A tag that outlasts a commit tells no versions apart.
    if (etag === before.etag) return;
    // The base of the commit may be of before a change of the configuration.
    if (table.fileIo !== before.table.fileIo) return;
    this.keep({ ...before, table, etag });
  }

  /** Keeps it in place of what is kept of the same table. */
  keep(kept: KeptTable): void {
    const name = identifierToString(kept.table.identifier);
    this.#tables.delete(name);
    this.#tables.set(name, kept);
    for (const first of this.#tables.keys()) {
      if (this.#tables.size <= this.#settings.tablesMax) return;
      this.#tables.delete(first);
    }
  }
}
