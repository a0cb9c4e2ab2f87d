import { randomUUID } from "node:crypto";
import { startDevBroker } from "@salon/dev-broker";
import { useSharedServices } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKafkaSink, openKafkaSource } from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { RecordingHandler } from "./kit/recording-handler.ts";

let cluster: KafkaCluster;
let bootstrapServers: string[];

/** A cluster on which all of it is run. */
interface Cluster {
  readonly name: string;
  readonly start: () => Promise<{ readonly bootstrapServers: string } & Partial<AsyncDisposable>>;
}

const CLUSTERS: readonly Cluster[] = [
  {
    name: "Kafka",
    // Shared with other tests, so that it is not ours to end.
    start() {
      const { bootstrapServers } = useSharedServices().kafka;
      return Promise.resolve({ bootstrapServers });
    },
  },
  { name: "the embedded broker", start: () => startDevBroker() },
];

async function readAll(topic: string, partitionCount: number): Promise<RecordingHandler> {
  const assign = Array.from({ length: partitionCount }, (_, partition) => partition);
  await using source = await openKafkaSource({ bootstrapServers, topic, assign });
  const ends = await source.listOffsets(assign);
  const handler = new RecordingHandler();
  await source.start(handler);
  for (const [partition, { endOffset }] of ends) await handler.reaches(partition, endOffset);
  return handler;
}

const SUBJECTS = CLUSTERS.flatMap((cluster) => DRIVERS.map((driver) => ({ ...cluster, driver })));

describe.each(SUBJECTS)("$name, $driver", ({ start, driver }) => {
  const resources = new AsyncDisposableStack();
  beforeAll(async () => {
    const started = await start();
    resources.defer(async () => await started[Symbol.asyncDispose]?.());
    bootstrapServers = [started.bootstrapServers];
    cluster = resources.use(await connectKafkaCluster(started.bootstrapServers));
  });
  afterAll(async () => {
    await resources.disposeAsync();
  });

  describe("ensureTopic", () => {
    test("creates a topic once, also when several ask at the same time", async () => {
      const topic = `kafka-io-${randomUUID()}`;
      const sinks = await Promise.all(
        [1, 2, 3].map(() => openKafkaSink({ driver, bootstrapServers, topic })),
      );
      const outcomes = await Promise.all(sinks.map((sink) => sink.ensureTopic(3)));
      expect(outcomes.toSorted()).toEqual(["created", "exists", "exists"]);
      const [sink] = sinks;
      expect(await sink?.ensureTopic(5)).toBe("exists");
      const { topics } = await cluster.admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]?.partitions).toHaveLength(3);
      for (const one of sinks) await one[Symbol.asyncDispose]();
    });

    test("a name that Kafka does not take", async () => {
      await using sink = await openKafkaSink({ driver, bootstrapServers, topic: "no/topic" });
      await expect(sink.ensureTopic(1)).rejects.toMatchObject({ code: "TOPIC_NOT_FOUND" });
    });
  });

  describe("send", () => {
    test.each(["none", "gzip", "zstd"] as const)(
      "all that records carry, %s",
      async (compression) => {
        const topic = await cluster.createTopic({ partitions: 2 });
        await using sink = await openKafkaSink({ driver, bootstrapServers, topic, compression });
        const sent = await sink.send([
          { partition: 1, key: Buffer.from("k"), value: Buffer.from("v"), timestampMs: 1000 },
          { partition: 1, key: Buffer.of(), value: Buffer.of(), timestampMs: 900 },
          {
            partition: 1,
            timestampMs: 2_000_000,
            headers: [{ name: "h", value: Buffer.from("x") }],
          },
        ]);
        expect(sent).toEqual([{ partition: 1, baseOffset: 0, count: 3 }]);
        const handler = await readAll(topic, 2);
        expect(handler.of(1)).toEqual([
          { offset: 0, key: "k", value: "v", timestampMs: 1000 },
          { offset: 1, key: "", value: "", timestampMs: 900 },
          { offset: 2, key: null, value: null, timestampMs: 2_000_000 },
        ]);
      },
    );

    test("puts keys where librdkafka puts them by Java's rule, in their order", async () => {
      const topic = await cluster.createTopic({ partitions: 5 });
      const records = numbered(500).map(({ key, value }) => ({ key, value }));
      const theirs = await cluster.writer.produce({ topic, records });
      await using sink = await openKafkaSink({
        driver,
        bootstrapServers,
        topic,
        batchBytesMax: 500,
      });
      await sink.send(records.slice(0, 250));
      await sink.send(records.slice(250));
      const handler = await readAll(topic, 5);
      for (const partition of [0, 1, 2, 3, 4]) {
        const keys = records
          .filter((_, i) => theirs[i]?.partition === partition)
          .map(({ key }) => key.toString());
        expect(handler.of(partition).map(({ key }) => key)).toEqual([...keys, ...keys]);
      }
    });

    test("records without a key take the partitions in turn", async () => {
      const topic = await cluster.createTopic({ partitions: 3 });
      await using sink = await openKafkaSink({ driver, bootstrapServers, topic });
      await sink.send(numbered(9).map(({ value }) => ({ value })));
      const handler = await readAll(topic, 3);
      expect([0, 1, 2].map((partition) => handler.of(partition).length)).toEqual([3, 3, 3]);
    });

    test("sends at the same time keep apart", async () => {
      const topic = await cluster.createTopic();
      await using sink = await openKafkaSink({ driver, bootstrapServers, topic });
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => sink.send(numbered(10, { first: 10 * i }))),
      );
      const handler = await readAll(topic, 1);
      expect(handler.of(0).map(({ key }) => key)).toEqual(
        numbered(100).map(({ key }) => key.toString()),
      );
    });

    test("a record that is too large is refused, and the next ones are not taken for it", async () => {
      const topic = await cluster.createTopic({ config: { "max.message.bytes": "10000" } });
      await using sink = await openKafkaSink({
        driver,
        bootstrapServers,
        topic,
        batchBytesMax: 5000,
      });
      await sink.send(numbered(3));
      const large = [{ partition: 0, value: Buffer.alloc(20_000) }];
      await expect(sink.send(large)).rejects.toMatchObject({
        code: "RECORD_TOO_LARGE",
        message: expect.stringContaining(topic),
      });
      const [next] = await sink.send(numbered(1, { first: 3 }));
      expect(next).toEqual({ partition: 0, baseOffset: 3, count: 1 });
    });

    test("a topic or partition that is absent", async () => {
      const topic = `kafka-io-absent-${randomUUID()}`;
      await using sink = await openKafkaSink({ driver, bootstrapServers, topic });
      await expect(sink.send(numbered(1))).rejects.toMatchObject({ code: "TOPIC_NOT_FOUND" });
      await sink.ensureTopic(1);
      await expect(sink.send(numbered(1, { partition: 7 }))).rejects.toMatchObject({
        code: "SETTINGS_INVALID",
      });
    });

    test("nothing is sent after an abort", async () => {
      const topic = await cluster.createTopic();
      await using sink = await openKafkaSink({ driver, bootstrapServers, topic });
      const reason = new Error("enough");
      await expect(sink.send(numbered(1), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect((await readAll(topic, 1)).of(0)).toEqual([]);
    });
  });
});
