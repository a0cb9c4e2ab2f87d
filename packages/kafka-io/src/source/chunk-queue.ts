import { setImmediate } from "node:timers/promises";
import { giveBackMemory } from "../broker/answer-memory.ts";
import type { RecordChunk } from "../port/record-chunk.ts";
import { type FetchedLog, readChunks } from "./chunk-reader.ts";
import type { ReadState } from "./read-state.ts";
import { RecordIndex } from "./record-index.ts";

/** What was fetched of a partition in one epoch of its seeks. */
interface Delivery {
  readonly state: ReadState;
  readonly epoch: number;
  readonly log: FetchedLog;
}

/** What the queue does to its owner. */
export interface ChunkQueueOutput {
  onChunk(chunk: RecordChunk, epoch: number): Promise<void>;
  /** Whether what was fetched is wanted still. */
  isCurrent(state: ReadState, epoch: number): boolean;
  /** A chunk was refused or cannot be read: it is to be fetched again. */
  onFailed(state: ReadState, error: unknown): void;
  /** There is room in the queue. */
  onDelivered(): void;
}

/** What was fetched, until it is delivered as chunks: in order, and one at a time. */
export class ChunkQueue {
  readonly #output: ChunkQueueOutput;
  readonly #deliveries: Delivery[] = [];
  /** How many of the deliveries lie in the memory of one answer. */
  readonly #sharers: Map<ArrayBufferLike, number> = new Map();
  /** Of the chunk that is being delivered. */
  readonly #index: RecordIndex = new RecordIndex();
  #bytes = 0;
  #isDelivering = false;

  constructor(output: ChunkQueueOutput) {
    this.#output = output;
  }

  /** Bytes that are not delivered yet, compressed as they are. */
  get bytes(): number {
    return this.#bytes;
  }

  add(state: ReadState, log: FetchedLog): void {
    const { buffer: memory, length } = log.records;
    this.#bytes += length;
    this.#sharers.set(memory, (this.#sharers.get(memory) ?? 0) + 1);
    this.#deliveries.push({ state, epoch: state.epoch, log });
  }

  /** Delivers until the queue is empty; only one of these runs at a time. */
  async deliver(): Promise<void> {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (;;) {
      const delivery = this.#deliveries.shift();
      if (delivery === undefined) break;
      await this.#deliverChunks(delivery);
      this.#letGo(delivery.log);
      // Heartbeats and sockets get their turn also where the output never waits for them.
      await setImmediate();
      this.#output.onDelivered();
    }
    this.#isDelivering = false;
  }

  #letGo({ records }: FetchedLog): void {
    const { buffer: memory, length } = records;
    this.#bytes -= length;
    const sharers = (this.#sharers.get(memory) ?? 1) - 1;
    if (sharers > 0) {
      this.#sharers.set(memory, sharers);
      return;
    }
    this.#sharers.delete(memory);
    giveBackMemory(memory);
  }

  async #deliverChunks({ state, epoch, log }: Delivery): Promise<void> {
    const output = this.#output;
    try {
      if (log.requestedOffset !== state.delivered) return;
      for (const chunk of readChunks(log, this.#index)) {
        if (!output.isCurrent(state, epoch)) return;
        if (state.isPaused) {
          // Fetched again on resuming: the caller paused to have no more of it in memory.
          state.fetchOffset = state.delivered;
          return;
        }
        await output.onChunk(chunk, epoch);
        if (!output.isCurrent(state, epoch)) return;
        state.delivered = chunk.nextOffset;
        state.failures = 0;
      }
    } catch (error) {
      if (!output.isCurrent(state, epoch)) return;
      state.fetchOffset = state.delivered;
      output.onFailed(state, error);
    }
  }
}
