import { randomUUID } from "node:crypto";
import { fetch } from "@salon/kafka-protocol";
import { type KafkaService, startKafka } from "@salon/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KafkaSource, openKafkaSource } from "../src/index.ts";
import { brokerLinks } from "../src/open-kafka.ts";
import { openTopicSource } from "../src/source/topic-source.ts";
import { type DriverName, DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

let kafka: KafkaService;
let cluster: KafkaCluster;

beforeAll(async () => {
  kafka = await startKafka({
    brokerCount: 3,
    racks: ["a", "b", "c"],
    properties: {
      "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
    },
  });
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

/** A source, and the ports of the brokers that its fetches went to. */
async function openSpied(
  topic: string,
  driver: DriverName,
): Promise<{ source: KafkaSource; fetchedFrom: number[] }> {
  const bootstrapServers = kafka.bootstrapServers.split(",");
  const settings = { driver, bootstrapServers, topic, assign: [0], clientRack: "b" };
  const createLink = brokerLinks(settings);
  const fetchedFrom: number[] = [];
  const source = await openTopicSource(settings, (address) => {
    const link = createLink(address);
    return {
      send: (api, request, options) => {
        if (api.key === fetch.key) fetchedFrom.push(address.port);
        return link.send(api, request, options);
      },
      close: () => link.close(),
    };
  });
  return { source, fetchedFrom };
}

function portOf(nodeId: number): number {
  return Number(kafka.bootstrapServers.split(",")[nodeId - 1]?.split(":")[1]);
}

test.each(DRIVERS)(
  "a reader reads from its rack's replica while that lives, %s",
  async (driver) => {
    const topic = await createTopicOn([1, 2], { "min.insync.replicas": "1" });
    await cluster.writer.produce({ topic, records: numbered(10) });
    const { source, fetchedFrom } = await openSpied(topic, driver);
    await using opened = source;
    const handler = new RecordingHandler();
    await opened.start(handler);
    await handler.reaches(0, 10);
    // The leader was asked first, and had to send nothing but the other's id.
    expect(fetchedFrom[0]).toBe(portOf(1));
    expect(fetchedFrom[1]).toBe(portOf(2));
    for (let round = 1; round < 4; round++) {
      await cluster.writer.produce({ topic, records: numbered(10, { first: 10 * round }) });
      await handler.reaches(0, 10 * (round + 1));
    }
    expect(fetchedFrom.slice(1).every((port) => port === portOf(2))).toBe(true);
    expect(handler.troubles).toEqual([]);

    await broker(2).kill();
    await cluster.writer.produce({ topic, records: numbered(10, { first: 40 }) });
    await handler.reaches(0, 50);
    expect(fetchedFrom.at(-1)).toBe(portOf(1));
    expect(handler.of(0).map(({ value }) => value)).toEqual(
      numbered(50).map(({ value }) => value.toString()),
    );
    await broker(2).start();
    await eventually(async () => expect((await leadership(topic))?.isr).toHaveLength(2));
  },
);

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
