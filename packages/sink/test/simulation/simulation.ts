import { rowAt } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, TableMetadata } from "@salon/iceberg-writer";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { SinkError } from "../../src/sink-error.ts";
import { proveTables } from "./prove-tables.ts";
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

/** Faults end then; what they left behind has to come right. */
const FAULTS_MS = 8_000;
/** By then all that was in the topics has to be in the tables. */
const LIMIT_MS = 600_000;

/** Of so many histories one each is that of something that happens to few. */
const RARE_EVERY = 20;

type Rare =
  | "topic-recreated"
  | "other-cluster"
  | "table-replaced"
  | "restless-rivals"
  | "expiring-rivals"
  | "two-sources"
  | "recovered";

/** By the seed's number, so that all other histories stay what they are. */
const RARE: ReadonlyMap<number, Rare> = new Map([
  [0, "topic-recreated"],
  [5, "other-cluster"],
  [8, "expiring-rivals"],
  [10, "table-replaced"],
  [12, "restless-rivals"],
  [15, "two-sources"],
  [18, "recovered"],
]);

/** What came of a history. */
export interface SimHistory {
  /** Whether something went wrong, or could not be proved. */
  readonly hasProblem: boolean;
  /** The seed, what went wrong, and so many of the last lines of the trace; all by default. */
  readonly tell: (linesMax?: number) => string;
}

/**
 * One history from a seed: several members, a bad network, a rival writer, and a proof at the end.
 */
export class Simulation {
  readonly world: SimWorld;
  readonly #rare: Rare | undefined;
  readonly #catalog: SimCatalog;
  readonly #feeds: readonly SimFeed[];
  readonly #rates: FaultRates;
  readonly #rivals: SimRival[] = [];
  /** Names of the refs that tables have, by the tables' UUIDs. */
  readonly #refs = new Map<string, readonly string[]>();
  #awayUntilMs = 0;
  #failure: Error | undefined;
  /** The sink could not tell its position any more, and said so. */
  #isLost = false;
  #isTableReplaced = false;

