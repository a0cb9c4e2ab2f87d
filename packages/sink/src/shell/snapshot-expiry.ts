import { expiredSnapshots, expireSnapshots } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable } from "@salon/iceberg-writer";
import { sleep } from "./sink-clock.ts";
import type { SinkClock } from "./sink-clock.ts";
import type { SinkLogger } from "./sink-logger.ts";

/** Tables whose snapshots sinks expire say `true` here. */
const EXPIRY_PROPERTY = "salon.expire-snapshots";

/**
 * Properties of tables that a sink creates: a snapshot every ten seconds would make their metadata
 * grow for ever, so snapshots go after an hour, and the newest hundred stay (PROTOCOL: What an own
 * snapshot records).
 */
export const EXPIRING_TABLE_PROPERTIES: Readonly<Record<string, string>> = {
  [EXPIRY_PROPERTY]: "true",
  "history.expire.max-snapshot-age-ms": "3600000",
  "history.expire.min-snapshots-to-keep": "100",
};

/** An expiry is a commit too: it is worth one where so many snapshots go. */
const EXPIRED_MIN = 50;
const PAUSE_AFTER_FAILURE_MS = 600_000;
/** How long the end of a sink waits for an expiry that is under way. */
const CLOSE_TIMEOUT_MS = 10_000;

/** What expiring is given from outside. */
export interface SnapshotExpiryComponents {
  readonly catalog: Catalog;
  readonly clock: SinkClock;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly logger: SinkLogger;
}

/**
 * Takes old snapshots out of the tables whose properties ask for it, beside the commits and never
 * in their way: a failure is a warning, and is tried again later. Data files are left alone.
 */
export class SnapshotExpiry implements AsyncDisposable {
  readonly #components: SnapshotExpiryComponents;
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(components: SnapshotExpiryComponents) {
    this.#components = components;
  }

  /** Begins to expire snapshots of these tables where enough of them are old; one run at a time. */
  consider(tables: readonly CatalogTable[]): void {
    const { clock } = this.#components;
    if (this.#running !== undefined || clock.nowMs() < this.#pausedUntilMs) return;
    const due = tables.filter((table) => this.#isDueOrWarn(table));
    if (due.length === 0) return;
    this.#running = this.#expireAll(due).finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for what is under way, with a limit. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#components;
    const forget = clock.startTimer(() => this.#abort.abort(), CLOSE_TIMEOUT_MS);
    await this.#running;
    forget();
  }

  /** What people make of a table's properties may be no settings at all. */
  #isDueOrWarn(table: CatalogTable): boolean {
    try {
      return this.#isDue(table);
    } catch (error) {
      this.#warn(table, error);
      return false;
    }
  }

  #isDue({ metadata }: CatalogTable): boolean {
    const { properties } = metadata;
    const isForbidden = properties["gc.enabled"]?.toLowerCase() === "false";
    if (properties[EXPIRY_PROPERTY] !== "true" || isForbidden) return false;
    const { snapshotIds } = expiredSnapshots(metadata, this.#components.nowMs());
    return snapshotIds.length >= EXPIRED_MIN;
  }

  async #expireAll(tables: readonly CatalogTable[]): Promise<void> {
    const { catalog, clock, nowMs, logger } = this.#components;
    const { signal } = this.#abort;
    const components = {
      nowMs,
      random: clock.random,
      sleep: (waitMs: number) => sleep(clock, waitMs, signal),
    };
    for (const table of tables) {
      const { name } = table.identifier;
      try {
        const { expired } = await expireSnapshots({ catalog, table, components }, { signal });
        logger.debug({ table: name, snapshots: expired.snapshotIds.length }, "snapshots expired");
      } catch (error) {
        this.#warn(table, error);
      }
    }
  }

  #warn({ identifier }: CatalogTable, error: unknown): void {
    const { clock, logger } = this.#components;
    this.#pausedUntilMs = clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
    const reason = error instanceof Error ? error.message : String(error);
    const fields = { table: identifier.name, err: reason };
    logger.warn(fields, "old snapshots are not expired, trying later");
  }
}
