import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { joinGroup, shares } from "./joined-member.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually } from "./recording-handler.ts";

const OPTIONS = { groupProtocol: "consumer" } as const;

/** Members of a group whose partitions the brokers share out (KIP-848), sessions of 5 s. */
export function consumerProtocolBehaviour({ cluster, open }: SourceSubject): void {
  test("brokers share the partitions out, read once each, and offsets are mirrored", async () => {
    const topic = await cluster().createTopic({ partitions: 4 });
    for (const partition of [0, 1, 2, 3]) {
      await cluster().writer.produce({ topic, records: numbered(10, { partition }) });
    }
    await using first = await joinGroup(open, topic, OPTIONS);
    await eventually(() => expect(first.handler.assigned).toEqual([0, 1, 2, 3]));
    for (const partition of [0, 1, 2, 3]) await first.handler.reaches(partition, 10);
    const second = await joinGroup(open, topic, OPTIONS);
    await eventually(() => {
      expect(first.handler.assigned).toHaveLength(2);
      expect(shares(first, second)).toEqual([0, 1, 2, 3]);
    });
    expect(first.source.progress().membership).toEqual({
      memberId: expect.stringMatching(/./),
      generationId: expect.any(Number),
      isLeader: false,
    });
    const [own = -1] = first.handler.assigned;
    await first.source.commitOffsets(new Map([[own, 10]]));
    const [mirrored] = await cluster().admin.fetchOffsets({ groupId: topic, topics: [topic] });
    expect(mirrored?.partitions.find(({ partition }) => partition === own)?.offset).toBe("10");
    await second.source.stop();
    await eventually(() => expect(first.handler.assigned).toEqual([0, 1, 2, 3]));
    const troubles = [...first.handler.troubles, ...second.handler.troubles];
    expect(troubles.filter(({ message }) => message.includes("group"))).toEqual([]);
    expect(first.handler.failures).toEqual([]);
  });

  test("members that read other topics are each given those of theirs by brokers", async () => {
    const [ratings, visits] = [
      await cluster().createTopic({ partitions: 3 }),
      await cluster().createTopic({ partitions: 2 }),
    ];
    const options = { ...OPTIONS, groupId: `both-${ratings}` };
    await using first = await joinGroup(open, ratings, options);
    await using second = await joinGroup(open, visits, options);
    await eventually(() => {
      expect(first.handler.assigned).toEqual([0, 1, 2]);
      expect(second.handler.assigned).toEqual([0, 1]);
    });
  });

  test("partitions that are added are shared out by brokers", async () => {
    const topic = await cluster().createTopic({ partitions: 1 });
    await using member = await joinGroup(open, topic, { ...OPTIONS, metadataMaxAgeMs: 500 });
    await eventually(() => expect(member.handler.assigned).toEqual([0]));
    await cluster().admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await eventually(() => expect(member.handler.assigned).toEqual([0, 1, 2]));
  });

  test("a member that brokers have given up joins anew when it is alive again", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    await using hung = await joinGroup(open, topic, OPTIONS);
    await eventually(() => expect(hung.handler.assigned).toEqual([0, 1]));
    hung.handler.isAliveNow = false;
    await using other = await joinGroup(open, topic, OPTIONS);
    await eventually(() => expect(other.handler.assigned).toEqual([0, 1]));
    hung.handler.isAliveNow = true;
    await eventually(() => {
      expect(hung.handler.assigned).toHaveLength(1);
      expect(shares(hung, other)).toEqual([0, 1]);
    });
  });

  test("brokers keep the place of a static member that is started again", async () => {
    const topic = await cluster().createTopic({ partitions: 4 });
    const options = { ...OPTIONS, groupInstanceId: "first" };
    const first = await joinGroup(open, topic, options);
    await using second = await joinGroup(open, topic, { ...OPTIONS, groupInstanceId: "second" });
    await eventually(() => {
      expect(first.handler.assigned).toHaveLength(2);
      expect(shares(first, second)).toEqual([0, 1, 2, 3]);
    });
    const told = second.handler.changes.length;
    await first.source.stop();
    await using again = await joinGroup(open, topic, options);
    await eventually(() => expect(again.handler.assigned).toEqual(first.handler.assigned));
    await sleep(3000);
    expect(second.handler.changes).toHaveLength(told);
    expect([...again.handler.failures, ...second.handler.failures]).toEqual([]);
  });
}

/** What a member meets that wants it of brokers that do not. */
export function unknownProtocolBehaviour({ cluster, open }: SourceSubject): void {
  test("brokers that share out nothing are named, and the setting", async () => {
    const topic = await cluster().createTopic();
    await using member = await joinGroup(open, topic, OPTIONS);
    await eventually(() => expect(member.handler.failures).toHaveLength(1));
    expect(member.handler.failures[0]).toMatchObject({
      code: "SETTINGS_INVALID",
      retryable: false,
      message: expect.stringMatching(/--group-protocol.*needs Kafka 4.0/),
    });
    expect(member.handler.changes).toEqual([]);
  });
}
