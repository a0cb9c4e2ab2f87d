import { randomUUID } from "node:crypto";
import { useSharedServices } from "@salon/testkit";
import { Kafka, logLevel } from "kafkajs";
import { expect, test } from "vitest";
import { createKafkaGroup, openKafkaSource } from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { connectKafkaCluster } from "./kit/kafka-cluster.ts";
import { describedByKafkajs } from "./kit/group-in-kafkajs.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

test.each(DRIVERS)(
  "a group that brokers share out has its members, over %s",
  async (driver) => {
    const { bootstrapServers } = useSharedServices().kafka;
    await using cluster = await connectKafkaCluster(bootstrapServers);
    const topic = await cluster.createTopic({ partitions: 3 });
    const groupId = `shared-out-${randomUUID()}`;
    const settings = { bootstrapServers: [bootstrapServers], driver, topic, groupId };
    using group = createKafkaGroup(settings);
    const join = async (clientId: string, groupProtocol: "classic" | "consumer") => {
      const source = await openKafkaSource({ ...settings, clientId, groupProtocol });
      const handler = new RecordingHandler();
      await source.start(handler);
      return { source, handler, [Symbol.asyncDispose]: () => source.stop() };
    };
    await using first = await join("first", "consumer");
    await using second = await join("second", "consumer");
    // A member of the other protocol may be in the group too, while members change over.
    await using third = await join("third", "classic");
    const members = [first, second, third];
    await eventually(async () => {
      const described = await group.describe();
      expect(described.state).toBe("Stable");
      expect(described.members.map(({ clientId }) => clientId).toSorted()).toEqual([
        "first",
        "second",
        "third",
      ]);
      for (const { source, handler } of members) {
        const { memberId } = source.progress().membership ?? {};
        const shown = described.members.find((member) => member.memberId === memberId);
        expect(shown).toMatchObject({ host: "127.0.0.1", partitions: handler.assigned });
        expect(handler.assigned).toHaveLength(1);
      }
    });
  },
  60_000,
);

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
