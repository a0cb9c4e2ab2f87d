import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { IcebergError } from "@salon/iceberg-writer";
import type { SqlChange, SqlDatabase, SqlRow, SqlValue } from "@salon/iceberg-writer";
import type { FaultRates } from "./sim-faults.ts";
import type { SimProcess } from "./sim-world.ts";

const TABLES = `SELECT table_name, metadata_location FROM iceberg_tables`;

/** What a statement that changes rows may meet. */
const CHANGE_FAULTS = [
  "lost",
  "answer-lost",
  /** It is done after the connection broke, and maybe after the next tries. */
  "late",
  /** Another transaction was in the way: nothing is done. */
  "not serialized",
  "slow",
] as const;

/** The database of a SQL catalog, as the people of the database reach it. */
export class SimDatabase implements SqlDatabase {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  /** Where the metadata of tables is, by their names. */
  readonly #locations = new Map<string, string>();
  /** Told where the metadata of a table is whenever it is elsewhere. */
  onMoved: (name: string, location: string) => Promise<void> = () => Promise.resolve();

  async query(statement: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#prepare(statement).all(...values);
  }

  async change(statement: string, values: readonly SqlValue[]): Promise<SqlChange> {
    const { changes } = this.#prepare(statement).run(...values);
    if (statement.includes("iceberg_tables") && changes !== 0) await this.#tellMoved();
    return { kind: "done", changedRows: Number(changes) };
  }

  /** As a process reaches it. */
  seenBy(process: SimProcess, rates: FaultRates): SqlDatabase {
    return new FaultyConnection(this, process, rates);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It outlives those who use it.
  }

  /** A statement that the database does not understand is refused, as SQLite's driver has it. */
  #prepare(statement: string): StatementSync {
    const known = this.#statements.get(statement);
    if (known !== undefined) return known;
    try {
      const prepared = this.#database.prepare(statement);
      this.#statements.set(statement, prepared);
      return prepared;
    } catch (cause) {
      throw new IcebergError("CATALOG_UNAVAILABLE", `catalog database: ${String(cause)}`, {
        cause,
      });
    }
  }

  async #tellMoved(): Promise<void> {
    for (const row of this.#prepare(TABLES).all()) {
      const [name, location] = [String(row["table_name"]), String(row["metadata_location"])];
      if (this.#locations.get(name) === location) continue;
      this.#locations.set(name, location);
      await this.onMoved(name, location);
    }
  }
}

class FaultyConnection implements SqlDatabase {
  readonly #database: SimDatabase;
  readonly #process: SimProcess;
  readonly #rates: FaultRates;

  constructor(database: SimDatabase, process: SimProcess, rates: FaultRates) {
    this.#database = database;
    this.#process = process;
    this.#rates = rates;
  }

  async query(statement: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    await this.#reach();
    const rows = await this.#database.query(statement, values);
    await this.#process.pass(5);
    return rows;
  }

  async change(statement: string, values: readonly SqlValue[]): Promise<SqlChange> {
    await this.#reach();
    const change = (): Promise<SqlChange> => this.#database.change(statement, values);
    const { world } = this.#process;
    const isFaulty = !this.#rates.isOver() && world.chance(this.#rates.commit);
    const broken = { kind: "unknown", cause: unavailable("the connection broke") } as const;
    switch (isFaulty ? this.#drawFault() : undefined) {
      case "lost":
        return broken;
      case "answer-lost":
        await change();
        return broken;
      case "late":
        world.startTimer(() => void change(), world.between(1, 4_000));
        return broken;
      case "not serialized":
        throw unavailable("could not serialize access");
      case "slow":
        await this.#process.pass(15_000);
        break;
      case undefined:
    }
    const done = await change();
    await this.#process.pass(5);
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The database outlives the process.
  }

  async #reach(): Promise<void> {
    const { isAway, isOver, unavailable: rate, refusal } = this.#rates;
    const { world } = this.#process;
    await this.#process.pass(5);
    if (isOver()) return;
    if (world.chance(refusal)) throw new IcebergError("CATALOG_UNAUTHORIZED", "no such role");
    if (isAway() || world.chance(rate)) throw unavailable("connection refused");
  }

  #drawFault(): (typeof CHANGE_FAULTS)[number] {
    const { world } = this.#process;
    const fault = CHANGE_FAULTS[world.between(0, CHANGE_FAULTS.length - 1)] ?? "slow";
    this.#process.log(`database: ${fault}`);
    if (world.chance(0.5)) {
      world.startTimer(() => this.#process.standStill(), world.between(0, 15));
    }
    return fault;
  }
}

function unavailable(reason: string): IcebergError {
  return new IcebergError("CATALOG_UNAVAILABLE", `catalog database: ${reason}`, {
    retryable: true,
  });
}
