import assert from "node:assert/strict";
import { vi } from "vitest";
import type { KafkaSourceHandler, LogRange, RecordChunk } from "../../src/index.ts";

/** A record as text, for comparison. */
export interface ReadRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
}

/** The records of a chunk, by its contract. */
export function recordsOf(chunk: RecordChunk): ReadRecord[] {
  const offsets = chunk.runs.flatMap((run) =>
    Array.from({ length: run.count }, (_, i) => run.baseOffset + i),
  );
  assert.equal(offsets.length, chunk.count);
  const text = (starts: Int32Array, ends: Int32Array, i: number): string | null => {
    const start = starts[i] ?? -1;
    if (start === -1) return null;
    const end = ends[i] ?? -1;
    assert.ok(chunk.buffer.length - end >= 64, "too little slack");
    return Buffer.from(chunk.buffer.subarray(start, end)).toString("utf8");
  };
  return offsets.map((offset, i) => ({
    offset,
    key: text(chunk.keyStarts, chunk.keyEnds, i),
    value: text(chunk.valueStarts, chunk.valueEnds, i),
    timestampMs: chunk.timestampsMs[i] ?? Number.NaN,
  }));
}

/** A chunk to keep: memory of the one that is delivered is used again. */
function copyOf(chunk: RecordChunk): RecordChunk {
  const { buffer, valueStarts, valueEnds, keyStarts, keyEnds, timestampsMs } = chunk;
  return {
    ...chunk,
    buffer: Uint8Array.from(buffer),
    valueStarts: valueStarts.slice(),
    valueEnds: valueEnds.slice(),
    keyStarts: keyStarts.slice(),
    keyEnds: keyEnds.slice(),
    headerStarts: chunk.headerStarts?.slice(),
    headerEnds: chunk.headerEnds?.slice(),
    timestampsMs: timestampsMs.slice(),
  };
}

interface OutOfRange {
  readonly partition: number;
  readonly offset: number;
  readonly range: LogRange;
}

/**
 * Keeps what a source tells it and checks the chunk contract on every chunk: each begins where the
 * one before it ended, since the last seek or assignment, and its records lie inside of it.
 */
export class RecordingHandler implements KafkaSourceHandler {
  readonly records: Map<number, ReadRecord[]> = new Map();
  readonly chunks: { readonly chunk: RecordChunk; readonly epoch: number }[] = [];
  readonly outOfRange: OutOfRange[] = [];
  readonly troubles: Error[] = [];
  /** What ended the source for good. */
  readonly failures: Error[] = [];
  readonly partitionCounts: number[] = [];
  /** Ids of topics that took the place of the one that is read. */
  readonly recreated: string[] = [];
  /** In the order of the calls: `+0,1` for assigned, `-0,1` for revoked. */
  readonly changes: string[] = [];
  assigned: readonly number[] = [];
  isAliveNow = true;
  /** Where partitions begin that no chunk has been delivered of. */
  startOffset = 0;
  /** Awaited in every chunk; tests hold chunks up with it. */
  gate: Promise<void> = Promise.resolve();
  readonly #next: Map<number, number> = new Map();
  #callsUnderWay = 0;

  async onAssigned(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#alone(async () => {
      this.assigned = partitions;
      this.changes.push(`+${partitions.join(",")}`);
      const start = (partition: number): number => this.#next.get(partition) ?? this.startOffset;
      for (const partition of partitions) this.#next.set(partition, start(partition));
      return new Map(partitions.map((partition) => [partition, start(partition)]));
    });
  }

  async onRevoked(partitions: readonly number[]): Promise<void> {
    await this.#alone(async () => {
      assert.deepEqual(partitions, this.assigned);
      this.assigned = [];
      this.changes.push(`-${partitions.join(",")}`);
    });
  }

  async onChunk(chunk: RecordChunk, epoch: number): Promise<void> {
    await this.#alone(async () => {
      await this.gate;
      this.chunks.push({ chunk: copyOf(chunk), epoch });
      if (chunk.requestedOffset !== this.#next.get(chunk.partition)) return;
      this.#next.set(chunk.partition, chunk.nextOffset);
      assert.ok(chunk.nextOffset > chunk.requestedOffset);
      const records = recordsOf(chunk);
      for (const { offset } of records) {
        assert.ok(offset >= chunk.requestedOffset && offset < chunk.nextOffset);
      }
      this.of(chunk.partition).push(...records);
    });
  }

  async onOutOfRange(partition: number, offset: number, range: LogRange): Promise<void> {
    await this.#alone(async () => void this.outOfRange.push({ partition, offset, range }));
  }

  async onPartitionCountChanged(partitionCount: number): Promise<void> {
    await this.#alone(async () => void this.partitionCounts.push(partitionCount));
  }

  async onTopicRecreated(topicId: string): Promise<void> {
    await this.#alone(async () => void this.recreated.push(topicId));
  }

  onTrouble(error: Error): void {
    this.troubles.push(error);
  }

  onFailed(error: Error): void {
    this.failures.push(error);
  }

  isAlive(): boolean {
    return this.isAliveNow;
  }

  /** The records of a partition so far. */
  of(partition: number): ReadRecord[] {
    const records = this.records.get(partition) ?? [];
    this.records.set(partition, records);
    return records;
  }

  /** Tells where a partition goes on, as an engine does that seeks. */
  expectNext(partition: number, offset: number): void {
    this.#next.set(partition, offset);
  }

  /** Resolves when a partition was read up to `offset`. */
  async reaches(partition: number, offset: number): Promise<void> {
    await eventually(() => assert.equal(this.#next.get(partition), offset));
  }

  /** Calls come one after the other. */
  async #alone<T>(call: () => Promise<T>): Promise<T> {
    this.#callsUnderWay++;
    assert.equal(this.#callsUnderWay, 1, "calls overlap");
    try {
      return await call();
    } finally {
      this.#callsUnderWay--;
    }
  }
}

/** Repeats an expectation until it holds, up to 60 s. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 60_000, interval: 50 });
}
