import { setTimeout as sleep } from "node:timers/promises";
import { startNodeProgram } from "@salon/testkit";
import { expect, test } from "vitest";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { joinGroup, type JoinedMember, shares } from "./joined-member.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually, RecordingHandler } from "./recording-handler.ts";

/** How members of a consumer group share a topic. */
export function groupBehaviour({ driver, cluster, open }: SourceSubject): void {
  const join = (
    topic: string,
    options: { sessionTimeoutMs?: number; metadataMaxAgeMs?: number } = {},
  ): Promise<JoinedMember> => joinGroup(open, topic, options);

  test("one member has all partitions and reads them from where it is told", async () => {
    const topic = await cluster().createTopic({ partitions: 3 });
    for (const partition of [0, 1, 2]) {
      await cluster().writer.produce({ topic, records: numbered(50, { partition }) });
    }
    // Offsets that the group holds are nobody's truth.
    await cluster().admin.setOffsets({
      groupId: topic,
      topic,
      partitions: [{ partition: 0, offset: "20" }],
    });
    await using member = await join(topic);
    const { source, handler } = member;
    for (const partition of [0, 1, 2]) await handler.reaches(partition, 50);
    expect(handler.changes).toEqual(["+0,1,2"]);
    const { logEnds, membership } = source.progress();
    expect(logEnds).toEqual(new Map([0, 1, 2].map((partition) => [partition, 50])));
    expect(membership).toEqual({
      memberId: expect.stringMatching(/./),
      generationId: expect.any(Number),
      isLeader: true,
    });
    await source.commitOffsets(new Map([[1, 50]]));
    const [mirrored] = await cluster().admin.fetchOffsets({ groupId: topic, topics: [topic] });
    expect(mirrored?.partitions.find(({ partition }) => partition === 1)?.offset).toBe("50");
  });

  test("members share the partitions; one that stops leaves at once", async () => {
    const topic = await cluster().createTopic({ partitions: 4 });
    await using first = await join(topic, { sessionTimeoutMs: 30_000 });
    await eventually(() => expect(shares(first)).toEqual([0, 1, 2, 3]));
    const second = await join(topic, { sessionTimeoutMs: 30_000 });
    await eventually(() => {
      expect(shares(first, second)).toEqual([0, 1, 2, 3]);
      expect(first.handler.assigned).toHaveLength(2);
    });
    expect(first.handler.changes.slice(0, 2)).toEqual(["+0,1,2,3", "-0,1,2,3"]);
    const leftAtMs = Date.now();
    await second.source.stop();
    await eventually(() => expect(first.handler.assigned).toEqual([0, 1, 2, 3]));
    expect(Date.now() - leftAtMs).toBeLessThan(20_000);
  });

  test("a member without partitions stays in the group", async () => {
    const topic = await cluster().createTopic();
    await using first = await join(topic, { sessionTimeoutMs: 3000 });
    await using second = await join(topic, { sessionTimeoutMs: 3000 });
    await eventually(() => {
      expect(shares(first, second)).toEqual([0]);
      const last = [first.handler.changes.at(-1), second.handler.changes.at(-1)];
      expect(new Set(last)).toEqual(new Set(["+", "+0"]));
    });
    await sleep(4000);
    expect(shares(first, second)).toEqual([0]);
    expect(first.handler.troubles).toEqual([]);
    expect(second.handler.troubles).toEqual([]);
  });

  test("of three members one is killed, and the others take its partitions", async () => {
    const topic = await cluster().createTopic({ partitions: 6 });
    await using first = await join(topic, { sessionTimeoutMs: 3000 });
    await using second = await join(topic, { sessionTimeoutMs: 3000 });
    await using third = await startNodeProgram({
      entry: new URL("group-member-program.ts", import.meta.url),
      args: [driver, cluster().bootstrapServers, topic, "3000"],
    });
    await third.waitForLine(/^assigned 2$/, { timeoutMs: 60_000 });
    await eventually(() => expect(shares(first, second)).toHaveLength(4));
    third.signal("SIGKILL");
    await eventually(() => expect(shares(first, second)).toEqual([0, 1, 2, 3, 4, 5]));
    for (const partition of [0, 1, 2, 3, 4, 5]) {
      await cluster().writer.produce({ topic, records: numbered(10, { partition }) });
    }
    await eventually(() => {
      const counts = [0, 1, 2, 3, 4, 5].map(
        (partition) => first.handler.of(partition).length + second.handler.of(partition).length,
      );
      expect(counts).toEqual([10, 10, 10, 10, 10, 10]);
    });
  });

  test("a member stays while its work takes longer than the session", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(10) });
    await using source = await open({ topic, groupId: topic, sessionTimeoutMs: 2000 });
    const handler = new RecordingHandler();
    const { promise, resolve } = Promise.withResolvers<void>();
    handler.gate = promise;
    await source.start(handler);
    await eventually(() => expect(handler.assigned).toEqual([0]));
    await sleep(5000);
    resolve();
    await handler.reaches(0, 10);
    expect(handler.changes).toEqual(["+0"]);
    expect(handler.troubles).toEqual([]);
  });

  test("a member that hangs is replaced, and comes back when it is alive again", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    await using hung = await join(topic, { sessionTimeoutMs: 2000 });
    await eventually(() => expect(hung.handler.assigned).toEqual([0, 1]));
    hung.handler.isAliveNow = false;
    await using other = await join(topic, { sessionTimeoutMs: 2000 });
    await eventually(() => expect(other.handler.assigned).toEqual([0, 1]));
    expect(hung.handler.troubles.map((error) => "code" in error && error.code)).toContain(
      "MEMBER_HUNG",
    );
    hung.handler.isAliveNow = true;
    await eventually(() => {
      expect(hung.handler.assigned).toHaveLength(1);
      expect(shares(hung, other)).toEqual([0, 1]);
    });
  });

  test("partitions that are added are told, and shared out", async () => {
    const topic = await cluster().createTopic({ partitions: 1 });
    await using member = await join(topic, { metadataMaxAgeMs: 500 });
    const { handler } = member;
    await eventually(() => expect(handler.assigned).toEqual([0]));
    await cluster().admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await eventually(() => expect(handler.assigned).toEqual([0, 1, 2]));
    expect(handler.partitionCounts).toEqual([3]);
    await cluster().writer.produce({ topic, records: numbered(10, { partition: 2 }) });
    await handler.reaches(2, 10);
  });
}
