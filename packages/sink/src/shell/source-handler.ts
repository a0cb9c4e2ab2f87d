import type { KafkaSourceHandler, LogRange, RecordChunk } from "@salon/kafka-io";
import type { EngineEvent } from "../engine/engine-event.ts";
import type { SinkClock } from "./sink-clock.ts";
import { isOverInTime } from "./sink-clock.ts";

/** Where the handler's findings go. */
export interface SourceHandlerParts {
  readonly tell: (event: EngineEvent) => void;
  readonly isAlive: () => boolean;
  readonly onTrouble: (error: Error) => void;
  readonly clock: SinkClock;
  /** How long a revocation waits for the commit of what was read. */
  readonly revokeTimeoutMs: number;
}

interface WaitingChunk {
  readonly chunk: RecordChunk;
  readonly done: () => void;
}

/** Makes events of a source's calls, and keeps each call until the engine is done with it. */
export class SourceHandler implements KafkaSourceHandler {
  readonly #parts: SourceHandlerParts;
  readonly #chunks = new Map<number, WaitingChunk>();
  /** Epoch of each partition's latest seek: chunks of older ones are let go. */
  readonly #epochs = new Map<number, number>();
  #assignment: PromiseWithResolvers<ReadonlyMap<number, number>> | undefined;
  #revocation: PromiseWithResolvers<void> | undefined;
  #nextChunkId = 1;

  constructor(parts: SourceHandlerParts) {
    this.#parts = parts;
  }

  /** A chunk that the engine was told of and is not done with. */
  chunk(chunkId: number): RecordChunk {
    const waiting = this.#chunks.get(chunkId);
    if (waiting === undefined) throw new Error(`chunk ${chunkId} is gone`);
    return waiting.chunk;
  }

  /** Done with a chunk: the source may deliver the partition's next one. */
  letGo(chunkId: number): void {
    this.#chunks.get(chunkId)?.done();
  }

  /** The assigned partitions begin at these offsets. */
  begin(offsets: ReadonlyMap<number, number>): void {
    this.#epochs.clear();
    this.#assignment?.resolve(offsets);
  }

  /** The revocation may go on. */
  release(): void {
    this.#revocation?.resolve();
  }

  /** A partition is read anew; `epoch` is the one that the source gave. */
  sought(partition: number, epoch: number): void {
    this.#epochs.set(partition, epoch);
  }

  /** Lets go of every call: nothing more comes of them. */
  end(): void {
    for (const { done } of this.#chunks.values()) done();
    this.#assignment?.resolve(new Map());
    this.release();
  }

  onAssigned(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    this.#assignment?.resolve(new Map());
    this.#assignment = Promise.withResolvers();
    const offsets = this.#assignment.promise;
    this.#parts.tell({ kind: "assigned", partitions });
    return offsets;
  }

  async onRevoked(): Promise<void> {
    this.#revocation = Promise.withResolvers();
    this.#parts.tell({ kind: "revoked" });
    await isOverInTime(this.#parts.clock, this.#revocation.promise, this.#parts.revokeTimeoutMs);
  }

  onChunk(chunk: RecordChunk, epoch: number): Promise<void> {
    if (epoch < (this.#epochs.get(chunk.partition) ?? epoch)) return Promise.resolve();
    const { partition, requestedOffset, nextOffset, count, buffer } = chunk;
    const chunkId = this.#nextChunkId++;
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      this.#chunks.delete(chunkId);
      resolve();
    };
    this.#chunks.set(chunkId, { chunk, done });
    const coverage = { partition, requestedOffset, nextOffset, count, bytes: buffer.length };
    this.#parts.tell({ kind: "chunk-fetched", chunkId, ...coverage });
    return promise;
  }

  onOutOfRange(partition: number, offset: number, range: LogRange): Promise<void> {
    this.#parts.tell({ kind: "out-of-range", partition, offset, range });
    return Promise.resolve();
  }

  onPartitionCountChanged(count: number): Promise<void> {
    this.#parts.tell({ kind: "partitions-counted", count });
    return Promise.resolve();
  }

  onTopicRecreated(topicId: string): Promise<void> {
    this.#parts.tell({ kind: "topic-recreated", topicId });
    return Promise.resolve();
  }

  onFailed(error: Error): void {
    this.#parts.tell({ kind: "failed", error });
  }

  onTrouble(error: Error): void {
    this.#parts.onTrouble(error);
  }

  isAlive(): boolean {
    return this.#parts.isAlive();
  }
}
