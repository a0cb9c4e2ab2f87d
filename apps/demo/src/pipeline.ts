import type { KafkaLogger } from "@salon/kafka-io";
import { openKafkaSink, openKafkaSource } from "@salon/kafka-io";
import type { RatingGenerator } from "@salon/generator";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import type { SinkLogger, SinkObserver } from "@salon/sink";
import type { PipelineCounts } from "./live-line.ts";
import { RunningSink } from "./running-sink.ts";
import { sendRatings } from "./send-ratings.ts";

/** The consumer group that the sink is the only member of. */
export const GROUP_ID = "demo";

const COMMIT_INTERVAL_MS = 1_000;

/** What a pipeline is made of; its owner disposes of the catalog. */
export interface PipelineParts {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly catalog: Catalog;
  readonly table: string;
  readonly generator: RatingGenerator;
  readonly ratePerSecond: number;
  readonly logger: SinkLogger;
  readonly kafkaLogger: KafkaLogger;
  readonly observe?: SinkObserver | undefined;
}

/** Ratings from the generator through the broker into the table. */
export class Pipeline {
  readonly #parts: PipelineParts;
  #sent = 0;
  #earlier = { rows: 0, deadLetters: 0, commits: 0 };
  #sink: RunningSink | undefined;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** What came through so far, all runs together. */
  get counts(): PipelineCounts {
    const running = this.#sink?.counts;
    return {
      sent: this.#sent,
      rows: this.#earlier.rows + (running?.rows ?? 0),
      deadLetters: this.#earlier.deadLetters + (running?.deadLetters ?? 0),
      commits: this.#earlier.commits + (running?.commits ?? 0),
    };
  }

  /**
   * Sends for that many seconds, or until the signal, and ends when all that was sent is in the
   * table or among the dead letters. Errors: those of sink and broker.
   */
  async run(run: { readonly seconds?: number; readonly signal: AbortSignal }): Promise<void> {
    const { bootstrapServers, topic, catalog, table, logger, kafkaLogger, observe } = this.#parts;
    const connection = { bootstrapServers: [bootstrapServers], clientId: "demo", topic };
    const components = { logger: kafkaLogger };
    await using records = await openKafkaSink(connection, components);
    await using source = await openKafkaSource({ ...connection, groupId: GROUP_ID }, components);
    const settings = {
      topic,
      table: { namespace: [], name: table },
      startingOffsets: "earliest",
      commitIntervalMs: COMMIT_INTERVAL_MS,
    } as const;
    const sink = new RunningSink(settings, {
      catalog,
      source,
      events: ratingsSchema,
      logger,
      observe,
    });
    this.#sink = sink;
    const { generator, ratePerSecond } = this.#parts;
    await sink.orItsFailure(
      sendRatings({
        ...run,
        generator,
        records,
        ratePerSecond,
        onSent: (count) => (this.#sent += count),
      }),
    );
    await sink.reach(this.#sent - this.#earlier.rows - this.#earlier.deadLetters);
    await sink.stop();
    this.#earlier = this.counts;
    this.#sink = undefined;
  }
}
