import { setTimeout as sleep } from "node:timers/promises";
import { startNodeProgram } from "@salon/testkit";
import { AssignerProtocol, type PartitionAssigner } from "kafkajs";
import { expect, test } from "vitest";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { joinGroup, shares } from "./joined-member.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually } from "./recording-handler.ts";

/** Has all partitions of the first member, under a name that nobody else knows. */
const FOREIGN_ASSIGNER: PartitionAssigner = ({ cluster }) => ({
  name: "foreign",
  version: 0,
  async assign({ members: [first], topics }) {
    if (first === undefined) return [];
    const assignment = Object.fromEntries(
      topics.map((topic) => [
        topic,
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      ]),
    );
    const memberAssignment = AssignerProtocol.MemberAssignment.encode({
      version: 0,
      assignment,
      userData: Buffer.alloc(0),
    });
    return [{ memberId: first.memberId, memberAssignment }];
  },
  protocol: ({ topics }) => ({
    name: "foreign",
    metadata: AssignerProtocol.MemberMetadata.encode({
      version: 0,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
});

/** What members of a group keep while it changes (KIP-429), and beside whom they can be. */
export function rebalanceBehaviour({ driver, cluster, open }: SourceSubject): void {
  test("a member is told of no generation that leaves its partitions as they are", async () => {
    const topic = await cluster().createTopic({ partitions: 5 });
    await using first = await joinGroup(open, topic);
    await eventually(() => expect(first.handler.assigned).toEqual([0, 1, 2, 3, 4]));
    await using second = await joinGroup(open, topic);
    await eventually(() => {
      expect(first.handler.assigned).toHaveLength(3);
      expect(shares(first, second)).toEqual([0, 1, 2, 3, 4]);
    });
    expect(first.handler.changes).toEqual([
      "+0,1,2,3,4",
      "-0,1,2,3,4",
      `+${first.handler.assigned.join(",")}`,
    ]);
    // Five partitions for three: only who has three gives one away.
    const [before, told] = [first.handler.assigned, second.handler.changes.length];
    const third = await joinGroup(open, topic);
    await eventually(() => {
      expect(shares(first, second, third)).toEqual([0, 1, 2, 3, 4]);
      expect(third.handler.assigned).toHaveLength(1);
    });
    expect(before).toEqual(expect.arrayContaining([...first.handler.assigned]));
    expect(second.handler.changes).toHaveLength(told);
    await third.source.stop();
    await eventually(() => expect(shares(first, second)).toEqual([0, 1, 2, 3, 4]));
    const troubles = [...first.handler.troubles, ...second.handler.troubles];
    expect(troubles.filter(({ message }) => message.includes("group"))).toEqual([]);
  });

  test("what a member has it reads while the group waits for another", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    const options = { sessionTimeoutMs: 3000 };
    await using member = await joinGroup(open, topic, options);
    await using frozen = await startNodeProgram({
      entry: new URL("group-member-program.ts", import.meta.url),
      args: [driver, cluster().bootstrapServers, topic, "15000"],
    });
    await frozen.waitForLine(/^assigned 1$/, { timeoutMs: 60_000 });
    await eventually(() => expect(member.handler.assigned).toHaveLength(1));
    const [partition = -1] = member.handler.assigned;
    const told = member.handler.changes.length;
    frozen.signal("SIGSTOP");
    await using late = await joinGroup(open, topic, options);
    // By then the member's heartbeat has told it to join.
    await sleep(2500);
    await cluster().writer.produce({ topic, records: numbered(10, { partition }) });
    await member.handler.reaches(partition, 10);
    expect(late.handler.changes).toEqual([]);
    expect(member.handler.changes).toHaveLength(told);
    frozen.signal("SIGKILL");
    await eventually(() => {
      expect(late.handler.assigned).toHaveLength(1);
      expect(shares(member, late)).toEqual([0, 1]);
    });
    expect(member.handler.changes).toHaveLength(told);
  });

  test("a member that runs on kafkajs itself shares the partitions with them", async () => {
    const topic = await cluster().createTopic({ partitions: 6 });
    await using first = await joinGroup(open, topic);
    await using second = await joinGroup(open, topic);
    await eventually(() => expect(shares(first, second)).toEqual([0, 1, 2, 3, 4, 5]));
    const foreign = cluster().kafka.consumer({ groupId: topic });
    let theirs: readonly number[] = [];
    foreign.on(foreign.events.GROUP_JOIN, ({ payload }) => {
      theirs = payload.memberAssignment[topic] ?? [];
    });
    await foreign.connect();
    await foreign.subscribe({ topic });
    await foreign.run({ eachMessage: async () => undefined });
    await eventually(() => {
      expect(theirs).toHaveLength(2);
      expect([...shares(first, second), ...theirs].sort((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4, 5,
      ]);
    });
    await foreign.disconnect();
    await eventually(() => expect(shares(first, second)).toEqual([0, 1, 2, 3, 4, 5]));
    expect([...first.handler.failures, ...second.handler.failures]).toEqual([]);
  });

  test("members that read other topics each have those of theirs", async () => {
    const [ratings, visits] = [
      await cluster().createTopic({ partitions: 3 }),
      await cluster().createTopic({ partitions: 2 }),
    ];
    const options = { groupId: `both-${ratings}`, metadataMaxAgeMs: 500 };
    await using leader = await joinGroup(open, ratings, options);
    await eventually(() => expect(leader.handler.assigned).toEqual([0, 1, 2]));
    await using other = await joinGroup(open, visits, options);
    await eventually(() => expect(other.handler.assigned).toEqual([0, 1]));
    await using third = await joinGroup(open, visits, options);
    await eventually(() => {
      expect(shares(other, third)).toEqual([0, 1]);
      expect(third.handler.assigned).toHaveLength(1);
    });
    expect(leader.handler.assigned).toEqual([0, 1, 2]);
    expect(leader.source.progress().membership).toMatchObject({ isLeader: true });
    // Of a topic that the leader does not read itself.
    await cluster().admin.createPartitions({ topicPartitions: [{ topic: visits, count: 4 }] });
    await eventually(() => expect(shares(other, third)).toEqual([0, 1, 2, 3]));
    await cluster().writer.produce({ topic: visits, records: numbered(5, { partition: 3 }) });
    const reader = other.handler.assigned.includes(3) ? other : third;
    await reader.handler.reaches(3, 5);
    expect(leader.handler.changes.at(-1)).toBe("+0,1,2");
    expect(leader.handler.chunks).toEqual([]);
  });

  test("where others share out in another way, a member ends, and says why", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    const foreign = cluster().kafka.consumer({
      groupId: topic,
      partitionAssigners: [FOREIGN_ASSIGNER],
    });
    const { promise: isJoined, resolve } = Promise.withResolvers<void>();
    foreign.on(foreign.events.GROUP_JOIN, () => resolve());
    await foreign.connect();
    await foreign.subscribe({ topic });
    await foreign.run({ eachMessage: async () => undefined });
    await isJoined;
    await using member = await joinGroup(open, topic);
    await eventually(() => expect(member.handler.failures).toHaveLength(1));
    expect(member.handler.failures[0]).toMatchObject({
      code: "GROUP_INCOMPATIBLE",
      retryable: false,
      message: expect.stringContaining("INCONSISTENT_GROUP_PROTOCOL"),
    });
    expect(member.handler.changes).toEqual([]);
    await foreign.disconnect();
  });
}
