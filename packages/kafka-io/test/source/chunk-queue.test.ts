import { expect, test } from "vitest";
import { AnswerMemory } from "../../src/broker/answer-memory.ts";
import type { RecordChunk } from "../../src/index.ts";
import { ChunkQueue } from "../../src/source/chunk-queue.ts";
import { createReadState } from "../../src/source/read-state.ts";
import { settle } from "./fake-cluster.ts";
import { batchAt } from "./log-reader-kit.ts";

const SIZE = 1024 * 1024;

test("an answer's memory is given back when all of its partitions are delivered", async () => {
  const memory = new AnswerMemory();
  const answer = memory.take(SIZE);
  const delivered: { readonly partition: number; readonly done: () => void }[] = [];
  const queue = new ChunkQueue({
    onChunk: ({ partition }: RecordChunk) =>
      new Promise((resolve) => delivered.push({ partition, done: resolve })),
    isCurrent: () => true,
    onFailed: (_, error) => expect.fail(String(error)),
    onDelivered: () => {},
  });
  for (const partition of [0, 1]) {
    const batch = batchAt(0, 3);
    const records = Buffer.from(answer, partition * batch.length, batch.length);
    records.set(batch);
    queue.add(createReadState(partition, 0, 0, false), {
      topic: "t",
      partition,
      requestedOffset: 0,
      records,
      abortedTransactions: [],
      chunkBytes: SIZE,
      inflatedBatchBytesMax: SIZE,
    });
  }
  const delivering = queue.deliver();
  await settle();
  expect(memory.take(SIZE)).not.toBe(answer);
  delivered[0]!.done();
  await settle();
  expect(delivered.map(({ partition }) => partition)).toEqual([0, 1]);
  expect(memory.take(SIZE)).not.toBe(answer);
  delivered[1]!.done();
  await delivering;
  expect(queue.bytes).toBe(0);
  expect(memory.take(SIZE)).toBe(answer);
});
