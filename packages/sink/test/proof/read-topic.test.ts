import { describe, expect, it } from "vitest";
import { readTopic } from "../../src/proof/read-topic.ts";
import type { TopicReading } from "../../src/proof/read-topic.ts";
import { MemorySource, MemoryTopic } from "../shell/memory-topic.ts";

function topicOf(...counts: readonly number[]): MemoryTopic {
  const topic = new MemoryTopic(counts.length);
  for (const [partition, count] of counts.entries()) {
    topic.append(partition, ...Array.from({ length: count }, String));
  }
  return topic;
}

/** `partition:from-to` of every chunk and `partition!start` of every restart. */
async function read(
  topic: MemoryTopic,
  ranges: Readonly<Record<number, readonly [number, number]>>,
  changes: Partial<TopicReading> = {},
): Promise<readonly string[]> {
  const seen: string[] = [];
  const entries = Object.entries(ranges).map(
    ([partition, [start, end]]) => [Number(partition), { start, end }] as const,
  );
  await using source = new MemorySource(
    topic,
    topic.partitions.map((_, index) => index),
  );
  await readTopic(source, {
    ranges: new Map(entries),
    onChunk: ({ partition, requestedOffset, nextOffset }) =>
      seen.push(`${partition}:${requestedOffset}-${nextOffset}`),
    onRestart: (partition, start) => seen.push(`${partition}!${start}`),
    ...changes,
  });
  return seen;
}

function fail(): void {
  throw new RangeError("bad chunk");
}

describe("readTopic", () => {
  it("reads each range to its end and no further than its last chunk", async () => {
    const chunks = await read(topicOf(20, 20, 20), { 0: [2, 7], 2: [0, 3] });
    expect(chunks.toSorted()).toEqual(["0:2-5", "0:5-8", "2:0-3"]);
  });

  it("asks for nothing where all ranges are empty", async () => {
    expect(await read(topicOf(5), { 0: [3, 3] })).toEqual([]);
  });

  it("begins anew where retention took what comes next", async () => {
    const topic = topicOf(12);
    topic.startOffsets[0] = 4;
    expect(await read(topic, { 0: [0, 6] })).toEqual(["0!4", "0:4-7"]);
    topic.startOffsets[0] = 9;
    expect(await read(topic, { 0: [0, 6] })).toEqual(["0!6"]);
  });

  it("tells how many offsets of the ranges were passed, those that are gone too", async () => {
    const told: string[] = [];
    const onProgress: TopicReading["onProgress"] = ({ step, done, total }) =>
      told.push(`${step} ${done}/${total}`);
    const topic = topicOf(12, 12);
    topic.startOffsets[0] = 4;
    await read(topic, { 0: [0, 8], 1: [2, 2] }, { onProgress });
    expect(told).toEqual(["topic 0/8", "topic 4/8", "topic 7/8", "topic 8/8"]);
  });

  it("throws what the visitor throws", async () => {
    const changes = { onChunk: fail };
    await expect(read(topicOf(5), { 0: [0, 5] }, changes)).rejects.toThrow("bad chunk");
  });

  it("gives up where a log is shorter than its range", async () => {
    const topic = topicOf(5);
    topic.startOffsets[0] = 0;
    await expect(read(topic, { 0: [7, 9] })).rejects.toThrow(
      "partition 0 ends at offset 5, below 7",
    );
  });

  it("gives up where nothing comes for too long", async () => {
    await expect(read(topicOf(5), { 0: [0, 9] }, { stallTimeoutMs: 30 })).rejects.toThrow(
      "nothing came from Kafka for 0.03 s",
    );
  });

  it("ends with the caller's signal while it waits", async () => {
    const controller = new AbortController();
    const reading = read(topicOf(5), { 0: [0, 9] }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(reading).rejects.toThrow("enough");
  });

  it("ends with the caller's signal while no broker answers, and leaves nothing unhandled", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const started = Promise.withResolvers<void>();
    await using source = new MemorySource(topicOf(5), [0]);
    source.start = () => started.promise;
    const reading = readTopic(source, {
      ranges: new Map([[0, { start: 0, end: 5 }]]),
      onChunk: fail,
      onRestart: fail,
      signal: AbortSignal.timeout(20),
    });
    setTimeout(() => started.reject(new Error("too late")), 100);
    await expect(reading).rejects.toThrow("timeout");
    await started.promise.catch(() => undefined);
    await new Promise(setImmediate);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});
