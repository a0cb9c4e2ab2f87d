import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Catalog } from "../packages/iceberg-writer/src/index.ts";
import type {
  KafkaSource,
  KafkaSourceHandler,
  RecordChunk,
} from "../packages/kafka-io/src/index.ts";
import { createRatingGenerator } from "../packages/generator/src/index.ts";
import { ratingsSchema } from "../packages/schema/src/index.ts";
import { runSink } from "../packages/sink/src/index.ts";
import { chunkOf } from "./rating-chunks.ts";

/** A commit of a series. */
export interface SeriesCommit {
  /** From 1. */
  readonly number: number;
  /** From the arrival of its rows to its being committed. */
  readonly durationMs: number;
}

export interface CommitSeriesSettings {
  readonly commitCount: number;
  /** Of the topic; each has as many rows of a commit. */
  readonly partitionCount?: number | undefined;
  readonly rowsPerCommit?: number | undefined;
  /** Between two commits, by clocks that only this advances, the process's calendar among them. */
  readonly cadenceMs: number;
  /** Leaves the calendar as it is: a server's own is compared with the times of snapshots. */
  readonly keepsCalendar?: boolean | undefined;
  /** Of the table. */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /** Opens the catalog of the table; called when the clocks stand. */
  readonly openCatalog: () => Promise<Catalog>;
  /** Called when all that follows a commit is done too. */
  readonly onCommit: (commit: SeriesCommit) => void;
}

const TOPIC = "ratings";
const ROWS_PER_COMMIT = 24;
/** Of one day, so that a commit has one data file. */
const DAY = { from: "2025-01-15T00:00:00", to: "2025-01-16T00:00:00" };
/** Enough for what the sink does beside its commits, such as expiry. */
const TURNS_AFTER_COMMIT = 20;

/** Has a sink, with all it does beside, make one small commit after the other in little time. */
export async function runCommitSeries(settings: CommitSeriesSettings): Promise<void> {
  const { commitCount, cadenceMs, onCommit } = settings;
  const { partitionCount = 1, rowsPerCommit = ROWS_PER_COMMIT, tableProperties } = settings;
  const clock = new SeriesClock();
  const chunkRows = rowsPerCommit / partitionCount;
  const timestamps = { kind: "history", ...DAY, count: chunkRows } as const;
  const ratings = createRatingGenerator({ seed: 1, timestamps }).nextBatch(chunkRows);
  const source = new ChunkFeed(chunkOf(ratings, { partition: 0, offset: 0 }), partitionCount);
  const startMs = Date.now();
  const abort = new AbortController();
  // Snapshots have their time from the process: it has to pass as that of the sink does.
  using calendar = new DisposableStack();
  if (settings.keepsCalendar !== true) {
    mock.timers.enable({ apis: ["Date"], now: startMs });
    calendar.defer(() => mock.timers.reset());
  }
  await using catalog = await settings.openCatalog();
  let committed = Promise.withResolvers<void>();
  const running = runSink(
    {
      topic: TOPIC,
      table: { namespace: ["series"], name: `bronze_${startMs}` },
      assign: source.partitions,
      startingOffsets: "earliest",
      commitRows: rowsPerCommit,
      commitIntervalMs: 10 * cadenceMs,
      tableProperties,
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: { debug() {}, info() {}, warn() {} },
      signal: abort.signal,
      clock,
      onReport: ({ kind }) => kind === "committed" && committed.resolve(),
    },
  );
  running.catch((error: unknown) => committed.reject(error));
  await source.started;
  for (let number = 1; number <= commitCount; number++) {
    committed = Promise.withResolvers();
    const deliveredMs = performance.now();
    void source.deliver();
    await committed.promise;
    const durationMs = performance.now() - deliveredMs;
    for (let turns = 0; turns < TURNS_AFTER_COMMIT; turns++) await turn();
    onCommit({ number, durationMs });
    clock.advance(cadenceMs);
    if (settings.keepsCalendar !== true) mock.timers.setTime(startMs + clock.nowMs());
  }
  abort.abort();
  await running;
}

/** Time that passes when it is told to. */
class SeriesClock {
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  #nowMs = 0;
  readonly nowMs = (): number => this.#nowMs;
  readonly random = (): number => 0.5;

  readonly startTimer = (callback: () => void, waitMs: number): (() => void) => {
    const timer = { dueMs: this.#nowMs + waitMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= this.#nowMs);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }
}

/** A topic whose partitions get the same chunk again and again, at the next offset. */
class ChunkFeed implements KafkaSource {
  readonly partitions: readonly number[];
  readonly #template: RecordChunk;
  readonly #started = Promise.withResolvers<void>();
  #handler: KafkaSourceHandler | undefined;
  #next = 0;
  #epoch = 0;

  constructor(template: RecordChunk, partitionCount: number) {
    this.#template = template;
    this.partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** One chunk for each partition, one after the other. */
  async deliver(): Promise<void> {
    const { count } = this.#template;
    const requestedOffset = this.#next;
    this.#next += count;
    const runs = [{ baseOffset: requestedOffset, count }];
    const place = { topic: TOPIC, requestedOffset, nextOffset: this.#next, runs };
    for (const partition of this.partitions) {
      await this.#handler?.onChunk({ ...this.#template, ...place, partition }, this.#epoch);
    }
  }

  describeTopic(): ReturnType<KafkaSource["describeTopic"]> {
    const { length: partitionCount } = this.partitions;
    return Promise.resolve({ clusterId: "series", topic: TOPIC, topicId: "1", partitionCount });
  }

  listOffsets(partitions: readonly number[]): ReturnType<KafkaSource["listOffsets"]> {
    return Promise.resolve(
      new Map(
        partitions.map((partition) => [partition, { startOffset: 0, endOffset: this.#next }]),
      ),
    );
  }

  async start(handler: KafkaSourceHandler): Promise<void> {
    this.#handler = handler;
    await handler.onAssigned(this.partitions);
    this.#started.resolve();
  }

  seek(): number {
    return ++this.#epoch;
  }

  progress(): ReturnType<KafkaSource["progress"]> {
    return { logEnds: new Map(this.partitions.map((partition) => [partition, this.#next])) };
  }

  pause(): void {}

  resume(): void {}

  async commitOffsets(): Promise<void> {}

  async stop(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
