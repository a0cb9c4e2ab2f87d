import {
  type Api,
  ERROR_CODES,
  findCoordinator,
  joinGroup,
  leaveGroup,
  metadata,
  type RequestOf,
} from "@salon/kafka-protocol";
import { expect, it } from "vitest";
import type { BrokerLink } from "../../src/broker/broker-link.ts";
import { KafkaCluster } from "../../src/cluster/kafka-cluster.ts";
import { GroupMember } from "../../src/source/group-member.ts";
import { settle } from "./fake-cluster.ts";

const address = { host: "127.0.0.1", port: 9092 };
const idle = {
  onAssigned: async () => undefined,
  onRevoked: async () => undefined,
  onTrouble: () => undefined,
  onFailed: () => undefined,
  isAlive: () => true,
};

const settings = {
  groupId: "g",
  groupInstanceId: undefined,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  heartbeatIntervalMs: 3_000,
};

/** A broker that gives members ids, once each or at every try, and never lets one join. */
class JoiningBroker implements BrokerLink {
  readonly joins: string[] = [];
  readonly left: string[] = [];
  readonly #idsMax: number;

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
  }

  async send<Request, Response>(api: Api<Request, Response>, request: Request): Promise<Response> {
    const answer = this.#answer(api.key, request);
    if (answer === undefined) return new Promise<Response>(() => undefined);
    return answer as Response;
  }

  close(): void {}

  #answer(key: number, request: unknown): unknown {
    switch (key) {
      case findCoordinator.key:
        return { errorCode: 0, nodeId: 1, ...address };
      case joinGroup.key: {
        const { memberId } = request as RequestOf<typeof joinGroup>;
        this.joins.push(memberId);
        if (this.joins.length > this.#idsMax) return undefined;
        const errorCode = ERROR_CODES.MEMBER_ID_REQUIRED;
        return { errorCode, memberId: `member-${this.joins.length}` };
      }
      case metadata.key:
        return { brokers: [{ nodeId: 1, ...address }], topics: [], controllerId: 1 };
      case leaveGroup.key: {
        const { members } = request as RequestOf<typeof leaveGroup>;
        this.left.push(...members.map(({ memberId }) => memberId));
        return { errorCode: 0, members: [] };
      }
      default:
        throw new Error(`unexpected request ${key}`);
    }
  }
}

it("a member that leaves while it joins tells the group, which would wait for it", async () => {
  const broker = new JoiningBroker(1);
  using cluster = new KafkaCluster({ bootstrapServers: [address], topic: "t" }, () => broker);
  const member = new GroupMember(cluster, settings, idle);
  void member.run();
  await settle();
  expect(broker.joins).toEqual(["", "member-1"]);
  await member.leave();
  expect(broker.left).toEqual(["member-1"]);
});

it("a member that is given ids only, and no place, pauses between its tries", async () => {
  const broker = new JoiningBroker(Infinity);
  using cluster = new KafkaCluster({ bootstrapServers: [address], topic: "t" }, () => broker);
  const troubles: unknown[] = [];
  const output = { ...idle, onTrouble: (error: unknown) => void troubles.push(error) };
  const member = new GroupMember(cluster, settings, output);
  void member.run();
  await settle();
  expect(broker.joins).toEqual(["", "member-1"]);
  expect(troubles[0]).toMatchObject({ message: "join group g: MEMBER_ID_REQUIRED" });
  await expect.poll(() => broker.joins, { timeout: 5_000 }).toHaveLength(4);
  await member.leave();
  expect(broker.left).toEqual(["member-4"]);
});
