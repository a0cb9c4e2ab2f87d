import { rowAt } from "@salon/columns";
import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { readPosition, settledRecord } from "../../src/protocol/position.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import { SinkError } from "../../src/sink-error.ts";
import type { MemoryRecord } from "../shell/memory-topic.ts";
import { FaultyCatalog, isRefusal } from "./faulty-catalog.ts";
import type { FaultRates } from "./faulty-catalog.ts";
import { proveTables } from "./prove-tables.ts";
import { SimGroup } from "./sim-group.ts";
import { SimRival } from "./sim-rival.ts";
import type { RivalHabits } from "./sim-rival.ts";
import { SimSource } from "./sim-source.ts";
import { SimTopic } from "./sim-topic.ts";
import { SimProcess, SimWorld } from "./sim-world.ts";

const table = { namespace: [], name: "bronze" };
const deadLetterTable = { namespace: [], name: "bronze_dead_letters" };

/** Faults end then; what they left behind has to come right. */
const FAULTS_MS = 8_000;
/** By then all that was in the topic has to be in the tables. */
const LIMIT_MS = 600_000;

/** Of so many histories one is that of a topic which is created anew. */
const RECREATES_EVERY = 20;

interface Member {
  readonly process: SimProcess;
  readonly source: SimSource;
  readonly stop: AbortController;
}

/**
 * One history from a seed: several members, a bad network, a rival writer, and a proof at the end.
 */
export class Simulation {
  readonly world: SimWorld;
  readonly #catalog: Catalog;
  readonly #topic: SimTopic;
  readonly #group: SimGroup;
  readonly #rates: FaultRates;
  readonly #startingOffsets: "earliest" | "latest";
  readonly #commitGuard: Catalog["commitGuard"];
  readonly #recreatesTopic: boolean;
  readonly #members = new Set<Member>();
  #memberCount = 0;
  #awayUntilMs = 0;
  /** Nothing is done to the members any more. */
  #isCalm = false;
  /** All is read: nobody is started in the place of one that ends. */
  #isEnding = false;
  #failure: Error | undefined;
  /** The sink could not tell its position any more, and said so. */
  #isLost = false;
  readonly #rivals: SimRival[] = [];
  /** What the newest commit of anybody recorded. */
  #record: SourceRecord | undefined;
  /** The furthest that any commit got. */
  readonly #furthest = new Map<number, number>();

