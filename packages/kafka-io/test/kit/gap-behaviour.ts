import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SourceSubject } from "./describe-kafka-source.ts";
import { numbered } from "./kafka-cluster.ts";
import { eventually, RecordingHandler } from "./recording-handler.ts";

/** What is read where offsets have no record: on clusters with transactions and compaction. */
export function gapBehaviour({ cluster, open }: SourceSubject): void {
  test.each(["none", "lz4"] as const)("aborted records and markers are gaps, %s", async (codec) => {
    const topic = await cluster().createTopic();
    const records = numbered(1000);
    const transaction = { id: topic, size: 100, abortEvery: 3 };
    const produce = { topic, records, codec, transaction };
    const delivered = await cluster().writer.produce(produce);
    const committed = delivered
      .map(({ offset, committed }, i) => ({ offset, committed, value: `${i}` }))
      .filter(({ committed }) => committed);
    await using source = await open({ topic, assign: [0], chunkBytes: 1000 });
    const end = (await source.listOffsets([0])).get(0)?.endOffset ?? -1;
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, end);
    expect(end).toBe(1010); // a marker for each transaction
    expect(handler.of(0).map(({ offset, value }) => ({ offset, value }))).toEqual(
      committed.map(({ offset, value }) => ({ offset, value })),
    );
  });

  test("there is progress where nothing but aborted records and markers are", async () => {
    const topic = await cluster().createTopic();
    const transaction = { id: topic, size: 10, abortEvery: 1 };
    await cluster().writer.produce({ topic, records: numbered(50), transaction });
    await using source = await open({ topic, assign: [0] });
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 55);
    expect(handler.of(0)).toEqual([]);
  });

  test("compacted records are gaps", async () => {
    const config = {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "min.cleanable.dirty.ratio": "0.01",
      "min.compaction.lag.ms": "0",
      "max.compaction.lag.ms": "100",
    };
    const topic = await cluster().createTopic({ config });
    const same = numbered(300).map((record) => ({ ...record, key: Buffer.from("same") }));
    for (let round = 0; round < 3; round++) {
      await cluster().writer.produce({ topic, records: same });
      await sleep(200);
    }
    // The cleaner comes around in its own time.
    await eventually(async () => {
      await using source = await open({ topic, assign: [0] });
      const handler = new RecordingHandler();
      await source.start(handler);
      await handler.reaches(0, 900);
      expect(handler.of(0).length).toBeLessThan(900);
      expect(handler.of(0).at(-1)).toMatchObject({ offset: 899 });
    });
  });

  test("the end is the last stable offset, and nothing is read beyond it", async () => {
    const topic = await cluster().createTopic();
    await cluster().writer.produce({ topic, records: numbered(10) });
    const producer = cluster().kafka.producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => () => 0,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: "in a transaction" }] });

    await using source = await open({ topic, assign: [0] });
    expect(await source.listOffsets([0])).toEqual(
      new Map([[0, { startOffset: 0, endOffset: 10 }]]),
    );
    const handler = new RecordingHandler();
    await source.start(handler);
    await handler.reaches(0, 10);
    await sleep(300);
    expect(handler.of(0)).toHaveLength(10);

    await transaction.commit();
    await producer.disconnect();
    await handler.reaches(0, 12);
    expect(handler.of(0).at(-1)).toMatchObject({ offset: 10, value: "in a transaction" });
    expect(await source.listOffsets([0])).toEqual(
      new Map([[0, { startOffset: 0, endOffset: 12 }]]),
    );
  });
}
