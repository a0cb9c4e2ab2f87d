import { randomUUID } from "node:crypto";
import { useSharedServices } from "@salon/testkit";
import { Kafka, logLevel } from "kafkajs";
import { expect, test } from "vitest";
import { createKafkaGroup, openKafkaSource } from "../src/index.ts";
import { connectKafkaCluster } from "./kit/kafka-cluster.ts";
import { describedByKafkajs } from "./kit/group-in-kafkajs.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

test("a group of Kafka's has members of this package and of others", async () => {
  const { bootstrapServers } = useSharedServices().kafka;
  await using cluster = await connectKafkaCluster(bootstrapServers);
  const topic = await cluster.createTopic({ partitions: 3 });
  const groupId = `seen-${randomUUID()}`;
  const settings = { bootstrapServers: [bootstrapServers], topic, groupId };
  using group = createKafkaGroup(settings);
  expect(await group.describe()).toEqual({ state: "Dead", members: [] });

  await using source = await openKafkaSource({ ...settings, clientId: "ours" });
  await source.start(new RecordingHandler());
  const kafka = new Kafka({
    brokers: [bootstrapServers],
    clientId: "theirs",
    logLevel: logLevel.NOTHING,
  });
  const foreign = kafka.consumer({ groupId });
  try {
    await foreign.subscribe({ topic });
    await foreign.run({ eachMessage: async () => {} });
    await eventually(async () => {
      const { state, members } = await group.describe();
      expect(state).toBe("Stable");
      expect(members.map(({ clientId }) => clientId).toSorted()).toEqual(["ours", "theirs"]);
      const read = members.flatMap(({ partitions }) => partitions);
      expect(read.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    });
    const described = await describedByKafkajs(bootstrapServers, groupId, topic);
    expect(await group.describe()).toEqual(described);
  } finally {
    await foreign.disconnect();
  }
}, 60_000);
