import type { Writable } from "node:stream";
import {
  type CommandContext,
  EXIT_DONE,
  formatDuration,
  loadKafkaConnection,
  retryWhileUnreachable,
  toKafkaLogger,
  withStatusLine,
} from "@salon/command-line";
import { identifierToString, openCatalog } from "@salon/iceberg-writer";
import { openKafkaSink, openKafkaSource } from "@salon/kafka-io";
import type { SmokeSettings } from "./args.ts";
import { awaitRows, loadIfThere, whyNotThere } from "./await-rows.ts";
import { readBack } from "./read-back.ts";
import { SmokeError } from "./smoke-error.ts";
import { type PlacedRating, recordOf, type SmokeRating, smokeRatings } from "./smoke-rating.ts";

/** For a look at what the trouble is, after a step's time is over. */
const LAST_LOOK_MS = 10_000;

/** What the smoke test runs with. */
export interface SmokeContext extends CommandContext {
  readonly output: Writable;
  /** Marks the ratings of this run. */
  readonly id: string;
  readonly startedAt: Date;
}

/**
 * Sends three ratings, reads them back and waits for them in the table, and tells of each step.
 * Answers the exit code. Nothing is sent before the catalog was reached.
 *
 * Errors: `STEP_TIMED_OUT`, `RATINGS_DIFFER`, and those of Kafka, catalog and store.
 */
export async function runSmoke(settings: SmokeSettings, context: SmokeContext): Promise<number> {
  const { topic, catalog: place } = settings;
  const { output, signal, id, startedAt } = context;
  const say = (step: string, text: string): void =>
    void output.write(`${step.padEnd(12)}${text}\n`);
  await using catalog = await retryWhileUnreachable(
    () => openCatalog(place.properties, {}, { signal }),
    context,
  );
  const identifier = { namespace: place.namespace, name: place.table };
  const table = { catalog, identifier };
  const before = await retryWhileUnreachable(() => loadIfThere(table, { signal }), context);
  const after = before?.metadata.lastSequenceNumber ?? 0n;

  const ratings = smokeRatings(id, startedAt);
  const placed = await throughKafka(ratings, settings, { ...context, say });
  const startMs = performance.now();
  const { rows, snapshotId } = await stepOf(settings, signal, {
    doing: `waiting for table ${identifierToString(identifier)}`,
    total: ratings.length,
    work: (onFound, stepSignal) =>
      awaitRows(table, { topic, ratings: placed, after, onFound, signal: stepSignal }),
    whyNot: async (stepSignal) =>
      whyNotThere(await loadIfThere(table, { signal: stepSignal }), topic, placed),
  });
  say(
    "in table",
    `${rows.length} of ${ratings.length} once, by value, in ${identifierToString(identifier)} at ` +
      `snapshot ${snapshotId}, ${seconds(startMs)} after they were read back`,
  );
  for (const { rating, partition, offset } of placed) {
    say("", `partition ${partition}, offset ${offset}: ${JSON.stringify(rating)}`);
  }
  return EXIT_DONE;
}

type Say = (step: string, text: string) => void;

/** Sends the ratings and reads them back; answers where they are. */
async function throughKafka(
  ratings: readonly SmokeRating[],
  settings: SmokeSettings,
  context: SmokeContext & { readonly say: Say },
): Promise<readonly PlacedRating[]> {
  const { topic, kafka } = settings;
  const { signal, say, logger } = context;
  const connection = { ...(await loadKafkaConnection(kafka, "salon-smoke")), topic };
  const components = { logger: toKafkaLogger(logger) };
  await using sink = await retryWhileUnreachable(
    () => openKafkaSink(connection, components),
    context,
  );
  const total = ratings.length;
  const servers = kafka.bootstrapServers.join(",");
  const sent = await stepOf(settings, signal, {
    doing: `sending to topic ${topic}`,
    total,
    work: (_, stepSignal) => sink.send(ratings.map(recordOf), stepSignal),
    whyNot: async () => "look at the log of the broker and at the topic's in-sync replicas",
  });
  say("sent", `${total} ratings to topic ${topic} at ${servers}`);
  const assign = [...new Set(sent.map(({ partition }) => partition))];
  const startMs = performance.now();
  await using source = await openKafkaSource({ ...connection, assign }, components);
  const placed = await stepOf(settings, signal, {
    doing: `reading topic ${topic}`,
    total,
    work: (onFound, stepSignal) => readBack(source, { ratings, sent, onFound, signal: stepSignal }),
    whyNot: async () =>
      "the broker took them and does not give them: an open transaction, or its log, says why",
  });
  say("read back", `${placed.length} of ${total}, byte for byte, in ${seconds(startMs)}`);
  return placed;
}

interface Step<Result> {
  /** As the end of "… took longer than". */
  readonly doing: string;
  readonly total: number;
  readonly work: (onFound: (count: number) => void, signal: AbortSignal) => Promise<Result>;
  /** What to look at when the time is over. */
  readonly whyNot: (signal: AbortSignal) => Promise<string>;
}

async function stepOf<Result>(
  settings: SmokeSettings,
  signal: AbortSignal,
  { doing, total, work, whyNot }: Step<Result>,
): Promise<Result> {
  const { timeoutMs } = settings;
  const timeout = AbortSignal.timeout(timeoutMs);
  let found = 0;
  const running = work((count) => (found = count), AbortSignal.any([signal, timeout]));
  try {
    return await withStatusLine(running, () => `${doing}: ${found} of ${total}`, settings);
  } catch (error) {
    if (!timeout.aborted || signal.aborted || error instanceof SmokeError) throw error;
    const why = await whyNot(AbortSignal.any([signal, AbortSignal.timeout(LAST_LOOK_MS)]));
    throw new SmokeError(
      "STEP_TIMED_OUT",
      `${doing}: ${found} of ${total} after ${formatDuration(timeoutMs)}; ${why}`,
      { found, total, timeoutMs },
      { cause: error },
    );
  }
}

function seconds(startMs: number): string {
  return `${((performance.now() - startMs) / 1_000).toFixed(1)} s`;
}
