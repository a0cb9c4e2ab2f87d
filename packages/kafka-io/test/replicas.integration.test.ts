import { randomUUID } from "node:crypto";
import { type KafkaService, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openKafkaSource } from "../src/index.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

let kafka: KafkaService;
let cluster: KafkaCluster;

beforeAll(async () => {
  kafka = await startKafka({ brokerCount: 3 });
  cluster = await connectKafkaCluster(kafka.bootstrapServers);
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await kafka?.stop();
});

/** A topic of one partition on these brokers, of which the first leads. */
async function createTopicOn(
  replicas: readonly number[],
  config: Readonly<Record<string, string>>,
): Promise<string> {
  const topic = `kafka-io-${randomUUID()}`;
  const replicaAssignment = [{ partition: 0, replicas: [...replicas] }];
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await cluster.admin.createTopics({ topics: [{ topic, replicaAssignment, configEntries }] });
  return topic;
}

async function leadership(topic: string): Promise<{ leader: number; isr: number[] } | undefined> {
  const { topics } = await cluster.admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions[0];
}

/** The broker of a node id. */
function broker(nodeId: number): KafkaService["brokers"][number] {
  const found = kafka.brokers[nodeId - 1];
  if (found === undefined) throw new Error(`no broker ${nodeId}`);
  return found;
}

test("a log that an unclean election cut, and that grew again, is out of range", async () => {
  // The third broker only keeps the majority of controllers.
  const config = { "min.insync.replicas": "1", "unclean.leader.election.enable": "true" };
  const topic = await createTopicOn([1, 2], config);
  await cluster.writer.produce({ topic, records: numbered(10) });
  await using source = await openKafkaSource({
    bootstrapServers: kafka.bootstrapServers.split(","),
    topic,
    assign: [0],
  });
  const handler = new RecordingHandler();
  await source.start(handler);
  await handler.reaches(0, 10);

  await broker(2).kill();
  await eventually(async () => expect(await leadership(topic)).toMatchObject({ isr: [1] }));
  await cluster.writer.produce({ topic, records: numbered(10, { first: 10 }) });
  await handler.reaches(0, 20);

  await broker(1).kill();
  await broker(2).start();
  await eventually(async () => expect(await leadership(topic)).toMatchObject({ leader: 2 }));
  await cluster.writer.produce({ topic, records: numbered(30, { first: 100 }) });

  const range = { startOffset: 0, endOffset: 10 };
  await eventually(() => expect(handler.outOfRange).toEqual([{ partition: 0, offset: 20, range }]));
  // As the sink does before it gives up: what is there now are other records.
  source.seek(0, 20);
  await eventually(() => expect(handler.outOfRange).toHaveLength(2));
  expect(handler.outOfRange[1]).toEqual({ partition: 0, offset: 20, range });
  expect(handler.of(0)).toHaveLength(20);
  // On from where the logs part.
  handler.expectNext(0, 10);
  source.seek(0, 10);
  await handler.reaches(0, 40);
  expect(handler.of(0).at(-1)).toMatchObject({ offset: 39, value: "129" });
  await broker(1).start();
});
