import {
  currentSchema,
  defaultPartitionSpec,
  openCatalog,
  parseTableMetadata,
} from "@salon/iceberg-writer";
import type { Catalog, TableIdentifier, TableMetadata } from "@salon/iceberg-writer";
import { SimDatabase } from "./sim-database.ts";
import { NO_FAULTS } from "./sim-faults.ts";
import type { FaultRates } from "./sim-faults.ts";
import { fetchThrough } from "./sim-network.ts";
import { SimRestServer } from "./sim-rest-server.ts";
import { SimStore } from "./sim-store.ts";
import { SimProcess, SimWorld } from "./sim-world.ts";

const WAREHOUSE = "memory://warehouse";
const VERSION_FILE = /\/v\d+\.metadata\.json$/u;

export type SimCatalogKind = "hadoop" | "rest" | "sql";

interface SimParts {
  readonly store: SimStore;
  readonly tables: Catalog;
  readonly database?: SimDatabase | undefined;
}

/**
 * The catalog of a history: the code is that of users, what is behind it is a store in memory, and
 * a server in memory where it is one of the REST protocol.
 */
export class SimCatalog {
  readonly #world: SimWorld;
  readonly #store: SimStore;
  readonly #server: SimRestServer | undefined;
  readonly #database: SimDatabase | undefined;
  /** As the people of the server or the store reach them. */
  readonly tables: Catalog;
  /** Told of every metadata that became a table's, by the table's name. */
  onCommitted: (name: string, metadata: TableMetadata) => void = () => undefined;

  private constructor(world: SimWorld, kind: SimCatalogKind, parts: SimParts) {
    const { store, tables, database } = parts;
    this.#world = world;
    this.#store = store;
    this.tables = tables;
    this.#database = database;
    if (database !== undefined) {
      database.onMoved = async (name, location) => {
        const text = new TextDecoder().decode(await store.files.read(location));
        this.onCommitted(name, parseTableMetadata(text));
      };
      return;
    }
    if (kind === "hadoop") {
      store.onCreated = (location, bytes) => {
        if (!VERSION_FILE.test(location)) return;
        const name = location.split("/").at(-3) ?? "";
        this.onCommitted(name, parseTableMetadata(new TextDecoder().decode(bytes)));
      };
      return;
    }
    this.#server = new SimRestServer({
      tables,
      remembersKeys: world.chance(0.3),
      // Drawn apart: a history is the same with tags as without them.
      sendsTags: new SimWorld(~world.seed).chance(0.5),
      onCommitted: ({ identifier, metadata }) => this.onCommitted(identifier.name, metadata),
    });
  }

  static async open(world: SimWorld, kind: SimCatalogKind): Promise<SimCatalog> {
    const store = new SimStore();
    const database = kind === "sql" ? new SimDatabase() : undefined;
    const tables = await openCatalog(
      { type: kind === "rest" ? "memory" : kind, warehouse: WAREHOUSE },
      { ...idsOf(new SimProcess("server", world)), fileIo: store.files, database },
    );
    return new SimCatalog(world, kind, { store, tables, database });
  }

  /** As a process reaches it. */
  openFor(process: SimProcess, rates: FaultRates = NO_FAULTS): Promise<Catalog> {
    const fileIo = this.#store.seenBy(process, rates);
    const components = { ...idsOf(process), fileIo };
    if (this.#database !== undefined) {
      const database = this.#database.seenBy(process, rates);
      return openCatalog({ type: "sql", warehouse: WAREHOUSE }, { ...components, database });
    }
    if (this.#server === undefined) {
      return openCatalog({ type: "hadoop", warehouse: WAREHOUSE }, components);
    }
    // Real time: whatever takes long here takes it in the time of the history.
    const settings = {
      type: "rest",
      uri: "http://catalog",
      "rest.client.socket-timeout-ms": "3600000",
    };
    const fetch = fetchThrough(this.#server, process, rates);
    return openCatalog(settings, { ...components, fetch });
  }

  /** The table is dropped, and another takes its name. */
  async replaceTable(identifier: TableIdentifier): Promise<void> {
    if (!(await this.tables.tableExists(identifier))) return;
    const { metadata } = await this.tables.loadTable(identifier);
    this.#world.log(`${identifier.name} is dropped and created anew`);
    await this.tables.dropTable(identifier);
    await this.tables.createTable(identifier, {
      schema: currentSchema(metadata),
      partitionSpec: defaultPartitionSpec(metadata),
    });
  }
}

function idsOf(process: SimProcess): {
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
} {
  return { nowMs: process.timeOfDay, randomUuid: process.world.uuid };
}
