import { once } from "node:events";
import { connect } from "node:net";
import { createWorkDirectory } from "@salon/testkit";
import { type Admin, ConfigResourceTypes, type Consumer, Kafka, logLevel } from "kafkajs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DevBroker, type DevBrokerOptions, startDevBroker } from "../src/index.ts";

let resources: AsyncDisposableStack;
beforeEach(() => {
  resources = new AsyncDisposableStack();
});
afterEach(async () => {
  await resources.disposeAsync();
});

async function start(options: DevBrokerOptions = {}): Promise<{ broker: DevBroker; kafka: Kafka }> {
  const broker = resources.use(await startDevBroker(options));
  return { broker, kafka: clientOf(broker) };
}

function clientOf({ bootstrapServers }: DevBroker): Kafka {
  const retry = { initialRetryTime: 20, retries: 10 };
  return new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING, retry });
}

async function adminOf(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  resources.defer(() => admin.disconnect());
  return admin;
}

async function send(kafka: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
  await producer.disconnect();
}

/** Reads until so many values came, and commits where it is. */
async function receive(
  kafka: Kafka,
  topic: string,
  groupId: string,
  count: number,
): Promise<readonly string[]> {
  const consumer: Consumer = kafka.consumer({ groupId, sessionTimeout: 6_000 });
  await consumer.connect();
  const values: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: ({ message }) => {
      values.push(message.value?.toString() ?? "");
      if (values.length === count) resolve();
      return Promise.resolve();
    },
  });
  await promise;
  await consumer.disconnect();
  return values.toSorted();
}

const VALUES = Array.from({ length: 20 }, (_, index) => `value ${String(index).padStart(2, "0")}`);

describe("kafkajs", () => {
  it("creates, describes, grows and deletes topics", async () => {
    const { broker, kafka } = await start();
    const admin = await adminOf(kafka);
    const configEntries = [{ name: "retention.ms", value: "1000" }];
    const topics = [{ topic: "t", numPartitions: 2, configEntries }];
    expect(await admin.createTopics({ topics })).toBe(true);
    expect(await admin.createTopics({ topics })).toBe(false);
    expect(await admin.listTopics()).toEqual(["t"]);
    await admin.createPartitions({ topicPartitions: [{ topic: "t", count: 3 }] });
    const { topics: described } = await admin.fetchTopicMetadata({ topics: ["t"] });
    expect(described[0]?.partitions).toHaveLength(3);
    const { resources: configs } = await admin.describeConfigs({
      resources: [{ type: ConfigResourceTypes.TOPIC, name: "t", configNames: ["retention.ms"] }],
      includeSynonyms: false,
    });
    expect(configs[0]?.configEntries).toMatchObject([
      { configName: "retention.ms", configValue: "1000" },
    ]);
    const cluster = await admin.describeCluster();
    expect(cluster.clusterId).toBe(broker.clusterId);
    expect(cluster.brokers).toHaveLength(1);
    await admin.deleteTopics({ topics: ["t"] });
    expect(await admin.listTopics()).toEqual([]);
  });

  it.each([
    [{ topic: "no/name" }, "INVALID_TOPIC_EXCEPTION"],
    [{ topic: "t", numPartitions: 0 }, "INVALID_PARTITIONS"],
    [{ topic: "t", numPartitions: 10_001 }, "INVALID_PARTITIONS"],
    [{ topic: "t", replicationFactor: 3 }, "INVALID_REPLICATION_FACTOR"],
    [
      { topic: "t", replicaAssignment: [{ partition: 0, replicas: [2] }] },
      "INVALID_REPLICA_ASSIGNMENT",
    ],
    [
      { topic: "t", replicaAssignment: [{ partition: 1, replicas: [1] }] },
      "INVALID_REPLICA_ASSIGNMENT",
    ],
    [{ topic: "t", configEntries: [{ name: "max.message.bytes", value: "1k" }] }, "INVALID_CONFIG"],
  ])("is refused the topic %j", async (topic, type) => {
    const { kafka } = await start();
    const admin = await adminOf(kafka);
    await expect(admin.createTopics({ topics: [topic] })).rejects.toMatchObject({
      errors: [expect.objectContaining({ type })],
    });
    expect(await admin.listTopics()).toEqual([]);
  });

  it("is refused more partitions than there can be, or fewer", async () => {
    const { kafka } = await start({ topics: [{ name: "t", partitions: 2 }] });
    const admin = await adminOf(kafka);
    for (const count of [1, 2, 10_001, 2 ** 31 - 1]) {
      await expect(
        admin.createPartitions({ topicPartitions: [{ topic: "t", count }] }),
      ).rejects.toMatchObject({ type: "INVALID_PARTITIONS" });
    }
    const elsewhere = [{ topic: "t", count: 3, assignments: [[2]] }];
    await expect(admin.createPartitions({ topicPartitions: elsewhere })).rejects.toMatchObject({
      type: "INVALID_REPLICA_ASSIGNMENT",
    });
  });

  it("produces and consumes in a group, which can be described and listed", async () => {
    const { kafka } = await start({ topics: [{ name: "t", partitions: 3 }] });
    await send(kafka, "t", VALUES);
    expect(await receive(kafka, "t", "g", VALUES.length)).toEqual(VALUES);
    const admin = await adminOf(kafka);
    expect((await admin.listGroups()).groups).toEqual([{ groupId: "g", protocolType: "consumer" }]);
    const { groups } = await admin.describeGroups(["g", "nobody's"]);
    expect(groups.map(({ state }) => state)).toEqual(["Empty", "Dead"]);
    const [offsets] = await admin.fetchOffsets({ groupId: "g", topics: ["t"] });
    const committed = offsets?.partitions.map(({ offset }) => Number(offset)) ?? [];
    expect(committed.reduce((sum, offset) => sum + Math.max(0, offset), 0)).toBe(VALUES.length);
  });

  it("finds topics, records, offsets and the cluster again after a restart on one directory", async () => {
    await using directory = await createWorkDirectory("broker");
    const options = { directory: directory.path, topics: [{ name: "t", partitions: 2 }] };
    const first = await startDevBroker(options);
    await send(clientOf(first), "t", VALUES.slice(0, 10));
    expect(await receive(clientOf(first), "t", "g", 10)).toEqual(VALUES.slice(0, 10));
    await first[Symbol.asyncDispose]();

    const { broker, kafka } = await start(options);
    expect(broker.clusterId).toBe(first.clusterId);
    await send(kafka, "t", VALUES.slice(10));
    expect(await receive(kafka, "t", "g", 10)).toEqual(VALUES.slice(10));
    expect(await receive(kafka, "t", "other", 20)).toEqual(VALUES);
  });

  it("begins without offsets where a topic was deleted and made again", async () => {
    const { kafka } = await start({ topics: [{ name: "t", partitions: 1 }] });
    await send(kafka, "t", VALUES.slice(0, 3));
    await receive(kafka, "t", "g", 3);
    const admin = await adminOf(kafka);
    await admin.deleteTopics({ topics: ["t"] });
    await admin.createTopics({ topics: [{ topic: "t", numPartitions: 1 }] });
    const [offsets] = await admin.fetchOffsets({ groupId: "g", topics: ["t"] });
    expect(offsets?.partitions).toMatchObject([{ partition: 0, offset: "-1" }]);
  });
});

