import { rowAt } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, TableMetadata } from "@salon/iceberg-writer";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { SinkError } from "../../src/sink-error.ts";
import { proveNothingTwice, proveTables } from "./prove-tables.ts";
import type { ProvedTables } from "./prove-tables.ts";
import { isDeadAlone, isRestless, rareKindOf, rivalHabits } from "./rare-kind.ts";
import type { RareKind } from "./rare-kind.ts";
import { SimCatalog } from "./sim-catalog.ts";
import { isRefusal } from "./sim-faults.ts";
import type { FaultRates } from "./sim-faults.ts";
import { SimFeed } from "./sim-feed.ts";
import type { MemberEnd } from "./sim-members.ts";
import { recoverBeside } from "./sim-operator.ts";
import { SimRival } from "./sim-rival.ts";
import type { RivalHabits } from "./sim-rival.ts";
import { SimProcess, SimWorld } from "./sim-world.ts";

const table = { namespace: ["salon"], name: "bronze" };
const deadLetterTable = { namespace: ["salon"], name: "bronze_dead_letters" };

/** Faults end then; what they left behind has to come right. One history in seven is long. */
const FAULTS_MS = { short: 4_000, long: 8_000 };
const LONG_EVERY = 7;
/** Records come in so much of that time: the rest has the faults, and less is left behind. */
const PRODUCED = 0.75;
/** One history in so many has a SQL catalog. */
const SQL_EVERY = 13;
/** By then all that was in the topics has to be in the tables. */
const LIMIT_MS = 600_000;
/** By then who is left of a history whose position was lost has said so. */
const LOST_LIMIT_MS = 20_000;

/** What came of a history. */
export interface SimHistory {
  /** What went wrong, or could not be proved. */
  readonly problem?: string | undefined;
  /** So many of the last lines of the trace, all by default, the seed, and what went wrong. */
  readonly tell: (linesMax?: number) => string;
}

/**
 * One history from a seed: several members, a bad network, a rival writer, and a proof at the end.
 */
export class Simulation {
  readonly world: SimWorld;
  readonly #rare: RareKind | undefined;
  readonly #faultsMs: number;
  readonly #catalog: SimCatalog;
  readonly #feeds: readonly SimFeed[];
  readonly #rates: FaultRates;
  readonly #rivals: SimRival[] = [];
  /** Names of the refs that tables have, by the tables' UUIDs. */
  readonly #refs = new Map<string, readonly string[]>();
  #awayUntilMs = 0;
  /** How much goes on besides. */
  #besides = 0;
  #failure: Error | undefined;
  /** The sink could not tell its position any more, and said so. */
  #isLost = false;
  #isTableReplaced = false;

  private constructor(seed: number, world: SimWorld, catalog: SimCatalog) {
    const rare = rareKindOf(seed);
    this.world = world;
    this.#rare = rare;
    this.#faultsMs = seed % LONG_EVERY === 0 ? FAULTS_MS.long : FAULTS_MS.short;
    this.#catalog = catalog;
    catalog.onCommitted = (name, metadata) => {
      this.#checkRefs(name, metadata);
      if (name !== table.name) return;
      for (const feed of this.#feeds) feed.onCommitted(metadata);
    };
    this.#rates = {
      unavailable: world.chance(0.5) ? 0.1 : 0,
      storage: world.chance(0.3) ? 0.03 : 0,
      commit: world.chance(0.7) ? 0.4 : 0,
      refusal: world.chance(0.3) ? 0.02 : 0,
      isOver: () => world.nowMs() >= this.#faultsMs,
      isAway: () => world.nowMs() < this.#awayUntilMs,
    };
    const names = rare === "two-sources" ? ["ratings", "visits"] : ["ratings"];
    this.#feeds = names.map((name) => this.#createFeed(name));
  }

  /** Runs the history of a seed to its end, and to the proof of what it left. */
  static async run(seed: number): Promise<SimHistory> {
    const world = new SimWorld(seed);
    const rare = rareKindOf(seed);
    // In the file-system layout nobody may take the place of a table that has writers.
    const isRest = world.chance(0.65) || rare === "table-replaced";
    const drawn = isRest ? "rest" : "hadoop";
    const catalog = await SimCatalog.open(world, seed % SQL_EVERY === 0 ? "sql" : drawn);
    const simulation = new Simulation(seed, world, catalog);
    let problem: string | undefined;
    try {
      await simulation.#run();
    } catch (error) {
      problem = (error instanceof Error ? error.stack : undefined) ?? String(error);
    }
    const end = `seed ${seed}: ${problem ?? "all is proved"}`;
    const tell = (linesMax?: number): string => world.trace.tell(end, linesMax);
    return { problem, tell };
  }

