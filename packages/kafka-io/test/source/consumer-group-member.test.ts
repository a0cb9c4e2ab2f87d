import {
  type Api,
  consumerGroupHeartbeat,
  findCoordinator,
  metadata,
  type RequestOf,
} from "@salon/kafka-protocol";
import { expect, it } from "vitest";
import type { BrokerLink } from "../../src/broker/broker-link.ts";
import { KafkaCluster } from "../../src/cluster/kafka-cluster.ts";
import { ConsumerGroupMember } from "../../src/source/consumer-group-member.ts";
import { memberSettings } from "../../src/source/source-settings.ts";
import { settle } from "./fake-cluster.ts";

const address = { host: "127.0.0.1", port: 9092 };
const TOPIC = {
  errorCode: 0,
  name: "t",
  topicId: "AAAAAAAAAAAAAAAAAAAAAQ",
  partitions: [{ index: 0, leaderId: 1, leaderEpoch: 0 }],
};
const idle = {
  onAssigned: async () => undefined,
  onRevoked: async () => undefined,
  onTrouble: () => undefined,
  onFailed: () => undefined,
  isAlive: () => true,
};

/** A coordinator that takes every member, and gives it nothing. */
class TakingBroker implements BrokerLink {
  readonly heartbeats: RequestOf<typeof consumerGroupHeartbeat>[] = [];

  async send<Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> {
    return this.#answer(api.key, request) as Response;
  }

  close(): void {}

  #answer(key: number, request: unknown): unknown {
    switch (key) {
      case metadata.key:
        return { brokers: [{ nodeId: 1, ...address }], clusterId: "c", topics: [TOPIC] };
      case findCoordinator.key:
        return { errorCode: 0, nodeId: 1, ...address };
      case consumerGroupHeartbeat.key:
        this.heartbeats.push(request as RequestOf<typeof consumerGroupHeartbeat>);
        return { errorCode: 0, memberEpoch: 1, heartbeatIntervalMs: 60_000 };
      default:
        throw new Error(`unexpected request ${key}`);
    }
  }
}

it("a member that joins says in which rack it is, and only then", async () => {
  const broker = new TakingBroker();
  const settings = { bootstrapServers: [address], topic: "t" };
  using cluster = new KafkaCluster(settings, () => broker);
  const source = { bootstrapServers: ["127.0.0.1:9092"], topic: "t", clientRack: "left" };
  const member = new ConsumerGroupMember(cluster, memberSettings(source, "g"), idle);
  void member.run();
  await settle();
  await member.leave();
  expect(broker.heartbeats.map(({ memberEpoch, rackId }) => [memberEpoch, rackId])).toEqual([
    [0, "left"],
    [-1, undefined],
  ]);
});
