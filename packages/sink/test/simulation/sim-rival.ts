import {
  appendToTable,
  currentSnapshot,
  expireSnapshots,
  IcebergError,
  mainLineage,
  openTableWriter,
  planFiles,
  rewriteFiles,
  scanTable,
  updateProperties,
  writePositionDeletes,
} from "@salon/iceberg-writer";
import type {
  AppendRequest,
  Catalog,
  CatalogTable,
  PlannedFile,
  TableIdentifier,
  TransactionComponents,
} from "@salon/iceberg-writer";
import { sourceKey } from "../../src/protocol/source-record.ts";
import type { SinkErrorCode } from "../../src/sink-error.ts";
import type { SimProcess, SimWorld } from "./sim-world.ts";

const OVERTAKEN: ReadonlySet<string> = new Set([
  "TABLE_NOT_FOUND",
  "METADATA_INVALID",
  "FILE_NOT_FOUND",
  "REPLACED_FILES_CHANGED",
]);

const RIVAL_BRANCH = "audit";

/** What the users of other engines do in a history. */
export interface RivalHabits {
  /** In the midst of what it does, which others go on beside. */
  readonly standsStill: boolean;
  readonly rollsBack: boolean;
  /** Edits the properties, or expires snapshots: with both gone nobody knows the position. */
  readonly tidies: "properties" | "snapshots" | "both" | "nothing";
  /** Keeps a branch of its own, moves it to and fro, and expires what is behind. */
  readonly movesBranch: boolean;
  /** Fewer snapshots are left alone, so that there is always something to come back to. */
  readonly snapshotsMin: number;
}

/** Another engine that uses the table, well-behaved but for what its users have it do. */
export class SimRival {
  readonly #catalog: Catalog;
  readonly #identifier: TableIdentifier;
  readonly #process: SimProcess;
  readonly #world: SimWorld;
  readonly #components: TransactionComponents;
  readonly #habits: RivalHabits;
  #oldCopy: string | undefined;
  #hasRolledBack = false;

