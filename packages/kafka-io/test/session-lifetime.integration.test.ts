import { type KafkaService, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKafkaSink, openKafkaSource, type SaslSettings } from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { RecordingHandler } from "./kit/recording-handler.ts";

const SESSION_MS = 3000;

let kafka: KafkaService;
let cluster: KafkaCluster;

beforeAll(async () => {
  const properties = { "connections.max.reauth.ms": String(SESSION_MS) };
  kafka = await startKafka({ security: "sasl_ssl", properties });
  cluster = await connectKafkaCluster(kafka.bootstrapServers);
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await kafka?.stop();
});

const MECHANISMS = ["plain", "scram-sha-256"] as const;

// Each waits for three sessions to end.
describe.concurrent.each(DRIVERS)("%s", (driver) => {
  test.each(MECHANISMS)("authenticates by %s again before its session ends", async (mechanism) => {
    const { bootstrapServers = "", ca = "", username = "", password = "" } = kafka.secured ?? {};
    const sasl: SaslSettings = { mechanism, username, password };
    const topic = await cluster.createTopic();
    const settings = { driver, bootstrapServers: [bootstrapServers], tls: { ca }, sasl, topic };
    await using sink = await openKafkaSink(settings);
    await using source = await openKafkaSource({ ...settings, groupId: topic });
    const handler = new RecordingHandler();
    await source.start(handler);
    const endsAtMs = Date.now() + 3 * SESSION_MS;
    let count = 0;
    while (Date.now() < endsAtMs) {
      await sink.send(numbered(10, { first: count }));
      count += 10;
      await handler.reaches(0, count);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(handler.of(0).map(({ value }) => value)).toEqual(
      numbered(count).map(({ value }) => value.toString()),
    );
    // The first member of a cluster's first group may come before its coordinator.
    const requestFailed = expect.objectContaining({ code: "KAFKA_REQUEST_FAILED" });
    for (const trouble of handler.troubles) expect(trouble).toEqual(requestFailed);
  });
});