describe("faults", () => {
  it("answer with an error that the client meets as Kafka's, so often as is said", async () => {
    const { broker, kafka } = await start({ topics: [{ name: "t", partitions: 1 }] });
    const fault = broker.addFault({
      api: "Produce",
      fault: { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" },
      times: 2,
    });
    await send(kafka, "t", VALUES);
    expect(fault.hits).toBe(2);
    expect(await receive(kafka, "t", "g", VALUES.length)).toEqual(VALUES);
  });

  it("drop the connection instead of the answer: the client sends again, nothing is there twice", async () => {
    const { broker, kafka } = await start({ topics: [{ name: "t", partitions: 1 }] });
    const fault = broker.addFault({
      api: "Produce",
      fault: { kind: "drop", when: "after" },
      times: 1,
    });
    await send(kafka, "t", VALUES);
    expect(fault.hits).toBe(1);
    const admin = await adminOf(kafka);
    const [offsets] = await admin.fetchTopicOffsets("t");
    expect(offsets?.high).toBe(String(VALUES.length));
  });

  it("hold requests back, and end when they are disposed of", async () => {
    const { broker, kafka } = await start({ topics: [{ name: "t", partitions: 1 }] });
    const admin = await adminOf(kafka);
    {
      using fault = broker.addFault({
        api: "ListOffsets",
        fault: { kind: "delay", delayMs: 300 },
      });
      const startMs = performance.now();
      await admin.fetchTopicOffsets("t");
      expect(performance.now() - startMs).toBeGreaterThan(290);
      expect(fault.hits).toBeGreaterThan(0);
    }
    const fault = broker.addFault({
      api: "ListOffsets",
      fault: { kind: "drop", when: "before" },
      clientId: "somebody else",
    });
    await admin.fetchTopicOffsets("t");
    expect(fault.hits).toBe(0);
  });
});

describe("startDevBroker", () => {
  it("says which address is taken", async () => {
    const { broker } = await start();
    const port = Number(broker.bootstrapServers.split(":")[1]);
    await expect(startDevBroker({ port })).rejects.toMatchObject({
      code: "ADDRESS_UNAVAILABLE",
      context: { port },
    });
  });

  it("takes no impossible topic or address", async () => {
    const invalid = { code: "SETTINGS_INVALID" };
    const topics = [{ name: "..", partitions: 1 }];
    await expect(startDevBroker({ topics })).rejects.toMatchObject(invalid);
    await expect(startDevBroker({ advertisedAddress: "here" })).rejects.toMatchObject(invalid);
    const nowhere = { advertisedAddress: "here:65536" };
    await expect(startDevBroker(nowhere)).rejects.toMatchObject(invalid);
    await expect(startDevBroker({ partitions: 0 })).rejects.toMatchObject(invalid);
    await expect(startDevBroker({ messageBytesMax: -1 })).rejects.toMatchObject(invalid);
    const halves = [{ name: "t", partitions: 1.5 }];
    await expect(startDevBroker({ topics: halves })).rejects.toMatchObject(invalid);
  });

  it("closes a connection on which no request can be read, and serves the others", async () => {
    const { broker, kafka } = await start({ topics: [{ name: "t", partitions: 1 }] });
    const [host, port] = broker.bootstrapServers.split(":");
    for (const bytes of ["7fffffff", "0000000affff0000000000010000", "00000002beef"]) {
      const socket = connect({ host: host ?? "", port: Number(port) });
      socket.on("error", () => undefined);
      socket.end(Buffer.from(bytes, "hex"));
      await once(socket, "close");
    }
    const admin = await adminOf(kafka);
    expect(await admin.listTopics()).toEqual(["t"]);
  });
});
