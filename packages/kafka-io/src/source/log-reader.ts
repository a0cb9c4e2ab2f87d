import { ERROR_CODES } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { backoffMs } from "../cluster/retry.ts";
import type { LogRange, SourceProgress } from "../port/kafka-source.ts";
import type { RecordChunk } from "../port/record-chunk.ts";
import { ChunkQueue } from "./chunk-queue.ts";
import { nextFetchOffset } from "./chunk-reader.ts";
import { EpochHistory, UNKNOWN_EPOCH } from "./epoch-history.ts";
import { fetchFromBroker, type FetchedPartition } from "./fetch-from-broker.ts";
import { type BrokerFetch, inTurn, planFetches } from "./fetch-plan.ts";
import type { LogReaderSettings } from "./source-settings.ts";
import {
  createReadState,
  isReplica,
  logEndsOf,
  type ReadState,
  seekReadState,
} from "./read-state.ts";

/** What the reader needs of a cluster. */
type ReadCluster = Pick<KafkaCluster, "topic" | "leaders" | "leaderEpochs" | "send">;

/** Where the reader's findings go. The first two are called one after the other. */
export interface LogReaderOutput {
  onChunk(chunk: RecordChunk, epoch: number): Promise<void>;
  onOutOfRange(partition: number, offset: number, range: LogRange): Promise<void>;
  onTrouble(error: unknown): void;
  listLogRange(partition: number): Promise<LogRange>;
  refreshMetadata(): Promise<void>;
}

/**
 * Reads partitions of one topic, from leaders or the replicas that they name: one fetch under way
 * for each broker, and the next one while what came is being delivered, so that a broker's waiting
 * for new records never holds up what there is. Fetched and undelivered bytes are bounded by
 * `maxBytes` for each broker and `maxBytes` in the queue.
 */
export class LogReader {
  readonly #cluster: ReadCluster;
  readonly #settings: LogReaderSettings;
  readonly #output: LogReaderOutput;
  readonly #states: Map<number, ReadState> = new Map();
  readonly #epochs: Map<number, number> = new Map();
  /** Kept while others read a partition: it may come back. */
  readonly #histories: Map<number, EpochHistory> = new Map();
  readonly #paused: Set<number> = new Set();
  readonly #busyNodes: Set<number> = new Set();
  readonly #queue: ChunkQueue;
  #lastEpoch = 0;
  #isRefreshing = false;
  #isStopped = false;
  #turn = 0;
  #fetchedAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: ReadCluster, settings: LogReaderSettings, output: LogReaderOutput) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#output = output;
    this.#queue = new ChunkQueue({
      onChunk: (chunk, epoch) => output.onChunk(chunk, epoch),
      isCurrent: (state, epoch) => this.#isCurrent(state, epoch),
      onFailed: (state, error) => this.#retryLater(state, error),
      onDelivered: () => this.#fetchMore(),
    });
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
    if (this.#isStopped || this.#queue.bytes >= this.#settings.maxBytes) return;
    const { fetches, leaderless, waitMs } = planFetches(
      this.#states.values(),
      this.#cluster.leaders,
      Date.now(),
    );
    for (const state of leaderless) this.#retryLater(state, undefined);
    for (const fetch of fetches) {
      if (!this.#busyNodes.has(fetch.nodeId)) void this.#fetch(fetch);
    }
    if (waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#fetchMore(), waitMs);
    }
  }

  async #fetch({ nodeId, states, mayRefer }: BrokerFetch): Promise<void> {
    this.#busyNodes.add(nodeId);
    const asked = inTurn(states, this.#turn++).map((state) => ({
      state,
      epoch: state.epoch,
      fetchOffset: state.fetchOffset,
    }));
    try {
      const fetched = await fetchFromBroker(this.#cluster, nodeId, {
        ...this.#settings,
        rackId: mayRefer ? this.#settings.rackId : "",
        partitions: asked.map(({ state, fetchOffset }) => ({
          partition: state.partition,
          fetchOffset,
          leaderEpoch: this.#cluster.leaderEpochs.get(state.partition) ?? UNKNOWN_EPOCH,
          fetchedEpoch: this.#history(state).before(fetchOffset),
        })),
      });
      this.#fetchedAtMs = Date.now();
      for (const { state, epoch, fetchOffset } of asked) {
        const part = fetched.get(state.partition);
        const isWanted = this.#isCurrent(state, epoch) && state.fetchOffset === fetchOffset;
        if (part !== undefined && isWanted) this.#take(state, part, nodeId);
      }
    } catch (error) {
      if (!this.#isStopped) {
        this.#output.onTrouble(error);
        for (const { state } of asked) {
          if (isReplica(state, nodeId)) this.#readReplica(state, undefined);
          this.#retryLater(state, undefined);
        }
      }
    } finally {
      this.#busyNodes.delete(nodeId);
    }
    void this.#queue.deliver();
    this.#fetchMore();
  }

  #take(state: ReadState, part: FetchedPartition, nodeId: number): void {
    const isRefused = part.errorCode !== 0 || part.divergedAt !== undefined;
    if (isRefused && isReplica(state, nodeId)) {
      // It may only be behind: the leader knows.
      this.#readReplica(state, undefined);
      return;
    }
    if (part.preferredReplica !== undefined) {
      this.#readReplica(state, part.preferredReplica);
      return;
    }
    if (part.errorCode !== 0) {
      this.#takeError(state, part.errorCode);
      return;
    }
    if (part.divergedAt !== undefined) {
      this.#takeDivergence(state, part.logStart, part.divergedAt);
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
      const history = this.#history(state);
      const nextOffset = nextFetchOffset({ ...log, ...limits }, history.note.bind(history));
      if (nextOffset === requestedOffset) {
        state.failures = 0;
        return;
      }
      state.fetchOffset = nextOffset;
    } catch (error) {
      this.#retryLater(state, error);
      return;
    }
    this.#queue.add(state, { ...log, ...limits });
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

  /** Reads a replica for a while, or the leader alone. */
  #readReplica(state: ReadState, nodeId: number | undefined): void {
    state.replica = { nodeId, untilMs: Date.now() + this.#settings.replicaMaxAgeMs };
  }

  /** The leader has not what was read of an epoch, or no longer knows where that epoch ended. */
  #takeDivergence(state: ReadState, startOffset: number, endOffset: number): void {
    if (endOffset >= state.fetchOffset) {
      this.#history(state).clear();
      return;
    }
    state.isHalted = true;
    const { partition, epoch, fetchOffset } = state;
    const told = this.#output.onOutOfRange(partition, fetchOffset, { startOffset, endOffset });
    told.catch((error: unknown) => this.#readAgain(state, epoch, error));
  }

  async #reportOutOfRange(state: ReadState, epoch: number, offset: number): Promise<void> {
    try {
      const range = await this.#output.listLogRange(state.partition);
      if (!this.#isCurrent(state, epoch)) return;
      // A follower that has just become leader may refuse an offset it is about to have.
      const isPassing = offset >= range.startOffset && offset <= range.endOffset;
      if (isPassing) this.#readAgain(state, epoch, undefined);
      else await this.#output.onOutOfRange(state.partition, offset, range);
    } catch (error) {
      this.#readAgain(state, epoch, error);
    }
  }

  #readAgain(state: ReadState, epoch: number, error: unknown): void {
    if (!this.#isCurrent(state, epoch)) return;
    state.isHalted = false;
    this.#retryLater(state, error);
  }

  #history({ partition }: ReadState): EpochHistory {
    const history = this.#histories.get(partition) ?? new EpochHistory();
    this.#histories.set(partition, history);
    return history;
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
