import type { TableIdentifier, TableMetadata } from "@salon/iceberg-writer";
import { readPosition, settledRecord } from "../../src/protocol/position.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import type { MemoryRecord } from "../shell/memory-topic.ts";
import type { SimCatalog } from "./sim-catalog.ts";
import type { FaultRates } from "./sim-faults.ts";
import { SimMembers } from "./sim-members.ts";
import type { MemberEnd } from "./sim-members.ts";
import { SimTopic } from "./sim-topic.ts";
import type { SimWorld } from "./sim-world.ts";

/** What feeds are made of. */
export interface SimFeedOptions {
  readonly world: SimWorld;
  readonly name: string;
  readonly catalog: SimCatalog;
  readonly table: TableIdentifier;
  readonly rates: FaultRates;
  /** Whether some offsets have no record. */
  readonly hasGaps: boolean;
  /** Records come fast, and so do commits. */
  readonly isBusy: boolean;
  /** No record is an event. */
  readonly isDeadAlone: boolean;
  readonly judgeEnd: (error: unknown, feed: SimFeed) => MemberEnd;
  readonly onDefect: (error: unknown) => void;
}

/** A topic that is filled, the members that read it, and how far their commits got. */
export class SimFeed {
  readonly topic: SimTopic;
  readonly members: SimMembers;
  readonly #options: SimFeedOptions;
  /** What the newest commit of anybody recorded. */
  #record: SourceRecord | undefined;
  /** The furthest that any commit got. */
  readonly #furthest = new Map<number, number>();

  constructor(options: SimFeedOptions) {
    const { world, name, catalog, table, rates, isBusy, judgeEnd, onDefect } = options;
    this.#options = options;
    this.topic = new SimTopic(name, world.between(1, 3));
    this.members = new SimMembers({
      world,
      catalog,
      topic: this.topic,
      table,
      rates,
      commitIntervalMs: isBusy ? [100, 600] : [500, 3_000],
      startingOffsets: world.chance(0.3) ? "latest" : "earliest",
      judgeEnd: (error) => judgeEnd(error, this),
      onMirrored: (partition, offset) => {
        if (offset <= (this.#furthest.get(partition) ?? 0)) return;
        onDefect(new Error(`the group is told ${offset} of ${partition}, not committed`));
      },
      onDefect,
    });
  }

  /** Id of the topic whose position the table has. */
  get recordedTopicId(): string | undefined {
    return this.#record?.topicId;
  }

  /** Whether the table has the position of a topic that is gone. */
  get isOfFormer(): boolean {
    const { former } = this.topic;
    return former !== undefined && this.recordedTopicId === former.topicId;
  }

  /** Whether all that is in the topic is decided, and nothing is done to the members any more. */
  get isDone(): boolean {
    if (!this.members.isCalm) return false;
    if (this.isOfFormer) return this.members.size === 0;
    return this.topic.current.partitions.every(
      (records, partition) => this.#record?.ledger.get(partition)?.next === records.length,
    );
  }

  /** The table has new metadata. */
  onCommitted(metadata: TableMetadata): void {
    this.#record = settledRecord(readPosition(metadata, this.topic.name));
    for (const [partition, { next }] of this.#record?.ledger ?? []) {
      this.#furthest.set(partition, Math.max(next, this.#furthest.get(partition) ?? 0));
    }
  }

  /** Fills the topic; partitions are added once there is a position. */
  async produce(untilMs: number): Promise<void> {
    const { world, isBusy } = this.#options;
    const growAtMs = world.chance(0.4) ? world.between(1_500, untilMs) : Infinity;
    let hasGrown = false;
    while (world.nowMs() < untilMs) {
      const partition = world.between(0, this.topic.current.partitions.length - 1);
      const count = world.between(1, isBusy ? 4 : 8);
      const records = Array.from({ length: count }, () => this.#value());
      this.topic.current.append(partition, ...records);
      if (!hasGrown && world.nowMs() >= growAtMs) {
        hasGrown = true;
        world.log("the topic grows");
        this.topic.current.grow(world.between(1, 2));
      }
      if (world.chance(0.02)) this.#retain(partition);
      await world.sleep(isBusy ? world.between(20, 300) : world.between(100, 1_000));
    }
  }

  /** One more record for each partition. */
  appendToAll(): void {
    const { current } = this.topic;
    for (const partition of current.partitions.keys()) current.append(partition, this.#value());
  }

  #value(): MemoryRecord {
    const { world, hasGaps, isDeadAlone } = this.#options;
    if (world.chance(0.15) && hasGaps) return undefined;
    if (isDeadAlone) return "no json";
    if (world.chance(0.15)) return "no json";
    return this.topic.valueOf(world.between(1, 20));
  }

  #retain(partition: number): void {
    const { world } = this.#options;
    const { startOffsets, partitions } = this.topic.current;
    const end = partitions[partition]?.length ?? 0;
    startOffsets[partition] = world.between(startOffsets[partition] ?? 0, end);
    world.log(`retention of ${partition} to ${startOffsets[partition]}`);
  }
}
