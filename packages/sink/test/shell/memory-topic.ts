import type {
  KafkaSource,
  KafkaSourceHandler,
  LogRange,
  RecordChunk,
  SourceProgress,
} from "@salon/kafka-io";

/** A record's value; null is a null value, undefined an offset without a record. */
export type MemoryRecord = string | Uint8Array | null | undefined;

/** A topic in memory: one list of records per partition, read by any number of sources. */
export class MemoryTopic {
  readonly name: string;
  clusterId = "cluster-1";
  topicId = "topic-1";
  readonly partitions: MemoryRecord[][];
  /** Log start offsets, raised by retention. */
  readonly startOffsets: number[];
  /** Of every record, as they stand in a record. */
  headerBytes: Uint8Array | undefined;

  constructor(partitionCount: number, name = "ratings") {
    this.name = name;
    this.partitions = Array.from({ length: partitionCount }, () => []);
    this.startOffsets = this.partitions.map(() => 0);
  }

  append(partition: number, ...records: readonly MemoryRecord[]): void {
    this.partitions[partition]?.push(...records);
  }

  /** Adds partitions, empty ones. */
  grow(count: number): void {
    for (let added = 0; added < count; added++) {
      this.partitions.push([]);
      this.startOffsets.push(0);
    }
  }

  range(partition: number): LogRange {
    return {
      startOffset: this.startOffsets[partition] ?? 0,
      endOffset: this.partitions[partition]?.length ?? 0,
    };
  }
}

/** Reads a {@link MemoryTopic} with partitions given, in chunks of a few records. */
export class MemorySource implements KafkaSource {
  readonly mirrored = new Map<number, number>();
  readonly #topic: MemoryTopic;
  readonly #assigned: readonly number[];
  readonly #chunkRecords: number;
  readonly #next = new Map<number, number>();
  readonly #epochs = new Map<number, number>();
  readonly #paused = new Set<number>();
  #handler: KafkaSourceHandler | undefined;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(topic: MemoryTopic, assigned: readonly number[], chunkRecords = 3) {
    this.#topic = topic;
    this.#assigned = assigned;
    this.#chunkRecords = chunkRecords;
  }

  describeTopic(): ReturnType<KafkaSource["describeTopic"]> {
    const { clusterId, topicId, name, partitions } = this.#topic;
    const partitionCount = partitions.length;
    return Promise.resolve({ clusterId, topic: name, topicId, partitionCount });
  }

  listOffsets(partitions: readonly number[]): Promise<ReadonlyMap<number, LogRange>> {
    return Promise.resolve(new Map(partitions.map((p) => [p, this.#topic.range(p)])));
  }

  start(handler: KafkaSourceHandler): Promise<void> {
    this.#handler = handler;
    this.#loop = this.#run(handler);
    return Promise.resolve();
  }

  seek(partition: number, offset: number): number {
    const epoch = (this.#epochs.get(partition) ?? 0) + 1;
    this.#epochs.set(partition, epoch);
    this.#next.set(partition, offset);
    return epoch;
  }

  progress(): SourceProgress {
    const ends = this.#assigned.map((p) => [p, this.#topic.range(p).endOffset] as const);
    return { logEnds: new Map(ends) };
  }

  pause(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.delete(partition);
  }

  commitOffsets(offsets: ReadonlyMap<number, number>): Promise<void> {
    for (const [partition, offset] of offsets) this.mirrored.set(partition, offset);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(handler: KafkaSourceHandler): Promise<void> {
    const offsets = await handler.onAssigned(this.#assigned);
    for (const [partition, offset] of offsets) this.#next.set(partition, offset);
    while (!this.#stopped) {
      for (const partition of this.#assigned) await this.#poll(partition);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #poll(partition: number): Promise<void> {
    const offset = this.#next.get(partition);
    if (offset === undefined || this.#paused.has(partition) || this.#stopped) return;
    const range = this.#topic.range(partition);
    if (offset < range.startOffset || offset > range.endOffset) {
      this.#next.delete(partition);
      await this.#handler?.onOutOfRange(partition, offset, range);
      return;
    }
    if (offset === range.endOffset) return;
    const end = Math.min(offset + this.#chunkRecords, range.endOffset);
    const records = this.#topic.partitions[partition]?.slice(offset, end) ?? [];
    const epoch = this.#epochs.get(partition) ?? 0;
    this.#next.set(partition, end);
    const chunk = chunkOf(this.#topic.name, partition, offset, records);
    const { headerBytes } = this.#topic;
    const whole = headerBytes === undefined ? chunk : withHeaders(chunk, headerBytes);
    await this.#handler?.onChunk(whole, epoch);
  }
}

/** The chunk, each of its records having these headers. */
function withHeaders(chunk: RecordChunk, headers: Uint8Array): RecordChunk {
  const start = chunk.buffer.length;
  const buffer = new Uint8Array([...chunk.buffer, ...headers, ...new Uint8Array(64)]);
  const headerStarts = new Int32Array(chunk.count).fill(start);
  const headerEnds = new Int32Array(chunk.count).fill(start + headers.length);
  return { ...chunk, buffer, headerStarts, headerEnds };
}

/** A chunk of records at an offset, those that are undefined being gaps. */
export function chunkOf(
  topic: string,
  partition: number,
  requestedOffset: number,
  records: readonly MemoryRecord[],
): RecordChunk {
  const present = records.flatMap((record, index) =>
    record === undefined ? [] : [{ record, index }],
  );
  const values = present.map(({ record }) => Buffer.from(record ?? ""));
  const starts = new Int32Array(present.length);
  const ends = new Int32Array(present.length);
  let at = 0;
  for (const [index, { record }] of present.entries()) {
    starts[index] = record === null ? -1 : at;
    at += values[index]?.length ?? 0;
    ends[index] = record === null ? -1 : at;
  }
  return {
    topic,
    partition,
    requestedOffset,
    nextOffset: requestedOffset + records.length,
    count: present.length,
    runs: present.map(({ index }) => ({ baseOffset: requestedOffset + index, count: 1 })),
    buffer: Buffer.concat([...values, Buffer.alloc(64)]),
    valueStarts: starts,
    valueEnds: ends,
    keyStarts: new Int32Array(present.length).fill(-1),
    keyEnds: new Int32Array(present.length).fill(-1),
    timestampsMs: new Float64Array(present.length).fill(1_736_937_000_000),
  };
}
