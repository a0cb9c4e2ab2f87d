import { KafkaIoError } from "@salon/kafka-io";
import type { KafkaSource, KafkaSourceHandler, LogRange, SourceProgress } from "@salon/kafka-io";
import { chunkOf } from "../shell/memory-topic.ts";
import type { MemoryTopic } from "../shell/memory-topic.ts";
import type { SimTopic } from "./sim-topic.ts";
import type { GroupSeat, SimGroup } from "./sim-group.ts";
import type { SimProcess } from "./sim-world.ts";

/** Between one fetch and the next. */
const POLL_MS = 40;
/** What a fetch waits for that has nothing to bring. */
const LONG_POLL_MS = 400;

/** Of a fetch that comes amid faults. */
const CHUNK_RECORDS_MAX = 6;

interface ReadState {
  epoch: number;
  next: number;
  isHalted: boolean;
}

/** One member's view of the topic: chunks of random size, at random times, sometimes late. */
export class SimSource implements KafkaSource, GroupSeat {
  readonly name: string;
  readonly #topic: SimTopic;
  readonly #group: SimGroup;
  readonly #process: SimProcess;
  readonly #onMirrored: (offsets: ReadonlyMap<number, number>) => void;
  readonly #states = new Map<number, ReadState>();
  #described: MemoryTopic | undefined;
  readonly #epochs = new Map<number, number>();
  readonly #paused = new Set<number>();
  #lastEpoch = 0;
  #calls: Promise<unknown> = Promise.resolve();
  #generation = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(
    topic: SimTopic,
    group: SimGroup,
    process: SimProcess,
    onMirrored: (offsets: ReadonlyMap<number, number>) => void,
  ) {
    this.#onMirrored = onMirrored;
    this.name = process.name;
    this.#topic = topic;
    this.#group = group;
    this.#process = process;
  }

  async describeTopic(): ReturnType<KafkaSource["describeTopic"]> {
    await this.#process.pass(20);
    this.#described ??= this.#topic.current;
    const { clusterId, topicId, name, partitions } = this.#topic.current;
    return { clusterId, topic: name, topicId, partitionCount: partitions.length };
  }

  async listOffsets(partitions: readonly number[]): Promise<ReadonlyMap<number, LogRange>> {
    await this.#process.pass(1_500);
    if (this.#process.world.chance(0.1)) {
      throw new KafkaIoError("KAFKA_UNREACHABLE", "broker is away", { retryable: true });
    }
    return new Map(
      partitions.map((partition) => [partition, this.#topic.current.range(partition)]),
    );
  }

  async start(handler: KafkaSourceHandler): Promise<void> {
    await this.#process.pass(50);
    if (this.#isStopped) return;
    const topic = this.#described ?? this.#topic.current;
    void this.#live(handler);
    void this.#read(handler, topic);
    void this.#watch(handler, topic);
  }

  seek(partition: number, offset: number): number {
    const epoch = ++this.#lastEpoch;
    this.#epochs.set(partition, epoch);
    if (this.#states.has(partition)) {
      this.#states.set(partition, { epoch, next: offset, isHalted: false });
    }
    return epoch;
  }

  progress(): SourceProgress {
    return { logEnds: new Map() };
  }

  pause(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.delete(partition);
  }

  async commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    this.#onMirrored(offsets);
    await this.#process.pass(20);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#states.clear();
    this.#generation.resolve();
    this.#group.remove(this);
    await this.#process.pass(20);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  endGeneration(afterMs: number): void {
    const { resolve } = this.#generation;
    this.#process.world.startTimer(resolve, afterMs);
  }

  /** The session ends at the group, and the member hears of it a good while later. */
  expire(): void {
    this.#process.log("is out of the group");
    this.endGeneration(this.#process.world.between(0, 8_000));
    this.#group.remove(this);
  }

  async #live(handler: KafkaSourceHandler): Promise<void> {
    while (!this.#isStopped) {
      this.#generation = Promise.withResolvers();
      const ended = this.#generation.promise;
      const partitions = await this.#group.join(this);
      await this.#process.pass(0);
      if (partitions === undefined) continue;
      const offsets = await this.#call(() => handler.onAssigned(partitions));
      for (const [partition, next] of offsets ?? []) {
        const epoch = this.#epochs.get(partition) ?? 0;
        this.#states.set(partition, { epoch, next, isHalted: false });
      }
      await ended;
      this.#states.clear();
      this.#paused.clear();
      await this.#call(() => handler.onRevoked(partitions));
      await this.#process.pass(50);
    }
  }

  async #read(handler: KafkaSourceHandler, topic: MemoryTopic): Promise<void> {
    const { world } = this.#process;
    let waitMaxMs = POLL_MS;
    while (!this.#isStopped) {
      await this.#process.pass(waitMaxMs);
      waitMaxMs = LONG_POLL_MS;
      // Brokers know by its id that it is gone.
      if (topic !== this.#topic.current) return;
      const ready = [...this.#states].filter(
        ([partition, { isHalted, next }]) =>
          !this.#paused.has(partition) && !isHalted && next !== topic.range(partition).endOffset,
      );
      const [partition, state] = ready[world.between(0, Math.max(ready.length - 1, 0))] ?? [];
      if (partition !== undefined && state !== undefined) {
        await this.#poll({ handler, topic, partition, state });
        waitMaxMs = POLL_MS;
      }
    }
  }

  async #poll({
    handler,
    topic,
    partition,
    state,
  }: {
    readonly handler: KafkaSourceHandler;
    readonly topic: MemoryTopic;
    readonly partition: number;
    readonly state: ReadState;
  }): Promise<void> {
    const { world } = this.#process;
    const range = topic.range(partition);
    const { next, epoch } = state;
    if (next < range.startOffset || next > range.endOffset) {
      state.isHalted = true;
      await this.#call(() => handler.onOutOfRange(partition, next, range));
      return;
    }
    const behind = range.endOffset - next;
    // Once it is calm, what is behind comes in few chunks, as from a broker that has it at hand.
    const countMax = this.#group.isCalm ? behind : CHUNK_RECORDS_MAX;
    const end = next + Math.min(world.between(1, countMax), behind);
    const records = topic.partitions[partition]?.slice(next, end) ?? [];
    const chunk = chunkOf(topic.name, partition, next, records);
    // What was fetched may come after a seek, a pause or the partition's revocation.
    if (world.chance(0.1)) await this.#process.pass(500);
    else if (this.#states.get(partition) !== state) return;
    await this.#call(() => handler.onChunk(chunk, epoch));
    if (this.#states.get(partition) === state && !state.isHalted) state.next = end;
  }

  async #watch(handler: KafkaSourceHandler, topic: MemoryTopic): Promise<void> {
    let known = topic.partitions.length;
    while (!this.#isStopped) {
      await this.#process.pass(10_000);
      const { current } = this.#topic;
      if (current !== topic) {
        await this.#call(async () => handler.onTopicRecreated?.(current.topicId));
        return;
      }
      const count = topic.partitions.length;
      if (count === known) continue;
      await this.#call(async () => handler.onPartitionCountChanged?.(count));
      known = count;
      this.#group.rebalance();
    }
  }

  /** One call after the other, none to a process that is dead or of a source that is stopped. */
  #call<T>(method: () => Promise<T>): Promise<T | undefined> {
    const call = async (): Promise<T | undefined> => {
      if (this.#process.isDead) await new Promise(() => undefined);
      return this.#isStopped ? undefined : await method();
    };
    const result = this.#calls.then(call);
    this.#calls = result.catch(() => undefined);
    return result;
  }
}
