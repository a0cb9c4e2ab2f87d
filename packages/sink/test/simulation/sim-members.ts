import type { Catalog, TableIdentifier } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { retryWhileUnavailable } from "../../src/shell/retry.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SimCatalog } from "./sim-catalog.ts";
import { encodeAhead } from "./sim-encoders.ts";
import type { FaultRates } from "./sim-faults.ts";
import { SimGroup } from "./sim-group.ts";
import { SimSource } from "./sim-source.ts";
import type { SimTopic } from "./sim-topic.ts";
import { SimProcess } from "./sim-world.ts";
import type { SimWorld } from "./sim-world.ts";

interface Member {
  readonly process: SimProcess;
  readonly source: SimSource;
  readonly stop: AbortController;
}

/**
 * What the end of a member by an error means: another one is started, none is, or it is a defect.
 */
export type MemberEnd = "again" | "for-good" | "defect";

/** What members are made of. */
export interface SimMembersOptions {
  readonly world: SimWorld;
  readonly catalog: SimCatalog;
  readonly topic: SimTopic;
  readonly table: TableIdentifier;
  readonly rates: FaultRates;
  /** Members have intervals of their own between these. */
  readonly commitIntervalMs: readonly [min: number, max: number];
  readonly startingOffsets: "earliest" | "latest";
  readonly judgeEnd: (error: unknown) => MemberEnd;
  /** Told of every offset that the group is told. */
  readonly onMirrored: (partition: number, offset: number) => void;
  readonly onDefect: (error: unknown) => void;
}

const MEMBERS_MAX = 3;
/** In one of so many histories members write several chunks at a time. */
const AHEAD_EVERY = 4;

/** The processes of one consumer group, each with a sink, and what befalls them. */
export class SimMembers {
  readonly #options: SimMembersOptions;
  readonly #world: SimWorld;
  readonly #group: SimGroup;
  readonly #members = new Set<Member>();
  #started = 0;
  /** Nothing is done to them any more. */
  #isCalm = false;
  /** All is read: nobody is started in the place of one that ends. */
  #isEnding = false;

  constructor(options: SimMembersOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#group = new SimGroup(options.world, options.topic, options.rates.isOver);
  }

  get size(): number {
    return this.#members.size;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** Whoever is there still is about to end. */
  get #isNobodyLeft(): boolean {
    return [...this.#members].every(({ stop }) => stop.signal.aborted);
  }

  /** Ends all of them in order. */
  stopAll(): void {
    this.#isEnding = true;
    for (const { stop } of this.#members) stop.abort();
  }

  start(trigger: "continuous" | "available-now" = "continuous"): void {
    const { topic, judgeEnd, onMirrored, onDefect } = this.#options;
    const process = new SimProcess(`${topic.name}-${this.#started++}`, this.#world);
    const source = new SimSource(topic, this.#group, process, (offsets) => {
      for (const [partition, offset] of offsets) onMirrored(partition, offset);
    });
    const member: Member = { process, source, stop: new AbortController() };
    this.#members.add(member);
    process.log("starts");
    void this.#run(member, trigger).catch((error: unknown) => {
      process.log(`fails: ${String(error)}`);
      const end = judgeEnd(error);
      if (end === "defect") return onDefect(error);
      this.#members.delete(member);
      if (end === "for-good") return;
      // One that stood still may hear of it when nobody starts others any more.
      if (this.#isCalm && !this.#isEnding && this.#isNobodyLeft) this.start(trigger);
    });
  }

  async #run(member: Member, trigger: "continuous" | "available-now"): Promise<void> {
    const { table, topic, startingOffsets, commitIntervalMs } = this.#options;
    const { process, source, stop } = member;
    const catalog = await this.#open(member);
    const line = (fields: object, message?: string): void => {
      this.#world.log(() => {
        const text = JSON.stringify({ ...fields, table: undefined, topic: undefined });
        return `${process.name} ${message ?? ""} ${text}`;
      });
    };
    await runSink(
      {
        topic: topic.name,
        table,
        tableProperties: {
          "commit.status-check.num-retries": "1",
          "write.parquet.compression-codec": "uncompressed",
          "write.manifest.compression-codec": "uncompressed",
        },
        startingOffsets,
        commitIntervalMs: this.#world.between(...commitIntervalMs),
        commitRows: this.#world.between(5, 40),
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
        ...(this.#world.seed % AHEAD_EVERY === 3 && { openEncoders: encodeAhead(process) }),
      },
    );
    process.log("ends");
    this.#members.delete(member);
  }

  /** Who starts waits for the catalog, whatever it is asked first. */
  #open({ process }: Member): Promise<Catalog> {
    const { catalog, rates } = this.#options;
    return retryWhileUnavailable(() => catalog.openFor(process, rates), {
      clock: process,
      signal: new AbortController().signal,
      onRetry: (error) => process.log(error.message),
    });
  }

  /** They crash, end, stand still, lose their session, and others start in their place. */
  async trouble(untilMs: number): Promise<void> {
    const world = this.#world;
    const pause = (): Promise<void> =>
      world.sleep(Math.min(world.between(300, 2_600), untilMs - world.nowMs()));
    for (await pause(); world.nowMs() < untilMs; await pause()) {
      const members = [...this.#members];
      const member = members[world.between(0, members.length - 1)];
      if (member !== undefined) this.#disturb(member);
      if (this.#members.size < MEMBERS_MAX) this.start();
    }
    if (this.#isNobodyLeft) this.start();
    this.#isCalm = true;
  }

  #disturb(member: Member): void {
    const world = this.#world;
    const { process, source, stop } = member;
    switch (world.between(0, 5)) {
      case 0:
        process.log("crashes");
        process.isDead = true;
        this.#members.delete(member);
        world.startTimer(() => source.expire(), world.between(0, 6_000));
        return;
      case 1:
        return source.expire();
      case 2:
        return stop.abort();
      case 3: {
        // It stands still beyond its session, with whatever it has under way.
        const forMs = world.between(2_000, 15_000);
        process.log(`stands still for ${forMs} ms`);
        process.freeze(forMs);
        world.startTimer(() => source.expire(), world.between(0, forMs));
        return;
      }
      case 4:
        process.skewMs = world.between(-100_000_000, 100_000_000);
        process.log(`has its clock set by ${process.skewMs} ms`);
        return;
      default:
    }
  }
}
