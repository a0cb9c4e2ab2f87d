import { setImmediate } from "node:timers/promises";
import { ERROR_CODES } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs } from "../cluster/retry.ts";
import type { LogRange, SourceProgress } from "../port/kafka-source.ts";
import type { RecordChunk } from "../port/record-chunk.ts";
import { type FetchedLog, nextFetchOffset, readChunks } from "./chunk-reader.ts";
import { fetchFromBroker, type FetchedPartition } from "./fetch-from-broker.ts";
import type { LogReaderSettings } from "./source-settings.ts";
import { createReadState, logEndsOf, type ReadState, seekReadState } from "./read-state.ts";

/** What the reader needs of a cluster. */
type ReadCluster = Pick<KafkaCluster, "topic" | "leaders" | "send">;

/** Where the reader's findings go. The first two are called one after the other. */
export interface LogReaderOutput {
  onChunk(chunk: RecordChunk, epoch: number): Promise<void>;
  onOutOfRange(partition: number, offset: number, range: LogRange): Promise<void>;
  onTrouble(error: unknown): void;
  listLogRange(partition: number): Promise<LogRange>;
  refreshMetadata(): Promise<void>;
}

interface Delivery {
  readonly state: ReadState;
  readonly epoch: number;
  readonly log: FetchedLog;
}

/**
 * Reads partitions of one topic from their leaders: one fetch under way for each broker, and the
 * next one while what came is being delivered, so that a broker's waiting for new records never
 * holds up what there is. Fetched and undelivered bytes are bounded by `maxBytes` for each broker
 * and `maxBytes` in the queue.
 */
