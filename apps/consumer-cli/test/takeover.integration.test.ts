import { randomUUID } from "node:crypto";
import { openFileIo } from "@salon/iceberg-writer";
import {
  startLibrdkafka,
  startSparkStreaming,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { LibrdkafkaClient, SparkStreamingJob } from "@salon/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hadoopCatalog, runConsumer, runTable } from "./pipeline/commands.ts";
import { rating } from "./pipeline/consumer-outcome.ts";

/** In each of two partitions; one of them is none. */
const RECORDS = 20;

let client: LibrdkafkaClient;

beforeAll(async () => {
  client = await startLibrdkafka(useSharedServices().kafka);
});
afterAll(() => client[Symbol.asyncDispose]());

/** A topic, and a job that takes ten records a batch into a table of the old pipeline. */
async function setStage(): Promise<{
  readonly topic: string;
  readonly table: string;
  readonly job: SparkStreamingJob;
  readonly produce: (firstCustomer: number) => Promise<void>;
}> {
  const { kafka, s3, bucket } = useSharedServices();
  const topic = `takeover-${randomUUID()}`;
  const table = `takeover_${randomUUID().replaceAll("-", "_")}`;
  const produce = async (firstCustomer: number): Promise<void> => {
    for (const partition of [0, 1]) {
      const records = Array.from({ length: RECORDS }, (_, index) =>
        index === 7
          ? { value: Buffer.from("{"), partition }
          : { ...rating(firstCustomer + 100 * partition + index), partition },
      );
      await client.produce({ topic, records });
    }
  };
  await client.createTopic(topic, { partitions: 2 });
  return {
    topic,
    table,
    produce,
    job: {
      bootstrapServers: kafka.bootstrapServers,
      topic,
      table,
      warehouse: `s3a://${bucket}`,
      s3,
      checkpoint: `s3a://${bucket}/checkpoints/${table}`,
      sink: "foreachBatch",
      startingOffsets: "earliest",
      recordsPerBatch: 10,
    },
  };
}

/** `partition:offset` of every row and dead letter, as PyIceberg reads them. */
async function offsetsIn(table: string): Promise<readonly string[]> {
  const reader = await useSharedReader("pyiceberg");
  const { reference: catalog, tableName } = hadoopCatalog();
  const read = async (name: string): Promise<readonly string[]> => {
    const columns = ["_kafka_partition", "_kafka_offset"];
    const rows = await reader.readTable({ catalog, table: tableName(name), columns });
    return rows.map((row) => `${String(row["_kafka_partition"])}:${String(row["_kafka_offset"])}`);
  };
  return [...(await read(table)), ...(await read(`${table}_dead_letters`))].toSorted();
}

function allOffsets(end: number): readonly string[] {
  const offsets = Array.from({ length: end }, (_, offset) => offset);
  return [0, 1]
    .flatMap((partition) => offsets.map((offset) => `${partition}:${offset}`))
    .toSorted();
}

/** Stops a job dead at a batch, as a machine that is switched off does. */
async function killAt(job: SparkStreamingJob): Promise<void> {
  await using spark = await startSparkStreaming(job);
  await spark.holding();
  await spark.kill();
}

function s3Properties(): Readonly<Record<string, string>> {
  const { endpoint, region, accessKeyId, secretAccessKey } = useSharedServices().s3;
  return {
    "s3.endpoint": endpoint,
    "s3.path-style-access": "true",
    "s3.region": region,
    "s3.access-key-id": accessKeyId,
    "s3.secret-access-key": secretAccessKey,
  };
}

function kafkaFlags(topic: string): readonly string[] {
  return [`--bootstrap-servers=${useSharedServices().kafka.bootstrapServers}`, `--topic=${topic}`];
}

async function adopt({ topic, table, checkpoint }: SparkStreamingJob): Promise<unknown> {
  const flags = [...kafkaFlags(topic), `--table=${table}`, `--spark-checkpoint=${checkpoint}`];
  return JSON.parse(await runTable(hadoopCatalog(), ["adopt", "--force", "--json", ...flags]));
}

async function consume({ topic, table }: SparkStreamingJob): Promise<void> {
  await runConsumer(hadoopCatalog(), { topic, table, flags: ["--trigger", "available-now"] });
}

/** What Spark is given to go on from the table's position. */
async function startingOffsets({ topic, table }: SparkStreamingJob): Promise<string> {
  const described = JSON.parse(
    await runTable(hadoopCatalog(), ["describe", "--json", `--table=${table}`]),
  ) as {
    readonly sources: readonly {
      readonly partitions: readonly { readonly partition: number; readonly next: number }[];
    }[];
  };
  const partitions = described.sources[0]?.partitions ?? [];
  const offsets = partitions.map(({ partition, next }) => [partition, next]);
  return JSON.stringify({ [topic]: Object.fromEntries(offsets) });
}

it("a job that died when its batch was written is taken over, given back and taken over", async () => {
  const { job, produce } = await setStage();
  await produce(1_000);
  await killAt({ ...job, hold: { batch: 1, when: "after" } });

  const adopted = await adopt(job);
  expect(adopted).toMatchObject({
    batchId: 1,
    doubtful: { batchId: 1, isThere: true, knownBy: "rows" },
    partitions: [
      { partition: 0, next: 10, rows: 10, logEnd: RECORDS },
      { partition: 1, next: 10, rows: 10, logEnd: RECORDS },
    ],
  });
  expect(await adopt(job)).toMatchObject({ wasAdopted: true, batchId: 1 });
  await consume(job);
  expect(await offsetsIn(job.table)).toEqual(allOffsets(RECORDS));

  await produce(2_000);
  const back: SparkStreamingJob = {
    ...job,
    checkpoint: `${job.checkpoint}-back`,
    startingOffsets: await startingOffsets(job),
  };
  await killAt({ ...back, hold: { batch: 2, when: "before" } });
  expect(await offsetsIn(job.table)).toEqual(allOffsets(RECORDS + 10));

  expect(await adopt(back)).toMatchObject({
    batchId: 1,
    doubtful: { batchId: 2, isThere: false, knownBy: "rows" },
    partitions: [{ next: RECORDS + 10 }, { next: RECORDS + 10 }],
  });
  await consume(job);
  expect(await offsetsIn(job.table)).toEqual(allOffsets(2 * RECORDS));
  const proof = ["verify", "--deep", `--table=${job.table}`, ...kafkaFlags(job.topic)];
  expect(await runTable(hadoopCatalog(), proof)).toContain(
    "every recorded offset is there exactly once",
  );
}, 400_000);

it("a batch of Iceberg's own streaming sink is known by its snapshot", async () => {
  const { job, produce } = await setStage();
  await produce(1_000);
  const streaming: SparkStreamingJob = { ...job, sink: "table", recordsPerBatch: RECORDS };
  await using spark = await startSparkStreaming(streaming);
  await spark.done();
  // As a job leaves it that died when its batch was written.
  await using fileIo = await openFileIo(job.checkpoint, s3Properties());
  await fileIo.delete(`${job.checkpoint}/commits/1`);
  expect(await adopt(streaming)).toMatchObject({
    batchId: 1,
    doubtful: { batchId: 1, isThere: true, knownBy: "summary" },
    partitions: [{ next: RECORDS }, { next: RECORDS }],
  });
}, 200_000);
