import { expect, it } from "vitest";
import {
  listObjects,
  startKafka,
  startLibrdkafka,
  useSharedReader,
  useSharedServices,
} from "../../src/index.ts";

const services = useSharedServices();

it("creates a topic and writes every codec", async () => {
  await using client = await startLibrdkafka(services.kafka);
  await client.createTopic("testkit-codecs", { partitions: 2 });
  for (const codec of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
    const records = [{ partition: 0, value: Buffer.from(codec) }, { partition: 1 }];
    await client.produce({ topic: "testkit-codecs", records, codec });
  }
  expect(await client.endOffsets("testkit-codecs")).toEqual([5, 5]);
});

it("says which records of transactions were aborted", async () => {
  await using client = await startLibrdkafka(services.kafka);
  await client.createTopic("testkit-transactions");
  const deliveries = await client.produce({
    topic: "testkit-transactions",
    records: Array.from({ length: 6 }, (_, index) => ({ value: Buffer.from([index]) })),
    transaction: { id: "testkit", size: 2, abortEvery: 2 },
  });
  // Each transaction ends with a marker that takes an offset.
  expect(deliveries).toEqual([
    { partition: 0, offset: 0, committed: true },
    { partition: 0, offset: 1, committed: true },
    { partition: 0, offset: 3, committed: false },
    { partition: 0, offset: 4, committed: false },
    { partition: 0, offset: 6, committed: true },
    { partition: 0, offset: 7, committed: true },
  ]);
});

it("serves TLS with SASL PLAIN, and a proxied listener, across a kill", async () => {
  await using kafka = await startKafka({ security: "sasl_ssl", proxied: true });
  const { secured, proxied } = kafka;
  expect(secured).toBeDefined();
  expect(proxied).toBeDefined();
  if (secured === undefined || proxied === undefined) return;
  await using client = await startLibrdkafka(secured);
  await client.createTopic("secured");
  await client.produce({ topic: "secured", records: [{ value: Buffer.from("one") }] });
  await kafka.kill();
  await kafka.restart();
  await using behindProxy = await startLibrdkafka(proxied);
  expect(await behindProxy.endOffsets("secured")).toEqual([1]);
});

it("starts three brokers, of which any one may be killed", async () => {
  await using kafka = await startKafka({ brokerCount: 3, gateCount: 1 });
  await using client = await startLibrdkafka(kafka);
  await client.createTopic("replicated", { partitions: 3 });
  const records = [0, 1, 2].map((partition) => ({ partition, value: Buffer.from("one") }));
  for (const broker of kafka.brokers) {
    await broker.kill();
    await client.produce({ topic: "replicated", records });
    await broker.start();
  }
  const [gate] = kafka.gated;
  expect(gate?.proxy.ports).toHaveLength(3);
  if (gate === undefined) return;
  await using behindGate = await startLibrdkafka(gate);
  expect(await behindGate.endOffsets("replicated")).toEqual([3, 3, 3]);
}, 180_000);

it("starts Kafka 3.9 with ZooKeeper", async () => {
  await using kafka = await startKafka({ version: "3.9" });
  await using client = await startLibrdkafka(kafka);
  await client.createTopic("old");
  await client.produce({ topic: "old", records: [{ value: Buffer.from("one") }] });
  expect(await client.endOffsets("old")).toEqual([1]);
});

it("shares a REST catalog whose tables lie in the shared bucket", async () => {
  const { restCatalog, s3, bucket } = services;
  await using spark = await useSharedReader("spark");
  const catalogs = { smoke: { kind: "rest", uri: restCatalog.uri, s3 } } as const;
  await spark.sql("CREATE NAMESPACE IF NOT EXISTS smoke.testkit_services", catalogs);
  await spark.sql("CREATE TABLE smoke.testkit_services.one (id INT) USING iceberg", catalogs);
  const keys = await listObjects(s3, { bucket, prefix: "rest/testkit_services/one/metadata/" });
  expect(keys.filter((key) => key.endsWith(".metadata.json"))).toHaveLength(1);
});
