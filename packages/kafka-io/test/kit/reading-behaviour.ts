import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { recordHeaders } from "../../src/index.ts";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually, RecordingHandler } from "./recording-handler.ts";

/** What is read of a partition that is there to be read. */
export function readingBehaviour({ cluster, open }: SourceSubject): void {
  test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
    "reads records of librdkafka, %s",
    async (codec) => {
      const topic = await cluster().createTopic({ partitions: 2 });
      const records = [
        { partition: 0, value: Buffer.from("no key"), timestampMs: 1_737_000_000_000 },
        { partition: 0, key: Buffer.from("no value"), timestampMs: 1_737_000_000_001 },
        { partition: 0, key: Buffer.of(), value: Buffer.of(), timestampMs: 1_737_000_000_002 },
        ...numbered(5000, { size: 150 }),
        ...numbered(5000, { partition: 1, size: 150 }),
      ];
      await cluster().writer.produce({ topic, records, codec });
      await using source = await open({ topic, assign: [0, 1], chunkBytes: 100_000 });
      const handler = new RecordingHandler();
      await source.start(handler);
      await Promise.all([handler.reaches(0, 5003), handler.reaches(1, 5000)]);

      const [first, second, third] = handler.of(0);
      const at = { timestampMs: 1_737_000_000_000 };
      expect(first).toEqual({ ...at, offset: 0, key: null, value: "no key" });
      expect(second).toMatchObject({ offset: 1, key: "no value", value: null });
      expect(third).toMatchObject({ offset: 2, key: "", value: "" });
      for (const partition of [0, 1]) {
        const expected = records.filter((record) => record.partition === partition);
        expect(handler.of(partition).map(({ offset, value }) => ({ offset, value }))).toEqual(
          expected.map(({ value }, offset) => ({ offset, value: value?.toString() ?? null })),
        );
      }
      expect(handler.troubles).toEqual([]);
    },
  );

  test("headers are kept as they were written", async () => {
    const topic = await cluster().createTopic();
    const producer = cluster().kafka.producer({ createPartitioner: () => () => 0 });
    await producer.connect();
    const headers = { a: ["1", ""], b: Buffer.from([0, 255]) };
    await producer.send({ topic, messages: [{ value: "with", headers }, { value: "without" }] });
    await producer.disconnect();
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 2);
    expect(handler.of(0).map(({ value }) => value)).toEqual(["with", "without"]);
    const read = handler.chunks.flatMap(({ chunk }) =>
      Array.from({ length: chunk.count }, (_, index) => recordHeaders(chunk, index)),
    );
    expect(
      read.map((all) => all.map(({ name, value }) => [name, value && Buffer.from(value)])),
    ).toEqual([
      [
        ["a", Buffer.from("1")],
        ["a", Buffer.from("")],
        ["b", Buffer.from([0, 255])],
      ],
      [],
    ]);
  });

  test("a record larger than a fetch comes whole, and others are not held up", async () => {
    const config = { "max.message.bytes": "9000000" };
    const topic = await cluster().createTopic({ partitions: 4, config });
    const large = Buffer.alloc(5_000_000, "x");
    const partitions = [0, 1, 2, 3];
    await cluster().writer.produce({
      topic,
      records: partitions.flatMap((partition) => [
        ...numbered(10, { partition }),
        { partition, value: large },
        ...numbered(10, { partition, first: 10 }),
      ]),
      config: { "message.max.bytes": 9_000_000, "batch.size": 8_000_000 },
    });
    await using source = await open({ topic, assign: partitions, maxBytesPerPartition: 10_000 });
    const handler = new RecordingHandler();
    await source.start(handler);
    for (const partition of partitions) {
      await handler.reaches(partition, 21);
      expect(handler.of(partition)[10]?.value).toHaveLength(large.length);
    }
  });

  test("a seek begins a new epoch from its offset", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(1000) });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 1000);
    const before = handler.chunks.length;

    handler.expectNext(0, 250);
    const epoch = source.seek(0, 250);
    await handler.reaches(0, 1000);
    expect(epoch).toBeGreaterThan(handler.chunks[0]?.epoch ?? -1);
    const later = handler.chunks.slice(before).filter((entry) => entry.epoch === epoch);
    expect(later[0]?.chunk.requestedOffset).toBe(250);
    expect(handler.of(0)).toHaveLength(1750);
    expect(handler.of(0)[1000]).toMatchObject({ offset: 250, value: "250" });
    expect(source.seek(0, 1000)).toBeGreaterThan(epoch);
  });

  test("nothing of a paused partition is delivered, and nothing of it is lost", async () => {
    const topic = await cluster().createTopic({ partitions: 2 });
    await cluster().writer.produce({ topic, records: numbered(100) });
    await using source = await open({ topic, assign: [0, 1] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 100);

    source.pause([0]);
    await cluster().writer.produce({ topic, records: numbered(100, { first: 100 }) });
    await cluster().writer.produce({ topic, records: numbered(100, { partition: 1 }) });
    await handler.reaches(1, 100);
    await sleep(700);
    expect(handler.of(0)).toHaveLength(100);

    source.resume([0]);
    await handler.reaches(0, 200);
    expect(handler.of(0).map(({ value }) => value)).toEqual(
      numbered(200).map(({ value }) => value.toString()),
    );
  });

  test("a chunk is delivered only when the one before it is done with", async () => {
    const topic = await cluster().createTopic();
    // A chunk holds at least a batch: the writer alone would make two or three of them.
    await cluster().writer.produce({
      topic,
      records: numbered(20_000, { size: 100 }),
      config: { "batch.num.messages": 500 },
    });
    await using source = await open({ topic, assign: [0], chunkBytes: 50_000 });
    const handler = new RecordingHandler();
    const { promise, resolve } = Promise.withResolvers<void>();
    handler.gate = promise;
    await source.start(handler);
    await sleep(500);
    expect(handler.chunks).toHaveLength(0);
    resolve();
    await handler.reaches(0, 20_000);
    expect(handler.chunks.length).toBeGreaterThan(10);
  });

  test("a chunk that was refused is delivered again", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(10) });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    const failure = new Error("the disk is full");
    const gate = Promise.reject(failure);
    gate.catch(() => undefined);
    handler.gate = gate;
    await source.start(handler);
    await eventually(() => expect(handler.troubles).toContain(failure));
    handler.gate = Promise.resolve();
    await handler.reaches(0, 10);
    expect(handler.of(0)).toHaveLength(10);
  });

  test("static partitions are read outside of any group, and offsets mirrored to one", async () => {
    const topic = await cluster().createTopic({ partitions: 3 });
    await cluster().writer.produce({ topic, records: numbered(10, { partition: 2 }) });
    await using source = await open({ topic, assign: [2], groupId: topic });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(2, 10);
    expect(handler.changes).toEqual(["+2"]);
    // The first commit of a cluster makes it create the topic that offsets are kept in.
    await eventually(async () => {
      await source.commitOffsets(new Map([[2, 10]]));
      const [mirrored] = await cluster().admin.fetchOffsets({ groupId: topic, topics: [topic] });
      expect(mirrored?.partitions.find(({ partition }) => partition === 2)?.offset).toBe("10");
    });
  });

  test("a static partition that does not exist is refused", async () => {
    const topic = await cluster().createTopic();
    await using source = await open({ topic, assign: [0, 1] });
    await expect(source.start(new RecordingHandler())).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: `partition 1 cannot be assigned (--assign): topic ${topic} has 1, numbered from 0`,
    });
  });

  test("nothing is called once the source is stopped", async () => {
    const topic = await cluster().createTopic();
    const source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await eventually(() => expect(handler.assigned).toEqual([0]));
    await source.stop();
    await source.stop();
    await cluster().writer.produce({ topic, records: numbered(10) });
    await sleep(700);
    expect(handler.chunks).toEqual([]);
    expect(handler.troubles).toEqual([]);
  });
}
