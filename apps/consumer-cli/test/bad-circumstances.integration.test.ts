import { randomUUID } from "node:crypto";
import {
  startFaultProxy,
  startKafka,
  startLibrdkafka,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import type { ClientRecord, LibrdkafkaClient } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeBrokerCircumstances } from "./kit/describe-broker-circumstances.ts";
import { hadoopCatalog, restCatalog, runConsumer, startConsumer } from "./pipeline/commands.ts";
import { ending, rating } from "./pipeline/consumer-outcome.ts";

const nowhere = "127.0.0.1:1";
const availableNow = ["--trigger", "available-now"];
let client: LibrdkafkaClient;

beforeAll(async () => {
  client = await startLibrdkafka(useSharedServices().kafka);
});
afterAll(() => client[Symbol.asyncDispose]());

async function topicWith(records: readonly ClientRecord[]): Promise<string> {
  const topic = `bad-${randomUUID()}`;
  await client.createTopic(topic);
  if (records.length > 0) await client.produce({ topic, records });
  return topic;
}

describe("what is not there at the start", () => {
  it.concurrent.each([
    [
      "Kafka",
      () => startConsumer(restCatalog(), { topic: "t", table: "t", bootstrapServers: nowhere }),
    ],
    [
      "the catalog",
      () => startConsumer(restCatalog(`http://${nowhere}`), { topic: "t", table: "t" }),
    ],
    [
      "the store",
      () => startConsumer(hadoopCatalog(`http://${nowhere}`), { topic: "t", table: "t" }),
    ],
  ])("is tried for a while, and then named with its address: %s", async (_, start) => {
    await using consumer = await start();
    const [code, sentence] = await ending(consumer);
    expect(sentence).toContain(nowhere);
    expect(code).toBe(3);
  });

  it("is refused at once for wrong credentials of the store", async () => {
    const topic = await topicWith([]);
    const env = { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "wrong-password" };
    await using consumer = await startConsumer(hadoopCatalog(), { topic, table: "denied", env });
    const [code, sentence] = await ending(consumer);
    expect(sentence).toMatch(/denied/i);
    expect(sentence).not.toContain("wrong-password");
    expect(code).toBe(4);
  });
});

describe("what is lost while running", () => {
  it("is waited for where it is the store, and nothing is lost or doubled", async () => {
    const topic = await topicWith([rating(1)]);
    const table = `store_outage_${Date.now()}`;
    await using proxy = await startFaultProxy({ target: useSharedServices().s3.endpoint });
    await using consumer = await startConsumer(hadoopCatalog(proxy.url), {
      topic,
      table,
      flags: ["--commit-interval", "200ms"],
    });
    await consumer.waitForLine(/"msg":"committed"/, { timeoutMs: 60_000 });
    const outage = proxy.addRule({
      matches: ({ method }) => method === "PUT" || method === "POST",
      fault: { kind: "answer", status: 503 },
    });
    await client.produce({ topic, records: [rating(2), rating(3)] });
    await consumer.waitForLine(/trouble|commit not done/, { timeoutMs: 120_000 });
    outage.remove();
    await consumer.waitForLine(/\[1,3\].*"msg":"committed"/, { timeoutMs: 120_000 });
    expect(await consumer.stop()).toEqual({ code: 0 });
    const reader = await useSharedReader("pyiceberg");
    const rows = await reader.readTable({ catalog: hadoopCatalog().reference, table });
    expect(new Set(rows.map((row) => row["customer_id"]))).toEqual(new Set([1, 2, 3]));
    expect(rows).toHaveLength(3);
  });
});

describe("a table that is there already", () => {
  it("is continued as Spark made it, timestamps and partitions included", async () => {
    const topic = await topicWith([rating(1), rating(2, "2025-01-16T00:00:00.5")]);
    const table = `from_spark_${Date.now()}`;
    const spark = await useSharedReader("spark");
    const catalogs = { lake: hadoopCatalog().reference };
    await spark.sql(
      `CREATE TABLE lake.${table} (customer_id INT, branch_id INT, employee_id INT,
         treatment_id INT, rating_value FLOAT, comment STRING, timestamp TIMESTAMP,
         processed_timestamp TIMESTAMP, _kafka_topic STRING, _kafka_partition INT,
         _kafka_offset BIGINT, mood STRING)
       USING iceberg PARTITIONED BY (days(timestamp))`,
      catalogs,
    );
    await runConsumer(hadoopCatalog(), { topic, table, flags: availableNow });
    const rows = await spark.sql(
      `SELECT customer_id, mood, timestamp FROM lake.${table} WHERE timestamp < '2025-01-17'
       ORDER BY customer_id`,
      catalogs,
    );
    expect(rows).toMatchObject([
      { customer_id: 1, mood: null, timestamp: "2025-01-15T10:30:00.000000Z" },
      { customer_id: 2, mood: null, timestamp: "2025-01-16T00:00:00.500000Z" },
    ]);
    await spark.sql(
      `INSERT INTO lake.${table} SELECT 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL`,
      catalogs,
    );
    await client.produce({ topic, records: [rating(3)] });
    await runConsumer(hadoopCatalog(), { topic, table, flags: availableNow });
    const all = await spark.sql(`SELECT customer_id FROM lake.${table}`, catalogs);
    expect(new Set(all.map((row) => row["customer_id"]))).toEqual(new Set([1, 2, 3, 7]));
    expect(all).toHaveLength(4);
  });

  it("is refused with the difference where events do not fit", async () => {
    const topic = await topicWith([rating(1)]);
    const table = `misfit_${Date.now()}`;
    const spark = await useSharedReader("spark");
    await spark.sql(
      `CREATE TABLE lake.${table} (customer_id INT, rating_value STRING) USING iceberg`,
      {
        lake: hadoopCatalog().reference,
      },
    );
    await using consumer = await startConsumer(hadoopCatalog(), { topic, table });
    const [code, sentence] = await ending(consumer);
    expect(sentence).toContain("column rating_value is string");
    expect(sentence).toContain("there is no column branch_id");
    expect(code).toBe(5);
  });
});

describeBrokerCircumstances({
  name: "kafka",
  broker: () => useSharedServices().kafka,
  startOwn: () => startKafka(),
});