export class LogReader {
  readonly #cluster: ReadCluster;
  readonly #settings: LogReaderSettings;
  readonly #output: LogReaderOutput;
  readonly #states: Map<number, ReadState> = new Map();
  readonly #epochs: Map<number, number> = new Map();
  readonly #paused: Set<number> = new Set();
  readonly #busyNodes: Set<number> = new Set();
  readonly #deliveries: Delivery[] = [];
  #queuedBytes = 0;
  #lastEpoch = 0;
  #isDelivering = false;
  #isRefreshing = false;
  #isStopped = false;
  #turn = 0;
  #fetchedAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: ReadCluster, settings: LogReaderSettings, output: LogReaderOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
  }

  /** Reads these partitions, each from its offset, and no others. */
  assign(offsets: ReadonlyMap<number, number>): void {
    this.#states.clear();
    for (const [partition, offset] of offsets) {
      const epoch = this.#epochs.get(partition) ?? 0;
      const isPaused = this.#paused.has(partition);
      this.#states.set(partition, createReadState(partition, offset, epoch, isPaused));
    }
    this.#fetchMore();
  }

  /** Reads nothing. What is being delivered is delivered to its end. */
  revoke(): void {
    this.#states.clear();
    this.#paused.clear();
  }

  /** The partition's new epoch. Without effect on a partition that is not assigned. */
  seek(partition: number, offset: number): number {
    const epoch = ++this.#lastEpoch;
    this.#epochs.set(partition, epoch);
    const state = this.#states.get(partition);
    if (state !== undefined) seekReadState(state, offset, epoch);
    this.#fetchMore();
    return epoch;
  }

  pause(partitions: readonly number[]): void {
    this.#setPaused(partitions, true);
  }

  resume(partitions: readonly number[]): void {
    this.#setPaused(partitions, false);
    this.#fetchMore();
  }

  /** How far the fetches of what is assigned are. */
  progress(): SourceProgress {
    return { logEnds: logEndsOf(this.#states.values()), fetchedAtMs: this.#fetchedAtMs };
  }

  stop(): void {
    this.#isStopped = true;
    this.#states.clear();
    clearTimeout(this.#timer);
  }

  #setPaused(partitions: readonly number[], isPaused: boolean): void {
    for (const partition of partitions) {
      if (isPaused) this.#paused.add(partition);
      else this.#paused.delete(partition);
      const state = this.#states.get(partition);
      if (state !== undefined) state.isPaused = isPaused;
    }
  }

  /** Sends a fetch to every broker that has something to be fetched and none under way. */
  #fetchMore(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#queuedBytes >= this.#settings.maxBytes) return;
    const { leaders } = this.#cluster;
    const nowMs = Date.now();
    let waitMs = Number.POSITIVE_INFINITY;
    const byNode = new Map<number, ReadState[]>();
    for (const state of this.#states.values()) {
      if (state.isPaused || state.isHalted) continue;
      if (state.notBeforeMs > nowMs) {
        waitMs = Math.min(waitMs, state.notBeforeMs - nowMs);
        continue;
      }
      const leader = leaders.get(state.partition) ?? -1;
      if (leader < 0) this.#retryLater(state, undefined);
      else byNode.set(leader, [...(byNode.get(leader) ?? []), state]);
    }
    for (const [nodeId, states] of byNode) {
      if (!this.#busyNodes.has(nodeId)) void this.#fetch(nodeId, states);
    }
    if (waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#fetchMore(), waitMs);
    }
  }

  async #fetch(nodeId: number, states: readonly ReadState[]): Promise<void> {
    this.#busyNodes.add(nodeId);
    const asked = this.#inTurn(states).map((state) => ({
      state,
      epoch: state.epoch,
      fetchOffset: state.fetchOffset,
    }));
    try {
      const fetched = await fetchFromBroker(this.#cluster, nodeId, {
        ...this.#settings,
        partitions: asked.map(({ state, fetchOffset }) => ({
          partition: state.partition,
          fetchOffset,
        })),
      });
      this.#fetchedAtMs = Date.now();
      for (const { state, epoch, fetchOffset } of asked) {
        const part = fetched.get(state.partition);
        const isWanted = this.#isCurrent(state, epoch) && state.fetchOffset === fetchOffset;
        if (part !== undefined && isWanted) this.#take(state, part);
      }
    } catch (error) {
      if (!this.#isStopped) {
        this.#output.onTrouble(error);
        for (const { state } of asked) this.#retryLater(state, undefined);
      }
    } finally {
      this.#busyNodes.delete(nodeId);
    }
    void this.#deliver();
    this.#fetchMore();
  }

  /** Another partition comes first each time: the first is sure to get a whole batch (KIP-74). */
  #inTurn(states: readonly ReadState[]): ReadState[] {
    const first = this.#turn++ % states.length;
    return [...states.slice(first), ...states.slice(0, first)];
  }

  #take(state: ReadState, part: FetchedPartition): void {
    if (part.errorCode !== 0) {
      this.#takeError(state, part.errorCode);
      return;
    }
    state.logEnd = part.logEnd;
    const { chunkBytes, inflatedBatchBytesMax } = this.#settings;
    const { topic } = this.#cluster;
    const { partition, records, abortedTransactions } = part;
    const requestedOffset = state.fetchOffset;
    const log = { topic, partition, requestedOffset, records, abortedTransactions };
    const limits = { chunkBytes, inflatedBatchBytesMax };
    try {
      const nextOffset = nextFetchOffset({ ...log, ...limits });
      if (nextOffset === requestedOffset) {
        state.failures = 0;
        return;
      }
      state.fetchOffset = nextOffset;
    } catch (error) {
      this.#retryLater(state, error);
      return;
    }
    this.#queuedBytes += records.length;
    this.#deliveries.push({ state, epoch: state.epoch, log: { ...log, ...limits } });
  }

  #takeError(state: ReadState, errorCode: number): void {
    if (errorCode === ERROR_CODES.OFFSET_OUT_OF_RANGE) {
      state.isHalted = true;
      void this.#reportOutOfRange(state, state.epoch, state.fetchOffset);
      return;
    }
    const what = `fetch of ${this.#cluster.topic}-${state.partition}`;
    this.#retryLater(state, new BrokerError(errorCode, what));
  }

  /** A follower that has just become leader may refuse an offset it is about to have. */
  async #reportOutOfRange(state: ReadState, epoch: number, offset: number): Promise<void> {
    try {
      const range = await this.#output.listLogRange(state.partition);
      if (!this.#isCurrent(state, epoch)) return;
      if (offset >= range.startOffset && offset <= range.endOffset) {
        state.isHalted = false;
        this.#retryLater(state, undefined);
        return;
      }
      await this.#output.onOutOfRange(state.partition, offset, range);
    } catch (error) {
      if (!this.#isCurrent(state, epoch)) return;
      state.isHalted = false;
      this.#retryLater(state, error);
    }
  }

  /** Delivers what was fetched, in order; only one of these runs at a time. */
  async #deliver(): Promise<void> {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (;;) {
      const delivery = this.#deliveries.shift();
      if (delivery === undefined) break;
      await this.#deliverChunks(delivery);
      this.#queuedBytes -= delivery.log.records.length;
      // Heartbeats and sockets get their turn also where the output never waits for them.
      await setImmediate();
      this.#fetchMore();
    }
    this.#isDelivering = false;
  }

  async #deliverChunks({ state, epoch, log }: Delivery): Promise<void> {
    try {
      if (log.requestedOffset !== state.delivered) return;
      for (const chunk of readChunks(log)) {
        if (!this.#isCurrent(state, epoch)) return;
        if (state.isPaused) {
          // Fetched again on resuming: the caller paused to have no more of it in memory.
          state.fetchOffset = state.delivered;
          return;
        }
        await this.#output.onChunk(chunk, epoch);
        if (!this.#isCurrent(state, epoch)) return;
        state.delivered = chunk.nextOffset;
        state.failures = 0;
      }
    } catch (error) {
      if (!this.#isCurrent(state, epoch)) return;
      state.fetchOffset = state.delivered;
      this.#retryLater(state, error);
    }
  }

  #isCurrent(state: ReadState, epoch: number): boolean {
    return this.#states.get(state.partition) === state && state.epoch === epoch;
  }

  #retryLater(state: ReadState, error: unknown): void {
    state.failures++;
    const delayMs = backoffMs(state.failures);
    state.notBeforeMs = Date.now() + delayMs;
    if (error !== undefined) this.#output.onTrouble(error);
    void this.#refreshMetadata();
  }

  /** Leaders may have moved. */
  async #refreshMetadata(): Promise<void> {
    if (this.#isRefreshing || this.#isStopped) return;
    this.#isRefreshing = true;
    try {
      await this.#output.refreshMetadata();
    } catch (error) {
      if (!this.#isStopped) this.#output.onTrouble(error);
    } finally {
      this.#isRefreshing = false;
    }
    this.#fetchMore();
  }
}
