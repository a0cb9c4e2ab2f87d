import {
  appendToTable,
  expireSnapshots,
  mainLineage,
  updateProperties,
} from "@salon/iceberg-writer";
import type {
  Catalog,
  CatalogTable,
  TableIdentifier,
  TransactionComponents,
} from "@salon/iceberg-writer";
import { sourceKey } from "../../src/protocol/source-record.ts";
import type { SimWorld } from "./sim-world.ts";

/** Fewer snapshots are left alone, so that there is always something to come back to. */
const SNAPSHOTS_MIN = 4;

/** What the users of other engines do in a history. */
export interface RivalHabits {
  readonly rollsBack: boolean;
  /** Edits the properties, or expires snapshots: with both gone nobody knows the position. */
  readonly tidies: "properties" | "snapshots" | "nothing";
}

/** Another engine that uses the table, well-behaved but for what its users have it do. */
export class SimRival {
  readonly #catalog: Catalog;
  readonly #identifier: TableIdentifier;
  readonly #world: SimWorld;
  readonly #components: TransactionComponents;
  readonly #habits: RivalHabits;
  #oldCopy: string | undefined;
  #hasRolledBack = false;

  constructor(options: {
    /** As the rival reaches it. */
    readonly catalog: Catalog;
    readonly identifier: TableIdentifier;
    readonly world: SimWorld;
    readonly habits: RivalHabits;
  }) {
    const { catalog, identifier, world, habits } = options;
    this.#catalog = catalog;
    this.#identifier = identifier;
    this.#world = world;
    this.#habits = habits;
    this.#components = {
      random: world.random,
      sleep: (waitMs) => world.sleep(waitMs),
      // Whatever a snapshot's age, it is old.
      nowMs: () => Date.now() + 60_000,
    };
  }

  /**
   * Whether the newest position may be beyond finding: it was undone, and its snapshot may be
   * expired.
   */
  get hasHiddenPosition(): boolean {
    return this.#hasRolledBack && this.#habits.tidies === "snapshots";
  }

  /** One change of the table, if it is there. */
  async act(): Promise<void> {
    if (!(await this.#catalog.tableExists(this.#identifier))) return;
    const table = await this.#catalog.loadTable(this.#identifier);
    if (table.metadata.snapshots.length < SNAPSHOTS_MIN) return;
    const { rollsBack, tidies } = this.#habits;
    switch (this.#world.between(0, 4)) {
      case 0:
        return this.#tidy(table, tidies, 1);
      case 1:
        return this.#tidy(table, tidies, 5);
      case 2:
      case 3:
        if (!rollsBack) return this.#append(table);
        await this.#rollBack(table);
        if (tidies === "snapshots" && this.#world.chance(0.5)) await this.#forgetWhatWas();
        return;
      default:
        return this.#append(table);
    }
  }

  async #tidy(table: CatalogTable, what: RivalHabits["tidies"], kept: number): Promise<void> {
    switch (what) {
      case "properties":
        return this.#editProperty(table);
      case "snapshots":
        return this.#expire(table, kept);
      case "nothing":
        return this.#append(table);
      default:
        return what satisfies never;
    }
  }

  async #append(table: CatalogTable): Promise<void> {
    this.#world.log("rival appends");
    await appendToTable({
      catalog: this.#catalog,
      table,
      request: {},
      components: this.#components,
    });
  }

  async #expire(table: CatalogTable, minSnapshotsToKeep: number): Promise<void> {
    this.#world.log(`rival expires all but ${minSnapshotsToKeep}`);
    await expireSnapshots({
      catalog: this.#catalog,
      table,
      retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep },
      deleteDataFiles: true,
      components: this.#components,
    });
  }

  /** Of what a rollback undid, nothing is left but the property that tells of it. */
  async #forgetWhatWas(): Promise<void> {
    await this.#append(await this.#catalog.loadTable(this.#identifier));
    await this.#expire(await this.#catalog.loadTable(this.#identifier), 1);
  }

  /** The copy of the position is nobody's truth while a snapshot has it. */
  async #editProperty(table: CatalogTable): Promise<void> {
    const name = sourceKey("ratings");
    this.#oldCopy ??= table.metadata.properties[name];
    const value = [undefined, "edited", this.#oldCopy][this.#world.between(0, 2)];
    this.#world.log(`rival edits the property: ${value?.slice(0, 80) ?? "removed"}`);
    const changes = value === undefined ? { remove: [name] } : { set: { [name]: value } };
    await updateProperties({
      catalog: this.#catalog,
      table,
      changes,
      components: this.#components,
    });
  }

  async #rollBack(table: CatalogTable): Promise<void> {
    const { snapshots } = mainLineage(table.metadata);
    const target = snapshots[this.#world.between(1, snapshots.length - 1)];
    if (target === undefined) return;
    this.#hasRolledBack = true;
    this.#world.log(`rival rolls back to ${target.snapshotId}`);
    await this.#catalog.commitTable(table, {
      requirements: [],
      updates: [
        {
          action: "set-snapshot-ref",
          refName: "main",
          ref: { type: "branch", snapshotId: target.snapshotId },
        },
      ],
    });
  }
}
