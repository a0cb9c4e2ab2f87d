import { appendToTable, expireSnapshots, openCatalog } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { readPosition, settledRecord } from "../../src/protocol/position.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemoryTopic } from "../shell/memory-topic.ts";
import type { MemoryRecord } from "../shell/memory-topic.ts";
import { FaultyCatalog, isRefusal } from "./faulty-catalog.ts";
import type { FaultRates } from "./faulty-catalog.ts";
import { proveTables } from "./prove-tables.ts";
import { SimGroup } from "./sim-group.ts";
import { SimSource } from "./sim-source.ts";
import { SimProcess, SimWorld } from "./sim-world.ts";

const table = { namespace: [], name: "bronze" };
const deadLetterTable = { namespace: [], name: "bronze_dead_letters" };

/** Faults end then; what they left behind has to come right. */
const FAULTS_MS = 8_000;
/** By then all that was in the topic has to be in the tables. */
const LIMIT_MS = 600_000;

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
  readonly #topic: MemoryTopic;
  readonly #group: SimGroup;
  readonly #rates: FaultRates;
  readonly #startingOffsets: "earliest" | "latest";
  readonly #commitGuard: Catalog["commitGuard"];
  readonly #members = new Set<Member>();
  #memberCount = 0;
  #awayUntilMs = 0;
  /** Nothing is done to the members any more. */
  #isCalm = false;
  #failure: Error | undefined;
  /** What the newest commit of anybody recorded. */
  #record: SourceRecord | undefined;

  private constructor(seed: number, catalog: Catalog) {
    const world = new SimWorld(seed);
    this.world = world;
    this.#catalog = catalog;
    this.#topic = new MemoryTopic(world.between(1, 3));
    this.#group = new SimGroup(world, this.#topic);
    this.#startingOffsets = world.chance(0.3) ? "latest" : "earliest";
    this.#commitGuard = world.chance(0.3) ? "version" : "requirements";
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
  static async run(seed: number): Promise<readonly string[]> {
    await using catalog = await openCatalog({ type: "memory" });
    const simulation = new Simulation(seed, catalog);
    try {
      await simulation.#run();
      return [];
    } catch (error) {
      const trace = simulation.world.trace.slice(-120).join("\n");
      const told = error instanceof Error ? error.stack : String(error);
      return [`seed ${seed}: ${told}\n${trace}`];
    }
  }

  async #run(): Promise<void> {
    const { world } = this;
    const count = world.between(1, 3);
    for (let member = 0; member < count; member++) this.#start();
    void this.#produce();
    void this.#trouble();
    if (world.chance(0.5)) void this.#rival();
    const isDone = await world.runUntil(() => this.#isDone(), LIMIT_MS);
    this.#check(isDone, "no progress");
    for (const { stop } of this.#members) stop.abort();
    await this.#awaitEnds();
    // What waits in the outbox of a member that crashed is for whoever comes next.
    this.#start("available-now");
    await this.#awaitEnds();
    await proveTables(this.#topic, {
      main: await this.#catalog.loadTable(table),
      deadLetters: await this.#catalog.loadTable(deadLetterTable),
    });
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
    const source = new SimSource(this.#topic, this.#group, process);
    const member: Member = { process, source, stop: new AbortController() };
    this.#members.add(member);
    process.log("starts");
    void this.#sink(member, trigger).catch((error: unknown) => {
      process.log(`fails: ${String(error)}`);
      if (isRefusal(error)) {
        this.#members.delete(member);
        return;
      }
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
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
      },
    });
    await runSink(
      {
        topic: this.#topic.name,
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
        trigger,
      },
      {
        catalog,
        source,
        events: ratingsSchema,
        logger: { debug: line, info: line, warn: line },
        signal: stop.signal,
        clock: process,
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
      const partition = world.between(0, this.#topic.partitions.length - 1);
      const records = Array.from({ length: world.between(1, 8) }, () => this.#value());
      this.#topic.append(partition, ...records);
      if (!hasGrown && world.nowMs() >= growAtMs) {
        hasGrown = true;
        world.log("the topic grows");
        for (let added = world.between(1, 2); added > 0; added--) {
          this.#topic.partitions.push([]);
          this.#topic.startOffsets.push(0);
        }
      }
      if (world.chance(0.01)) this.#retain(partition);
      await world.sleep(world.between(100, 1_000));
    }
  }

  #value(): MemoryRecord {
    if (this.world.chance(0.15)) return undefined;
    if (this.world.chance(0.15)) return "no json";
    return `{"customer_id":${this.world.between(1, 20)},"timestamp":"2025-01-15T10:30:00"}`;
  }

  #retain(partition: number): void {
    const end = this.#topic.partitions[partition]?.length ?? 0;
    const start = this.#topic.startOffsets[partition] ?? 0;
    this.#topic.startOffsets[partition] = this.world.between(start, end);
    this.world.log(`retention of ${partition} to ${this.#topic.startOffsets[partition]}`);
  }

  /** Members crash, end, lose their session, and others start in their place. */
  async #trouble(): Promise<void> {
    const { world } = this;
    while (!this.#rates.isOver()) {
      await world.sleep(world.between(500, 4_000));
      const members = [...this.#members];
      const member = members[world.between(0, members.length - 1)];
      const kind = world.between(0, 4);
      if (kind === 0 && member !== undefined) this.#crash(member);
      if (kind === 1) member?.source.expire();
      if (kind === 2) member?.stop.abort();
      if (kind === 3) {
        world.log("catalog is away");
        this.#awayUntilMs = world.nowMs() + world.between(500, 6_000);
      }
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

  /** Another engine appends and expires beside the sink. */
  async #rival(): Promise<void> {
    const { world } = this;
    while (!this.#rates.isOver()) {
      await world.sleep(world.between(200, 1_500));
      const found = await this.#load();
      if (found === undefined || found.metadata.snapshots.length < 6) continue;
      if (world.chance(0.5)) {
        world.log("rival appends");
        await appendToTable({ catalog: this.#catalog, table: found, request: {} });
      } else {
        world.log("rival expires");
        const retention = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 5 };
        await expireSnapshots({
          catalog: this.#catalog,
          table: found,
          retention,
          deleteDataFiles: true,
          components: { nowMs: () => Date.now() + 60_000 },
        });
      }
    }
  }

  /** Whether all that is in the topic is decided and no fault is to come. */
  #isDone(): boolean {
    if (this.#failure !== undefined) return true;
    if (!this.#isCalm || !this.#rates.isOver()) return false;
    return this.#topic.partitions.every(
      (records, partition) => this.#record?.ledger.get(partition)?.next === records.length,
    );
  }

  async #load(): Promise<CatalogTable | undefined> {
    const isThere = await this.#catalog.tableExists(table);
    return isThere ? await this.#catalog.loadTable(table) : undefined;
  }
}
