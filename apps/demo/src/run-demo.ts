import { resolve } from "node:path";
import type { Writable } from "node:stream";
import {
  type CommandContext,
  EXIT_DONE,
  EXIT_FAILED,
  ProgressReport,
  toKafkaLogger,
  withStatusLine,
} from "@salon/command-line";
import { startDevBroker } from "@salon/dev-broker";
import { createRatingGenerator } from "@salon/generator";
import { type Catalog, openCatalog, openTable } from "@salon/iceberg-writer";
import { createKafkaGroup, openKafkaSource } from "@salon/kafka-io";
import { Monitor } from "@salon/monitor";
import { ratingsSchema } from "@salon/schema";
import {
  deadLetterTableName,
  type OpenTopic,
  type ProofOperation,
  type TableProof,
  verifyTable,
} from "@salon/sink";
import type { DemoSettings } from "./args.ts";
import { waysToRead } from "./how-to-read.ts";
import { showWhile } from "./live-line.ts";
import { GROUP_ID, Pipeline } from "./pipeline.ts";
import { proofText } from "./proof-text.ts";
import { sampleText } from "./sample-rows.ts";

const TOPIC = "nail_salon_ratings";
const TABLE = "bronze_ratings_streaming";
const PARTITIONS = 4;
const DIRTY_SHARE = 0.01;
const SEED = 1;
/** Where the broker of the real pipeline listens for programs outside of its network. */
const PIPELINE_PORT = 29_092;
/** Where the page of the real pipeline is. */
const PAGE = { host: "127.0.0.1", port: 4_040 } as const;

const ROW_COLUMNS = [
  "customer_id",
  "branch_id",
  "rating_value",
  "comment",
  "timestamp",
  "_kafka_partition",
  "_kafka_offset",
];
const DEAD_LETTER_COLUMNS = [
  "_kafka_partition",
  "_kafka_offset",
  "error_code",
  "error_field",
  "value",
];

/** What the demo runs with. */
export interface DemoContext extends CommandContext {
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Names the directory of the run where the settings name none. */
  readonly now: Date;
  readonly version: string;
}

/**
 * Runs the pipeline in this process and tells of it: sends, commits, verifies, shows rows. Answers
 * the exit code. Aborted while it sends, it goes on with what was sent.
 */
export async function runDemo(settings: DemoSettings, context: DemoContext): Promise<number> {
  const { output, signal, logger, now } = context;
  const { rate, seconds, keep } = settings;
  const say = (text: string): void => void output.write(`${text}\n`);
  const warehouse = resolve(settings.directory ?? directoryOf(now));

  say("salon: JSON events from Kafka into Apache Iceberg, exactly once, in one Node process\n");
  await using broker = await startDevBroker({
    port: keep ? PIPELINE_PORT : 0,
    topics: [{ name: TOPIC, partitions: PARTITIONS }],
  });
  const { bootstrapServers } = broker;
  say(`broker  ${bootstrapServers}, in this process; topic ${TOPIC} of ${PARTITIONS} partitions`);
  say(`table   ${TABLE} in ${warehouse}\n`);

  await using catalog = await openCatalog({ type: "hadoop", warehouse }, {}, { signal });
  const kafkaLogger = toKafkaLogger(logger);
  // A line for each commit would hide the one that shows them all.
  const quietLogger = {
    ...logger,
    debug: () => {},
    info: () => {},
    warn: logger.warn.bind(logger),
  };
  const connection = { bootstrapServers: [bootstrapServers], clientId: "demo", topic: TOPIC };
  using group = keep ? createKafkaGroup({ ...connection, groupId: GROUP_ID }) : undefined;
  await using monitor = keep
    ? new Monitor({ ...PAGE, version: context.version }, { logger: quietLogger, group })
    : undefined;
  const pipeline = new Pipeline({
    bootstrapServers,
    topic: TOPIC,
    catalog,
    table: TABLE,
    generator: createRatingGenerator({ seed: SEED, dirtyShare: DIRTY_SHARE }),
    ratePerSecond: rate,
    logger: quietLogger,
    kafkaLogger,
    observe: monitor?.observe,
  });
  const show = (work: Promise<void>, ofSeconds?: number): Promise<void> =>
    showWhile(work, output, () => pipeline.counts, ofSeconds);

  say(`${number(rate)} ratings a second for ${seconds} s, 1 % of them dirty`);
  await show(pipeline.run({ seconds, signal }), seconds);
  const openTopic: OpenTopic = (topic, assign) =>
    openKafkaSource(
      { bootstrapServers: [bootstrapServers], clientId: "demo", topic, assign },
      { logger: kafkaLogger },
    );
  const progress = new ProgressReport();
  const onProgress: ProofOperation["onProgress"] = (of) => progress.update(of);
  const proof = await withStatusLine(
    prove(catalog, openTopic, { onProgress }),
    () => `   proof: ${progress.describe()}`,
    settings,
  );
  say(`\n${proofText(proof)}\n`);
  say(await samples(catalog));
  for (const { name, lines } of waysToRead({ warehouse, name: TABLE })) {
    say(`\nread it with ${name}:\n\n${lines.join("\n")}`);
  }
  if (keep && !signal.aborted) {
    say(`\nstill running; broker at ${bootstrapServers}, Ctrl-C ends it`);
    const url = await monitor?.url;
    if (url !== undefined) say(`status page at ${url}`);
    await show(pipeline.run({ signal }));
  }
  return proof.isProved ? EXIT_DONE : EXIT_FAILED;
}

/** Below the current directory: `warehouse/demo-2026-01-31T12-30-00`. */
function directoryOf(now: Date): string {
  return `warehouse/demo-${now.toISOString().slice(0, 19).replaceAll(":", "-")}`;
}

function prove(
  catalog: Catalog,
  openTopic: OpenTopic,
  operation: ProofOperation,
): Promise<TableProof> {
  const identifier = { namespace: [], name: TABLE };
  const values = { events: ratingsSchema, timeZone: "UTC" };
  return verifyTable({ catalog, identifier, openTopic, values }, operation);
}

async function samples(catalog: Catalog): Promise<string> {
  const rows = await openTable(catalog, { namespace: [], name: TABLE });
  const deadLetters = await openTable(catalog, {
    namespace: [],
    name: deadLetterTableName(TABLE),
  });
  return [
    `some rows:\n${await sampleText(rows, ROW_COLUMNS)}`,
    `some dead letters:\n${await sampleText(deadLetters, DEAD_LETTER_COLUMNS)}`,
  ].join("\n\n");
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
