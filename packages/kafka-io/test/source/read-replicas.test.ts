import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-cluster.ts";
import { batchAt, openReader, pass } from "./log-reader-kit.ts";

const OFFSET_OUT_OF_RANGE = 1;
const OFFSET_NOT_AVAILABLE = 78;
const MAX_AGE_MS = 30_000;

/** A reader of rack b whose leader, node 1, has named node 2, which is asked now. */
async function openReferred() {
  const opened = openReader({ 0: 1 }, { rackId: "b", replicaMaxAgeMs: MAX_AGE_MS });
  opened.reader.assign(new Map([[0, 0]]));
  await settle();
  const first = opened.cluster.take();
  expect([first.nodeId, first.rackId]).toEqual([1, "b"]);
  await first.answer([{ partition: 0, preferredReplica: 2 }]);
  return opened;
}

describe("replicas", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("the one that a leader names is read, and the leader asked anew after a while", async () => {
    const { cluster, reader, chunks } = await openReferred();
    const second = cluster.take();
    expect(second.nodeId).toBe(2);
    await second.answer([{ partition: 0, records: batchAt(0, 3) }]);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    const third = cluster.take();
    expect([third.nodeId, third.offsets.get(0)]).toEqual([2, 3]);
    await pass(MAX_AGE_MS);
    await third.answer([{ partition: 0, records: batchAt(3, 3) }]);
    const fourth = cluster.take();
    expect([fourth.nodeId, fourth.rackId]).toEqual([1, "b"]);
    reader.stop();
  });

  test.each([
    ["refuses the offset", { errorCode: OFFSET_OUT_OF_RANGE }],
    ["is behind", { errorCode: OFFSET_NOT_AVAILABLE }],
    ["lacks what was read", { divergedAt: 2 }],
  ])("one that %s is left alone for a while", async (_name, refusal) => {
    const { cluster, reader, chunks, outOfRange, troubles } = await openReferred();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 9) }]);
    await cluster.take().answer([{ partition: 0, ...refusal }]);
    const leader = cluster.take();
    // Told no rack, it does not name the same one again.
    expect([leader.nodeId, leader.rackId, leader.offsets.get(0)]).toEqual([1, "", 9]);
    await leader.answer([{ partition: 0, records: batchAt(9, 3) }]);
    expect(chunks).toEqual(["0: 0-9 @0", "0: 9-12 @0"]);
    expect([outOfRange, troubles]).toEqual([[], []]);
    await pass(MAX_AGE_MS);
    await cluster.take().answer([{ partition: 0 }]);
    expect([cluster.fetches[0]?.nodeId, cluster.fetches[0]?.rackId]).toEqual([1, "b"]);
    reader.stop();
  });

  test("one that cannot be reached is reported, and the leader read", async () => {
    const { cluster, reader, troubles } = await openReferred();
    const failure = new Error("connection lost");
    await cluster.take().fail(failure);
    expect(troubles).toEqual([failure]);
    await pass(100);
    const leader = cluster.take();
    expect([leader.nodeId, leader.rackId]).toEqual([1, ""]);
    reader.stop();
  });

  test("what the leader refuses is out of range", async () => {
    const { cluster, reader, state, outOfRange } = await openReferred();
    state.range = { startOffset: 40, endOffset: 90 };
    await cluster.take().answer([{ partition: 0, errorCode: OFFSET_OUT_OF_RANGE }]);
    await cluster.take().answer([{ partition: 0, errorCode: OFFSET_OUT_OF_RANGE }]);
    expect(outOfRange).toEqual([[0, 0, state.range]]);
    reader.stop();
  });
});