  get #isAllRead(): boolean {
    return this.#feeds.every(({ isDone }) => isDone);
  }

  async #run(): Promise<void> {
    const { world } = this;
    const count = world.between(1, 3);
    for (const feed of this.#feeds) {
      for (let member = 0; member < count; member++) feed.members.start();
      this.#beside(feed.produce(PRODUCED * this.#faultsMs));
      this.#beside(feed.members.trouble(this.#faultsMs));
    }
    this.#loseCatalog();
    if (this.#rare !== undefined) this.#beside(this.#happen(this.#rare));
    if (world.chance(0.6) || isRestless(this.#rare)) this.#beside(this.#compete());
    const isDone = await world.runUntil(() => this.#isDone(), LIMIT_MS);
    this.#check(isDone || this.#isLost, "no progress");
    if (!this.#isAllRead) return this.#proveNothingTwice();
    const [feed] = this.#feeds;
    if (feed?.isOfFormer === true) return this.#proveFormer(feed);
    for (const { members } of this.#feeds) members.stopAll();
    await this.#awaitEnds();
    // What waits in the outbox of a member that crashed is for whoever comes next.
    for (const { members } of this.#feeds) members.start("available-now");
    await this.#awaitEnds();
    if (!this.#isAllRead) return this.#proveNothingTwice();
    const tables = await this.#loadTables();
    for (const { topic } of this.#feeds) await proveTables(topic.current, tables);
    await this.#readRefs(tables.main);
    if (feed?.topic.former !== undefined) await this.#proveOwnRows(feed);
  }

  async #loadTables(): Promise<ProvedTables> {
    const { tables } = this.#catalog;
    const [main, deadLetters] = [tables.loadTable(table), tables.loadTable(deadLetterTable)];
    return { main: await main, deadLetters: await deadLetters };
  }

  /** Of a history whose position was lost: who cannot tell it writes nothing. */
  async #proveNothingTwice(): Promise<void> {
    this.#check(this.#isLost, "not all is read");
    const tables = await this.#loadTables();
    for (const { topic } of this.#feeds) await proveNothingTwice(topic.current, tables);
  }

  /** Every file that any ref leads to is there. */
  async #readRefs(main: CatalogTable): Promise<void> {
    for (const [ref, { snapshotId }] of Object.entries(main.metadata.refs)) {
      if (ref === "main") continue;
      await Array.fromAsync(scanTable({ table: main, snapshotId, columns: ["_kafka_offset"] }));
    }
  }

  /** What was read of it is there once, and nothing of the one that took its name. */
  async #proveFormer(feed: SimFeed): Promise<void> {
    const options = { catalog: this.#catalog.tables, identifier: table, allowLost: true };
    const proof = await verifyTable(options);
    if (!proof.isProved) throw new Error(JSON.stringify(proof.sources));
    await this.#proveOwnRows(feed);
  }

  async #proveOwnRows({ topic, recordedTopicId }: SimFeed): Promise<void> {
    const main = await this.#catalog.tables.loadTable(table);
    for await (const { batch } of scanTable({ table: main, columns: ["customer_id"] })) {
      for (let row = 0; row < batch.rowCount; row++) {
        const customer = Number(rowAt(batch, row)["customer_id"]);
        if (!topic.isOf(recordedTopicId, customer)) {
          throw new Error(`customer ${customer} is of another topic of the same name`);
        }
      }
    }
  }

  #createFeed(name: string): SimFeed {
    return new SimFeed({
      world: this.world,
      name,
      catalog: this.#catalog,
      table,
      rates: this.#rates,
      // Who recovers a position would read the topic to know of them.
      hasGaps: this.#rare !== "recovered",
      isBusy: isRestless(this.#rare),
      isDeadAlone: isDeadAlone(this.#rare),
      judgeEnd: (error, feed) => this.#judgeEnd(error, feed),
      onDefect: (error) => this.#fail(error),
    });
  }

  #judgeEnd(error: unknown, { topic, isOfFormer }: SimFeed): MemberEnd {
    if (isRefusal(error)) return "again";
    const { former, current } = topic;
    const code = error instanceof SinkError ? error.code : "";
    // Who came to know the former one, and finds the position of its successor, is started again.
    const endOfFormer = isOfFormer ? "for-good" : "again";
    if (former !== undefined && code === "TOPIC_RECREATED") return endOfFormer;
    const isElsewhere = former !== undefined && former.clusterId !== current.clusterId;
    if (isElsewhere && code === "CLUSTER_CHANGED") return endOfFormer;
    const isOfReplaced = code === "TABLE_REPLACED" || code === "DEAD_LETTERS_UNDONE";
    if (this.#isTableReplaced && isOfReplaced) return "again";
    const isLost = this.#rivals.some(({ endsOfLost }) => endsOfLost.some((end) => end === code));
    this.#isLost ||= isLost;
    return isLost ? "for-good" : "defect";
  }

  /** What goes on besides, and is wrong where it fails: nothing is over before it is. */
  #beside(work: Promise<void>): void {
    this.#besides++;
    work.catch((error: unknown) => this.#fail(error)).finally(() => this.#besides--);
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  async #awaitEnds(): Promise<void> {
    const limitMs = this.world.nowMs() + LIMIT_MS;
    const areOver = (): boolean =>
      this.#failure !== undefined || this.#feeds.every(({ members }) => members.size === 0);
    this.#check(await this.world.runUntil(areOver, limitMs), "a member does not end");
  }

  #check(condition: boolean, problem: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!condition) throw new Error(problem);
  }

  /** Nobody removes a ref: it goes only where its snapshot is taken away. */
  #checkRefs(name: string, { tableUuid, refs }: TableMetadata): void {
    const lost = this.#refs.get(tableUuid)?.filter((ref) => refs[ref] === undefined) ?? [];
    this.#refs.set(tableUuid, Object.keys(refs));
    if (lost.length > 0) this.#fail(new Error(`${name} has lost its ${lost.join(", ")}`));
  }

  /** Whether all that is in the topics is decided, no fault is to come and no rival is at work. */
  #isDone(): boolean {
    if (this.#failure !== undefined) return true;
    if (this.#isLost && this.world.nowMs() >= LOST_LIMIT_MS) return true;
    return this.#rates.isOver() && this.#besides === 0 && this.#isAllRead;
  }

  /** It begins at any time. */
  async #happen(rare: RareKind): Promise<void> {
    const { world } = this;
    const [feed] = this.#feeds;
    await world.sleep(world.between(0, this.#faultsMs));
    world.log(rare);
    switch (rare) {
      case "topic-recreated":
        return feed?.topic.recreate();
      case "other-cluster":
        return feed?.topic.recreate("cluster-2");
      case "table-replaced":
        this.#isTableReplaced = await this.#catalog.tables.tableExists(table);
        await this.#catalog.replaceTable(deadLetterTable);
        return this.#catalog.replaceTable(table);
      case "recovered":
        if (feed !== undefined) await this.#recover(feed);
        return;
      case "restless-rivals":
      case "expiring-rivals":
      case "forgetting-rivals":
      case "forgotten-dead-letters":
      case "two-sources":
        return;
      default:
        return rare satisfies never;
    }
  }

  async #recover({ topic }: SimFeed): Promise<void> {
    const process = new SimProcess("operator", this.world);
    const catalog = await this.#catalog.openFor(process);
    const options = { catalog, identifier: table, topic, untilMs: this.#faultsMs };
    await recoverBeside(this.world, options);
  }

  /** Now and then, whatever else comes to its end. */
  #loseCatalog(): void {
    const { world } = this;
    const lose = (): void => {
      world.log("catalog is away");
      this.#awayUntilMs = world.nowMs() + world.between(500, 6_000);
      if (!this.#rates.isOver()) this.#loseCatalog();
    };
    world.startTimer(lose, world.between(2_000, 20_000));
  }

  /** Other engines change the table beside the sink. */
  async #compete(): Promise<void> {
    const { world } = this;
    const habits = rivalHabits(this.#rare, world);
    const rivals = ["spark", "trino"].map((name) => new SimProcess(name, world));
    await Promise.all(rivals.map((rival) => this.#competeAs(rival, habits)));
    // Nobody looks at a table that was rolled back, or has lost its position, before there is
    // something to commit.
    if (habits.rollsBack || habits.tidies === "both") for (const feed of this.#feeds) feed.appendToAll();
  }

  async #competeAs(process: SimProcess, habits: RivalHabits): Promise<void> {
    const catalog = await this.#catalog.openFor(process);
    const rival = new SimRival({ catalog, identifier: table, process, habits });
    this.#rivals.push(rival);
    while (!this.#rates.isOver()) {
      await this.#awaitTurn(process);
      await rival.act();
    }
  }

  /** Who is restless comes often, and stands still in the midst of what it does. */
  async #awaitTurn(process: SimProcess): Promise<void> {
    const { world } = this;
    if (!isRestless(this.#rare)) return world.sleep(world.between(100, 800));
    await world.sleep(world.between(10, 250));
    const waitMs = world.between(0, 60);
    if (world.chance(0.3)) world.startTimer(() => process.freeze(world.between(50, 1_000)), waitMs);
  }
}
