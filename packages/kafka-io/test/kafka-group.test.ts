import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { freePort } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createKafkaGroup,
  type KafkaGroup,
  type KafkaSource,
  openKafkaSource,
} from "../src/index.ts";
import { DRIVERS } from "./kit/drivers.ts";
import { describedByKafkajs } from "./kit/group-in-kafkajs.ts";
import { eventually, RecordingHandler } from "./kit/recording-handler.ts";

const TOPIC = "ratings";

let broker: DevBroker;
beforeAll(async () => {
  broker = await startDevBroker({ topics: [{ name: TOPIC, partitions: 5 }] });
});
afterAll(() => broker[Symbol.asyncDispose]());

async function join(groupId: string, clientId: string): Promise<KafkaSource> {
  const source = await openKafkaSource({
    bootstrapServers: [broker.bootstrapServers],
    topic: TOPIC,
    groupId,
    clientId,
    heartbeatIntervalMs: 100,
  });
  await source.start(new RecordingHandler());
  return source;
}

describe.each(DRIVERS)("a group, as seen over %s", (driver) => {
  function look(groupId: string, bootstrapServers = broker.bootstrapServers): KafkaGroup {
    const servers = [bootstrapServers];
    return createKafkaGroup({ bootstrapServers: servers, driver, topic: TOPIC, groupId });
  }

  test("has its members and what each of them reads", async () => {
    const groupId = `two-${driver}`;
    using group = look(groupId);
    expect(await group.describe()).toEqual({ state: "Dead", members: [] });
    await using first = await join(groupId, "first");
    await using second = await join(groupId, "second");
    await eventually(async () => {
      const { state, members } = await group.describe();
      const own = [first, second].map((source) => source.progress().membership?.memberId);
      expect(state).toBe("Stable");
      expect(new Set(members.map(({ memberId }) => memberId))).toEqual(new Set(own));
      expect(members.map(({ clientId }) => clientId).toSorted()).toEqual(["first", "second"]);
      expect(members.map(({ host }) => host)).toEqual(["127.0.0.1", "127.0.0.1"]);
      const shares = members.map(({ partitions }) => partitions);
      expect(new Set(shares.map(({ length }) => length))).toEqual(new Set([2, 3]));
      expect(new Set(shares.flat())).toEqual(new Set([0, 1, 2, 3, 4]));
    });
    expect(await group.describe()).toEqual(
      await describedByKafkajs(broker.bootstrapServers, groupId, TOPIC),
    );
  });

  test("is asked of whoever coordinates it now, and again after a failure", async () => {
    const groupId = `failing-${driver}`;
    using group = look(groupId);
    broker.addFault({
      api: "DescribeGroups",
      fault: { kind: "error", error: "GROUP_AUTHORIZATION_FAILED" },
      times: 1,
    });
    await expect(group.describe()).rejects.toMatchObject({
      code: "KAFKA_UNAUTHORIZED",
      message: `describe group ${groupId}: GROUP_AUTHORIZATION_FAILED`,
    });
    broker.dropConnections();
    // A connection may be found broken only when it is used.
    await eventually(async () => {
      expect(await group.describe()).toEqual({ state: "Dead", members: [] });
    });
  });

  test("is not known where no broker answers", async () => {
    const server = `127.0.0.1:${await freePort()}`;
    using away = look("away", server);
    await expect(away.describe()).rejects.toMatchObject({
      code: "KAFKA_UNREACHABLE",
      message: expect.stringContaining(`cannot describe group away at ${server}`),
    });
  });
});