  constructor(options: {
    /** As the rival reaches it. */
    readonly catalog: Catalog;
    readonly identifier: TableIdentifier;
    readonly process: SimProcess;
    readonly habits: RivalHabits;
  }) {
    const { catalog, identifier, process, habits } = options;
    const { world } = process;
    this.#catalog = catalog;
    this.#identifier = identifier;
    this.#process = process;
    this.#world = world;
    this.#habits = habits;
    this.#components = {
      random: world.random,
      sleep: (waitMs) => world.sleep(waitMs),
      randomUuid: world.uuid,
      // Whatever a snapshot's age, it is old.
      nowMs: () => Date.parse("2100-01-01T00:00:00Z"),
    };
  }

  /** What a sink may say that cannot tell its position any more, by what was done to the table. */
  get endsOfLost(): readonly SinkErrorCode[] {
    switch (this.#habits.tidies) {
      case "both":
        return ["POSITION_UNKNOWN", "POSITION_UNCERTAIN", "TABLE_REPLACED"];
      case "snapshots":
        // It was undone, and its snapshot may be expired.
        return this.#hasRolledBack ? ["POSITION_UNCERTAIN"] : [];
      default:
        // Main may be back at what was undone meanwhile, and its dead letters removed.
        return this.#hasRolledBack && this.#habits.standsStill ? ["POSITION_UNCERTAIN"] : [];
    }
  }

  /** One change of the table, if it is there; who is refused leaves it. */
  async act(): Promise<void> {
    try {
      await this.#act();
    } catch (error) {
      // What others dropped or expired meanwhile.
      const isOver = error instanceof IcebergError && OVERTAKEN.has(error.code);
      if (!isOver) throw error;
      this.#world.log(`rival gives up: ${error.message}`);
    }
  }

  async #act(): Promise<void> {
    if (!(await this.#catalog.tableExists(this.#identifier))) return;
    const table = await this.#catalog.loadTable(this.#identifier);
    const { rollsBack, tidies, movesBranch, snapshotsMin } = this.#habits;
    if (table.metadata.snapshots.length < snapshotsMin) return;
    const hasBranch = table.metadata.refs[RIVAL_BRANCH] !== undefined;
    if (movesBranch && !hasBranch) return this.#moveBranch(table);
    if (movesBranch && this.#world.chance(0.7)) {
      return this.#world.chance(0.6)
        ? this.#moveBranch(table)
        : this.#expireLate(table, this.#world.between(1, 2));
    }
    switch (this.#world.between(0, 5)) {
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
      case 4:
        return this.#rewrite(table);
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
      case "both":
        return this.#world.chance(0.5) ? this.#editProperty(table) : this.#expire(table, kept);
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

  /** As engines compact: whole files are replaced, or their rows are moved. */
  async #rewrite(table: CatalogTable): Promise<void> {
    const planned = await Array.fromAsync(planFiles(table));
    const first = this.#world.between(0, Math.max(planned.length - 1, 0));
    const file = planned[first];
    if (file === undefined) return;
    if (this.#world.chance(0.5)) return this.#moveRows(table, file);
    return this.#replaceFiles(table, planned.slice(first, first + this.#world.between(1, 4)));
  }

  /** Several files become one, or one is written anew, which takes long: others go on meanwhile. */
  async #replaceFiles(table: CatalogTable, replacedFiles: readonly PlannedFile[]): Promise<void> {
    this.#world.log(`rival replaces ${replacedFiles.length} files`);
    await using writer = openTableWriter({ table, uuid: this.#world.uuid() });
    for await (const { batch } of scanTable({ table, files: replacedFiles })) {
      await writer.write(batch);
    }
    const dataFiles = await writer.close();
    await this.#process.pass(500);
    await rewriteFiles({
      catalog: this.#catalog,
      table,
      request: { replacedFiles, dataFiles },
      deleteDataFilesOnFailure: true,
      components: this.#components,
    });
  }

  /** Rows of one file go to another; the file stays, with all its rows deleted. */
  async #moveRows(table: CatalogTable, file: PlannedFile): Promise<void> {
    this.#world.log("rival rewrites a file");
    await using writer = openTableWriter({ table, uuid: this.#world.uuid() });
    const positions: number[] = [];
    for await (const scanned of scanTable({ table, files: [file] })) {
      positions.push(...scanned.positions);
      await writer.write(scanned.batch);
    }
    if (positions.length === 0) return;
    const deleteFiles = await writePositionDeletes(table, [{ dataFile: file.dataFile, positions }]);
    const scannedId = currentSnapshot(table.metadata)?.snapshotId;
    const request: AppendRequest = {
      dataFiles: await writer.close(),
      deleteFiles,
      prepare: (base) => {
        if (currentSnapshot(base)?.snapshotId !== scannedId) throw new RewriteOutdated();
        return {};
      },
    };
    const components = this.#components;
    try {
      await appendToTable({ catalog: this.#catalog, table, request, components });
    } catch (error) {
      if (!(error instanceof RewriteOutdated)) throw error;
    }
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

  /** It stands still when it has chosen what goes. */
  #expireLate(table: CatalogTable, minSnapshotsToKeep: number): Promise<void> {
    if (this.#world.chance(0.7)) this.#process.freeze(this.#world.between(50, 1_000));
    return this.#expire(table, minSnapshotsToKeep);
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
    const isOld = value !== undefined && value === this.#oldCopy;
    this.#world.log(`rival edits the property: ${isOld ? "an older copy" : (value ?? "removed")}`);
    const changes = value === undefined ? { remove: [name] } : { set: { [name]: value } };
    await updateProperties({
      catalog: this.#catalog,
      table,
      changes,
      components: this.#components,
    });
  }

  /**
   * It begins at the head of main, before anybody expires anything: an assertion of the refs that
   * were seen says nothing of one that is new.
   */
  async #moveBranch(table: CatalogTable): Promise<void> {
    const { snapshots } = mainLineage(table.metadata);
    const isNew = table.metadata.refs[RIVAL_BRANCH] === undefined;
    const target = snapshots[isNew ? 0 : this.#world.between(0, snapshots.length - 1)];
    if (target === undefined) return;
    this.#world.log(`rival sets its branch to ${target.snapshotId}`);
    const ref = { type: "branch", snapshotId: target.snapshotId } as const;
    await this.#catalog.commitTable(table, {
      requirements: [],
      updates: [{ action: "set-snapshot-ref", refName: RIVAL_BRANCH, ref }],
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

/** Rows that were read are of a snapshot that is not the current one any more. */
class RewriteOutdated extends Error {}