  private constructor(world: SimWorld, rare: Rare | undefined, catalog: SimCatalog) {
    this.world = world;
    this.#rare = rare;
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
      isOver: () => world.nowMs() >= FAULTS_MS,
      isAway: () => world.nowMs() < this.#awayUntilMs,
    };
    const names = rare === "two-sources" ? ["ratings", "visits"] : ["ratings"];
    this.#feeds = names.map((name) => this.#createFeed(name));
  }

  /** Runs the history of a seed to its end, and to the proof of what it left. */
  static async run(seed: number): Promise<SimHistory> {
    const world = new SimWorld(seed);
    const rare = RARE.get(seed % RARE_EVERY);
    // In the file-system layout nobody may take the place of a table that has writers.
    const isRest = world.chance(0.65) || rare === "table-replaced";
    const catalog = await SimCatalog.open(world, isRest ? "rest" : "hadoop");
    const simulation = new Simulation(world, rare, catalog);
    let problem: string | undefined;
    try {
      await simulation.#run();
    } catch (error) {
      problem = (error instanceof Error ? error.stack : undefined) ?? String(error);
    }
    const end = `seed ${seed}: ${problem ?? "all is proved"}`;
    const tell = (linesMax?: number): string => world.trace.tell(end, linesMax);
    return { hasProblem: problem !== undefined, tell };
  }

  get #isRestless(): boolean {
    return this.#rare === "restless-rivals" || this.#rare === "expiring-rivals";
  }

  async #run(): Promise<void> {
    const { world } = this;
    const count = world.between(1, 3);
    for (const feed of this.#feeds) {
      for (let member = 0; member < count; member++) feed.members.start();
      this.#beside(feed.produce(FAULTS_MS));
      this.#beside(feed.members.trouble());
    }
    this.#beside(this.#loseCatalog());
    if (this.#rare !== undefined) this.#beside(this.#happen(this.#rare));
    if (world.chance(0.6) || this.#isRestless) this.#compete();
    const isDone = await world.runUntil(() => this.#isDone(), LIMIT_MS);
    if (this.#isLost) return;
    this.#check(isDone, "no progress");
    const [feed] = this.#feeds;
    if (feed?.isOfFormer === true) return this.#proveFormer(feed);
    for (const { members } of this.#feeds) members.stopAll();
    await this.#awaitEnds();
    // What waits in the outbox of a member that crashed is for whoever comes next.
    for (const { members } of this.#feeds) members.start("available-now");
    await this.#awaitEnds();
    const { tables } = this.#catalog;
    const [main, deadLetters] = [
      await tables.loadTable(table),
      await tables.loadTable(deadLetterTable),
    ];
    for (const { topic } of this.#feeds) await proveTables(topic.current, { main, deadLetters });
    await this.#readRefs(main);
    if (feed?.topic.former !== undefined) await this.#proveOwnRows(feed);
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
      isBusy: this.#isRestless,
      judgeEnd: (error, feed) => this.#judgeEnd(error, feed),
      onDefect: (error) => {
        // What is wrong before that is no excuse.
        this.#isLost ||= this.#failure === undefined && this.#mayBeLost(error);
        this.#fail(error);
      },
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
    return this.#isTableReplaced && isOfReplaced ? "again" : "defect";
  }

  /** Rolled back, and what was undone forgotten: nobody can know then. */
  #mayBeLost(error: unknown): boolean {
    const isUncertain = error instanceof SinkError && error.code === "POSITION_UNCERTAIN";
    return isUncertain && this.#rivals.some(({ hasHiddenPosition }) => hasHiddenPosition);
  }

  /** What goes on besides, and is wrong where it fails. */
  #beside(work: Promise<void>): void {
    work.catch((error: unknown) => this.#fail(error));
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

  /** Whether all that is in the topics is decided and no fault is to come. */
  #isDone(): boolean {
    if (this.#failure !== undefined) return true;
    return this.#rates.isOver() && this.#feeds.every(({ isDone }) => isDone);
  }

  /** It begins at any time. */
  async #happen(rare: Rare): Promise<void> {
    const { world } = this;
    const [feed] = this.#feeds;
    await world.sleep(world.between(0, FAULTS_MS));
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
      case "two-sources":
        return;
      default:
        return rare satisfies never;
    }
  }

  async #recover({ topic }: SimFeed): Promise<void> {
    const process = new SimProcess("operator", this.world);
    const catalog = await this.#catalog.openFor(process);
    const options = { catalog, identifier: table, topic, untilMs: FAULTS_MS };
    await recoverBeside(this.world, options);
  }

  async #loseCatalog(): Promise<void> {
    const { world } = this;
    while (!this.#rates.isOver()) {
      await world.sleep(world.between(2_000, 20_000));
      world.log("catalog is away");
      this.#awayUntilMs = world.nowMs() + world.between(500, 6_000);
    }
  }

  /** Other engines change the table beside the sink. */
  #compete(): void {
    const { world } = this;
    const tidies = (["properties", "snapshots", "nothing"] as const)[world.between(0, 2)];
    // Who ends for good would not mend what is undone, and nor can who comes to another table.
    const mayRollBack = this.#rare === undefined || this.#rare === "two-sources";
    const rollsBack = (world.chance(0.5) && mayRollBack) || this.#rare === "restless-rivals";
    const movesBranch = this.#rare === "expiring-rivals";
    const habits = {
      rollsBack,
      // Who expires so much leaves the copy of the position alone.
      tidies: movesBranch ? ("snapshots" as const) : (tidies ?? "nothing"),
      movesBranch,
      snapshotsMin: this.#isRestless ? 2 : 4,
    };
    for (const name of ["spark", "trino"]) {
      this.#beside(this.#competeAs(new SimProcess(name, world), habits));
    }
  }

  async #competeAs(process: SimProcess, habits: RivalHabits): Promise<void> {
    const catalog = await this.#catalog.openFor(process);
    const rival = new SimRival({ catalog, identifier: table, process, habits });
    this.#rivals.push(rival);
    while (!this.#rates.isOver()) {
      await this.#awaitTurn(process);
      await rival.act();
    }
    // Nobody looks at a table that was rolled back before there is something to commit.
    for (const feed of this.#feeds) feed.appendToAll();
  }

  /** Who is restless comes often, and stands still in the midst of what it does. */
  async #awaitTurn(process: SimProcess): Promise<void> {
    const { world } = this;
    if (!this.#isRestless) return world.sleep(world.between(200, 1_500));
    await world.sleep(world.between(20, 400));
    const waitMs = world.between(0, 60);
    if (world.chance(0.3)) world.startTimer(() => process.freeze(world.between(50, 1_000)), waitMs);
  }
}
