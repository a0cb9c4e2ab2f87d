import { randomUUID } from "node:crypto";
import { freePort, type KafkaService, startKafka, startNodeProgram } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type KafkaConnectionSettings,
  openKafkaSink,
  openKafkaSource,
  type SaslSettings,
} from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

let kafka: KafkaService;
let cluster: KafkaCluster;

beforeAll(async () => {
  kafka = await startKafka({ security: "sasl_ssl", proxied: true });
  cluster = await connectKafkaCluster(kafka.bootstrapServers);
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await kafka?.stop();
});

type Mechanism = Exclude<SaslSettings["mechanism"], "oauthbearer">;

function secured(
  change: Partial<KafkaConnectionSettings> = {},
  mechanism: Mechanism = "plain",
): KafkaConnectionSettings {
  const { bootstrapServers = "", ca = "", username = "", password = "" } = kafka.secured ?? {};
  return {
    bootstrapServers: [bootstrapServers],
    tls: { ca },
    sasl: { mechanism, username, password },
    ...change,
  };
}

describe.each(DRIVERS)("%s", (driver) => {
  test("a process that is done with Kafka ends by itself, and nothing was said", async () => {
    await using program = await startNodeProgram({
      entry: new URL("kit/write-and-read-program.ts", import.meta.url),
      args: [driver, kafka.bootstrapServers, `kafka-io-${randomUUID()}`],
    });
    await program.waitForLine(/^stopped$/, { timeoutMs: 60_000 });
    const stoppedAtMs = Date.now();
    expect(await program.exit).toEqual({ code: 0 });
    expect(Date.now() - stoppedAtMs).toBeLessThan(2000);
    expect(program.stderr()).toBe("");
  });

  describe.each(["plain", "scram-sha-256", "scram-sha-512"] as const)("TLS and %s", (mechanism) => {
    test("writes and reads", async () => {
      const topic = await cluster.createTopic();
      const settings = { driver, ...secured({}, mechanism), topic };
      await using sink = await openKafkaSink(settings);
      await sink.send(numbered(10));
      await using source = await openKafkaSource({ ...settings, groupId: topic });
      const handler = new RecordingHandler();
      await source.start(handler);
      await handler.reaches(0, 10);
      expect(handler.of(0)).toHaveLength(10);
    });

    test.each([
      ["password", { username: "salon", password: "wrong" }],
      ["user", { username: "nobody", password: "salon-password" }],
    ])("a wrong %s is refused, naming the server", async (_name, user) => {
      const sasl = { mechanism, ...user };
      const settings = secured({ sasl });
      const open = openKafkaSource({ driver, ...settings, topic: "any", assign: [0] });
      await expect(open).rejects.toMatchObject({
        code: "KAFKA_UNAUTHORIZED",
        retryable: false,
        message: expect.stringContaining(settings.bootstrapServers[0] ?? "?"),
      });
      await expect(openKafkaSink({ driver, ...settings, topic: "any" })).rejects.toMatchObject({
        code: "KAFKA_UNAUTHORIZED",
      });
    });
  });

  describe("TLS", () => {
    test("a certificate of nobody known is refused for good", async () => {
      const open = openKafkaSource({ driver, ...secured({ tls: {} }), topic: "any", assign: [0] });
      await expect(open).rejects.toMatchObject({ code: "KAFKA_UNAUTHORIZED", retryable: false });
    });
  });

  describe("a cluster that cannot be reached", () => {
    test("is named, and worth another try", async () => {
      const server = `127.0.0.1:${await freePort()}`;
      const startedAtMs = Date.now();
      const open = openKafkaSource({
        driver,
        bootstrapServers: [server],
        topic: "any",
        assign: [0],
      });
      await expect(open).rejects.toMatchObject({
        code: "KAFKA_UNREACHABLE",
        retryable: true,
        message: expect.stringContaining(server),
      });
      expect(Date.now() - startedAtMs).toBeLessThan(10_000);
    });

    test("is found by the second of its addresses", async () => {
      const servers = [`127.0.0.1:${await freePort()}`, kafka.bootstrapServers];
      const topic = await cluster.createTopic();
      await using source = await openKafkaSource({
        driver,
        bootstrapServers: servers,
        topic,
        assign: [0],
      });
      expect(await source.describeTopic()).toMatchObject({ partitionCount: 1 });
    });
  });

  describe("a connection that breaks", () => {
    test.each([
      ["in a group", { groupId: true }],
      ["with static partitions", { groupId: false }],
    ])("is made again and nothing is lost or doubled, %s", async (_name, { groupId }) => {
      const topic = await cluster.createTopic({ partitions: 2 });
      const { proxied } = kafka;
      await using source = await openKafkaSource({
        driver,
        bootstrapServers: [proxied?.bootstrapServers ?? ""],
        topic,
        ...(groupId ? { groupId: topic } : { assign: [0, 1] }),
      });
      const handler = new RecordingHandler();
      await source.start(handler);
      for (let round = 0; round < 4; round++) {
        for (const partition of [0, 1]) {
          const records = numbered(500, { partition, first: 500 * round });
          await cluster.writer.produce({ topic, records });
        }
        proxied?.proxy.cut();
        await handler.reaches(0, 500 * (round + 1));
        await handler.reaches(1, 500 * (round + 1));
      }
      const expected = numbered(2000).map(({ value }) => value.toString());
      expect(handler.of(0).map(({ value }) => value)).toEqual(expected);
      expect(handler.of(1).map(({ value }) => value)).toEqual(expected);
      expect(handler.troubles).not.toEqual([]);
      for (const error of handler.troubles) expect(error).toMatchObject({ retryable: true });
    });

    test("a broker that falls silent is asked again over a new connection", async () => {
      const topic = await cluster.createTopic();
      const { proxied } = kafka;
      await using source = await openKafkaSource({
        driver,
        bootstrapServers: [proxied?.bootstrapServers ?? ""],
        topic,
        groupId: topic,
        requestTimeoutMs: 1000,
      });
      const handler = new RecordingHandler();
      await source.start(handler);
      await cluster.writer.produce({ topic, records: numbered(100) });
      await handler.reaches(0, 100);
      const before = proxied?.proxy.connectionCount();
      proxied?.proxy.pause();
      await eventually(() =>
        expect(handler.troubles).toContainEqual(
          expect.objectContaining({ code: "KAFKA_UNREACHABLE", retryable: true }),
        ),
      );
      proxied?.proxy.resume();
      await cluster.writer.produce({ topic, records: numbered(100, { first: 100 }) });
      await handler.reaches(0, 200);
      expect(handler.of(0).map(({ value }) => value)).toEqual(
        numbered(200).map(({ value }) => value.toString()),
      );
      await eventually(() =>
        expect(proxied?.proxy.connectionCount()).toBeLessThanOrEqual(before ?? 0),
      );
    });

    test("what was sent meanwhile stands in the log once", async () => {
      const topic = await cluster.createTopic({ partitions: 2 });
      const { proxied } = kafka;
      await using sink = await openKafkaSink({
        driver,
        bootstrapServers: [proxied?.bootstrapServers ?? ""],
        topic,
        batchBytesMax: 2000,
      });
      await sink.send(numbered(10));
      const records = numbered(3000, { first: 10, size: 100 });
      const sending = sink.send(records.map(({ key, value }) => ({ key, value, partition: 0 })));
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        proxied?.proxy.cut();
      }
      const sent = await sending;
      expect(sent.reduce((sum, batch) => sum + batch.count, 0)).toBe(3000);
      const { bootstrapServers } = kafka;
      await using source = await openKafkaSource({
        driver,
        bootstrapServers: [bootstrapServers],
        topic,
        assign: [0],
      });
      const handler = new RecordingHandler();
      await source.start(handler);
      await handler.reaches(0, 3010);
      expect(handler.of(0).map(({ key }) => key)).toEqual(
        numbered(3010).map(({ key }) => key.toString()),
      );
    });

    test("a broker that was killed and comes back is read on from", async () => {
      const topic = await cluster.createTopic();
      await cluster.writer.produce({ topic, records: numbered(100) });
      await using source = await openKafkaSource({
        driver,
        bootstrapServers: [kafka.bootstrapServers],
        topic,
        groupId: topic,
      });
      const handler = new RecordingHandler();
      await source.start(handler);
      await handler.reaches(0, 100);
      await kafka.kill();
      await eventually(() => expect(handler.troubles).not.toEqual([]));
      await kafka.restart();
      await eventually(() =>
        cluster.writer
          .produce({ topic, records: numbered(100, { first: 100 }) })
          .then(() => undefined),
      );
      await handler.reaches(0, 200);
      expect(handler.of(0).map(({ value }) => value)).toEqual(
        numbered(200).map(({ value }) => value.toString()),
      );
    });
  });
});
