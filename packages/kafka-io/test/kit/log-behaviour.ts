import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { KafkaIoError } from "../../src/index.ts";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually, RecordingHandler } from "./recording-handler.ts";

/** What a source says of topics, offsets and logs, and how it meets what is not in the log. */
export function logBehaviour({ cluster, open }: SourceSubject): void {
  test("describes a topic by cluster and partitions", async () => {
    const topic = await cluster().createTopic({ partitions: 3 });
    await using source = await open({ topic, assign: [0] });
    const { clusterId } = await cluster().admin.describeCluster();
    expect(await source.describeTopic()).toMatchObject({ clusterId, topic, partitionCount: 3 });
  });

  test("a topic that is absent is undefined, cannot be started and is not created", async () => {
    const topic = `kafka-io-absent-${randomUUID()}`;
    await using source = await open({ topic, groupId: topic });
    expect(await source.describeTopic()).toBeUndefined();
    await expect(source.start(new RecordingHandler())).rejects.toMatchObject({
      code: "TOPIC_NOT_FOUND",
      retryable: true,
    });
    expect(await cluster().admin.listTopics()).not.toContain(topic);
  });

  test("a topic is seen when it comes into being", async () => {
    const topic = `kafka-io-late-${randomUUID()}`;
    await using source = await open({ topic, assign: [0] });
    expect(await source.describeTopic()).toBeUndefined();
    await cluster().writer.createTopic(topic);
    await eventually(async () => {
      expect(await source.describeTopic()).toMatchObject({ partitionCount: 1 });
    });
    expect(await source.listOffsets([0])).toEqual(new Map([[0, { startOffset: 0, endOffset: 0 }]]));
  });

  test("a topic that was deleted and made again has another id", async () => {
    const topic = await cluster().createTopic();
    await using source = await open({ topic, assign: [0] });
    const first = await source.describeTopic();
    expect(first?.topicId).toMatch(/^[\w-]{22}$/);
    await cluster().admin.deleteTopics({ topics: [topic] });
    await eventually(async () => expect(await source.describeTopic()).toBeUndefined());
    await eventually(() => cluster().writer.createTopic(topic));
    await eventually(async () => {
      const second = await source.describeTopic();
      expect(second?.topicId).toMatch(/^[\w-]{22}$/);
      expect(second?.topicId).not.toBe(first?.topicId);
    });
  });

  test("of a topic that was made again while it is read, nothing is read", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(3) });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 3);
    await cluster().writer.deleteTopic(topic);
    await eventually(() => cluster().writer.createTopic(topic));
    // More of them, so that the offset that comes next is inside of the new log.
    await cluster().writer.produce({ topic, records: numbered(9, { first: 100 }) });
    await eventually(() => expect(handler.recreated).toHaveLength(1));
    expect(handler.recreated[0]).toMatch(/^[\w-]{22}$/);
    expect(handler.of(0).map(({ key }) => key)).toEqual(["k0", "k1", "k2"]);
    expect(handler.outOfRange).toEqual([]);
  });

  test("nor of one that was made again between its description and the start", async () => {
    const topic = await cluster().createTopic();
    await using source = await open({ topic, assign: [0] });
    await source.describeTopic();
    await cluster().writer.deleteTopic(topic);
    await eventually(() => cluster().writer.createTopic(topic));
    await cluster().writer.produce({ topic, records: numbered(9) });
    const handler = new RecordingHandler();
    await eventually(() => source.start(handler));
    await eventually(() => expect(handler.recreated).toHaveLength(1));
    expect(handler.of(0)).toEqual([]);
  });

  test("a topic that is deleted is waited for, and said to be absent", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(3) });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 3);
    await cluster().writer.deleteTopic(topic);
    await eventually(() => {
      const codes = handler.troubles.map((error) => error instanceof KafkaIoError && error.code);
      expect(codes).toContain("TOPIC_NOT_FOUND");
    });
    expect(handler.recreated).toEqual([]);
  });

  test("log start moves up when records are deleted, the end stays", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    await cluster().writer.produce({ topic, records: numbered(100, { partition: 1 }) });
    await cluster().deleteRecordsBefore(topic, 1, 40);
    await using source = await open({ topic, assign: [1] });
    expect(await source.listOffsets([0, 1])).toEqual(
      new Map([
        [0, { startOffset: 0, endOffset: 0 }],
        [1, { startOffset: 40, endOffset: 100 }],
      ]),
    );
  });

  test("an offset below the log's start is told, never jumped over", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(100) });
    await cluster().deleteRecordsBefore(topic, 0, 40);
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    handler.startOffset = 10;
    await source.start(handler);
    const range = { startOffset: 40, endOffset: 100 };
    await eventually(() =>
      expect(handler.outOfRange).toEqual([{ partition: 0, offset: 10, range }]),
    );
    await sleep(500);
    expect(handler.chunks).toEqual([]);
    expect(handler.outOfRange).toHaveLength(1);

    handler.expectNext(0, 40);
    const epoch = source.seek(0, 40);
    await handler.reaches(0, 100);
    expect(handler.of(0)).toHaveLength(60);
    expect(handler.chunks[0]?.epoch).toBe(epoch);
  });

  test("an offset beyond the log's end is told", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(5) });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 5);
    source.seek(0, 50);
    const range = { startOffset: 0, endOffset: 5 };
    await eventually(() =>
      expect(handler.outOfRange).toEqual([{ partition: 0, offset: 50, range }]),
    );
  });
}