  private constructor(seed: number, catalog: Catalog) {
    const world = new SimWorld(seed);
    this.world = world;
    this.#catalog = catalog;
    this.#topic = new SimTopic(world.between(1, 3));
    this.#group = new SimGroup(world, this.#topic);
    this.#startingOffsets = world.chance(0.3) ? "latest" : "earliest";
    this.#commitGuard = world.chance(0.3) ? "version" : "requirements";
    this.#recreatesTopic = seed % RECREATES_EVERY === 0;
    this.#rates = {
      unavailable: world.chance(0.5) ? 0.1 : 0,
      storage: world.chance(0.3) ? 0.03 : 0,
      commit: world.chance(0.7) ? 0.4 : 0,
      refusal: world.chance(0.3) ? 0.02 : 0,
      isOver: () => world.nowMs() >= FAULTS_MS,
      isAway: () => world.nowMs() < this.#awayUntilMs,
    };
  }

  /** What went wrong, with the seed and the end of the trace; nothing where all is proved. */
  static async run(seed: number, traceLines = 120): Promise<readonly string[]> {
    await using catalog = await openCatalog({ type: "memory" });
    const simulation = new Simulation(seed, catalog);
    try {
      await simulation.#run();
      return [];
    } catch (error) {
      const trace = simulation.world.trace.slice(-traceLines).join("\n");
      const told = error instanceof Error ? error.stack : String(error);
      return [`seed ${seed}: ${told}\n${trace}`];
    }
  }

  async #run(): Promise<void> {
    const { world } = this;
    const count = world.between(1, 3);
    for (let member = 0; member < count; member++) this.#start();
    this.#beside(this.#produce());
    this.#beside(this.#trouble());
    if (this.#recreatesTopic) this.#beside(this.#recreate());
    if (world.chance(0.6)) {
      const tidies = (["properties", "snapshots", "nothing"] as const)[world.between(0, 2)];
      // Who ends with the topic gone would not mend what is undone.
      const rollsBack = world.chance(0.5) && !this.#recreatesTopic;
      const habits = { rollsBack, tidies: tidies ?? "nothing" };
      for (const name of ["spark", "trino"]) this.#beside(this.#compete(name, habits));
    }
    const isDone = await world.runUntil(() => this.#isDone(), LIMIT_MS);
    if (this.#isLost) return;
    this.#check(isDone, "no progress");
    if (this.#isOfFormer()) return this.#proveFormer();
    this.#isEnding = true;
    for (const { stop } of this.#members) stop.abort();
    await this.#awaitEnds();
    // What waits in the outbox of a member that crashed is for whoever comes next.
    this.#start("available-now");
    await this.#awaitEnds();
    await proveTables(this.#topic.current, {
      main: await this.#catalog.loadTable(table),
      deadLetters: await this.#catalog.loadTable(deadLetterTable),
    });
    await this.#proveOwnRows();
  }

  /** The topic is deleted and created anew, at any time. */
  async #recreate(): Promise<void> {
    const { world } = this;
    await world.sleep(world.between(0, FAULTS_MS));
    world.log("the topic is created anew");
    this.#topic.recreate();
  }

  /** Whether the table has the position of a topic that is gone. */
  #isOfFormer(): boolean {
    const { former } = this.#topic;
    return former !== undefined && this.#record?.topicId === former.topicId;
  }

  /** What was read of it is there once, and nothing of the one that took its name. */
  async #proveFormer(): Promise<void> {
    const options = { catalog: this.#catalog, identifier: table, allowLost: true };
    const proof = await verifyTable(options);
    if (!proof.isProved) throw new Error(JSON.stringify(proof.sources));
    await this.#proveOwnRows();
  }

  async #proveOwnRows(): Promise<void> {
    const main = await this.#catalog.loadTable(table);
    for await (const { batch } of scanTable({ table: main, columns: ["customer_id"] })) {
      for (let row = 0; row < batch.rowCount; row++) {
        const customer = Number(rowAt(batch, row)["customer_id"]);
        if (!this.#topic.isOf(this.#record?.topicId, customer)) {
          throw new Error(`customer ${customer} is of another topic of the same name`);
        }
      }
    }
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
    const areOver = (): boolean => this.#failure !== undefined || this.#members.size === 0;
    this.#check(await this.world.runUntil(areOver, limitMs), "a member does not end");
  }

  #check(condition: boolean, problem: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!condition) throw new Error(problem);
  }

  #start(trigger: "continuous" | "available-now" = "continuous"): void {
    const process = new SimProcess(`m${this.#memberCount++}`, this.world);
    const source = new SimSource(this.#topic, this.#group, process, (offsets) => {
      for (const [partition, offset] of offsets) {
        if (offset > (this.#furthest.get(partition) ?? 0)) {
          this.#fail(`the group is told ${offset} of ${partition}, not committed`);
        }
      }
    });
    const member: Member = { process, source, stop: new AbortController() };
    this.#members.add(member);
    process.log("starts");
    void this.#sink(member, trigger).catch((error: unknown) => {
      process.log(`fails: ${String(error)}`);
      if (isRefusal(error)) {
        this.#members.delete(member);
        // One that stood still may hear of it when nobody starts others any more.
        if (this.#isCalm && !this.#isEnding && this.#members.size === 0) this.#start(trigger);
        return;
      }
      const isGone = error instanceof SinkError && error.code === "TOPIC_RECREATED";
      if (isGone && this.#topic.former !== undefined) {
        this.#members.delete(member);
        return;
      }
      this.#isLost ||=
        error instanceof SinkError &&
        error.code === "POSITION_UNCERTAIN" &&
        this.#rivals.some(({ hasHiddenPosition }) => hasHiddenPosition);
      this.#fail(error);
    });
  }

  async #sink(member: Member, trigger: "continuous" | "available-now"): Promise<void> {
    const { world } = this;
    const { process, source, stop } = member;
    const line = (fields: object, message?: string): void => {
      const text = JSON.stringify({ ...fields, table: undefined, topic: undefined });
      process.log(`${message ?? ""} ${text}`);
    };
    const catalog = new FaultyCatalog(this.#catalog, process, {
      commitGuard: this.#commitGuard,
      rates: this.#rates,
      onCommitted: ({ identifier, metadata }) => {
        if (identifier.name !== table.name) return;
        this.#record = settledRecord(readPosition(metadata, "ratings"));
        for (const [partition, { next }] of this.#record?.ledger ?? []) {
          this.#furthest.set(partition, Math.max(next, this.#furthest.get(partition) ?? 0));
        }
      },
    });
    await runSink(
      {
        topic: this.#topic.current.name,
        table,
        tableProperties: {
          "commit.status-check.num-retries": "1",
          "write.parquet.compression-codec": "uncompressed",
          "write.avro.compression-codec": "uncompressed",
        },
        startingOffsets: this.#startingOffsets,
        commitIntervalMs: world.between(500, 3_000),
        commitRows: world.between(5, 40),
        onDataLoss: "continue",
        onRollback: "accept",
        trigger,
      },
      {
        catalog,
        source,
        events: ratingsSchema,
        logger: { debug: line, info: line, warn: line },
        signal: stop.signal,
        clock: process,
        nowMs: process.timeOfDay,
      },
    );
    process.log("ends");
    this.#members.delete(member);
  }

  /** Fills the topic; partitions are added once there is a position. */
  async #produce(): Promise<void> {
    const { world } = this;
    const growAtMs = world.chance(0.4) ? world.between(1_500, FAULTS_MS) : Infinity;
    let hasGrown = false;
    while (!this.#rates.isOver()) {
      const partition = world.between(0, this.#topic.current.partitions.length - 1);
      const records = Array.from({ length: world.between(1, 8) }, () => this.#value());
      this.#topic.current.append(partition, ...records);
      if (!hasGrown && world.nowMs() >= growAtMs) {
        hasGrown = true;
        world.log("the topic grows");
        for (let added = world.between(1, 2); added > 0; added--) {
          this.#topic.current.partitions.push([]);
          this.#topic.current.startOffsets.push(0);
        }
      }
      if (world.chance(0.01)) this.#retain(partition);
      await world.sleep(world.between(100, 1_000));
    }
  }

  #value(): MemoryRecord {
    if (this.world.chance(0.15)) return undefined;
    if (this.world.chance(0.15)) return "no json";
    return this.#topic.valueOf(this.world.between(1, 20));
  }

  #retain(partition: number): void {
    const end = this.#topic.current.partitions[partition]?.length ?? 0;
    const start = this.#topic.current.startOffsets[partition] ?? 0;
    this.#topic.current.startOffsets[partition] = this.world.between(start, end);
    this.world.log(`retention of ${partition} to ${this.#topic.current.startOffsets[partition]}`);
  }

  /** Members crash, end, lose their session, and others start in their place. */
  async #trouble(): Promise<void> {
    const { world } = this;
    while (!this.#rates.isOver()) {
      await world.sleep(world.between(500, 4_000));
      const members = [...this.#members];
      const member = members[world.between(0, members.length - 1)];
      const kind = world.between(0, 6);
      if (kind === 0 && member !== undefined) this.#crash(member);
      if (kind === 1) member?.source.expire();
      if (kind === 2) member?.stop.abort();
      if (kind === 3) {
        world.log("catalog is away");
        this.#awayUntilMs = world.nowMs() + world.between(500, 6_000);
      }
      if (kind === 4 && member !== undefined) this.#freeze(member);
      if (kind === 5 && member !== undefined) this.#setClock(member);
      if (this.#members.size < 3) this.#start();
    }
    if ([...this.#members].every(({ stop }) => stop.signal.aborted)) this.#start();
    this.#isCalm = true;
  }

  #crash(member: Member): void {
    member.process.log("crashes");
    member.process.isDead = true;
    this.#members.delete(member);
    this.world.startTimer(() => member.source.expire(), this.world.between(0, 6_000));
  }

  /** It stands still beyond its session, with whatever it has under way. */
  #freeze(member: Member): void {
    const forMs = this.world.between(2_000, 15_000);
    member.process.log(`stands still for ${forMs} ms`);
    member.process.freeze(forMs);
    this.world.startTimer(() => member.source.expire(), this.world.between(0, forMs));
  }

  #setClock({ process }: Member): void {
    process.skewMs = this.world.between(-100_000_000, 100_000_000);
    process.log(`has its clock set by ${process.skewMs} ms`);
  }

  /** Whether all that is in the topic is decided and no fault is to come. */
  #isDone(): boolean {
    if (this.#failure !== undefined) return true;
    if (!this.#isCalm || !this.#rates.isOver()) return false;
    if (this.#isOfFormer()) return this.#members.size === 0;
    return this.#topic.current.partitions.every(
      (records, partition) => this.#record?.ledger.get(partition)?.next === records.length,
    );
  }

  /** Other engines change the table beside the sink. */
  async #compete(name: string, habits: RivalHabits): Promise<void> {
    const { world } = this;
    const process = new SimProcess(name, world);
    const catalog = new FaultyCatalog(this.#catalog, process, {
      commitGuard: this.#commitGuard,
      rates: {
        ...this.#rates,
        unavailable: 0,
        storage: 0,
        refusal: 0,
        commit: 0,
        isAway: () => false,
      },
      onCommitted: () => undefined,
    });
    const rival = new SimRival({ catalog, identifier: table, world, habits });
    this.#rivals.push(rival);
    while (!this.#rates.isOver()) {
      await world.sleep(world.between(200, 1_500));
      await rival.act();
    }
    // Nobody looks at a table that was rolled back before there is something to commit.
    for (const partition of this.#topic.current.partitions.keys()) {
      this.#topic.current.append(partition, this.#value());
    }
  }
}
