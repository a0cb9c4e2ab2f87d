import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-cluster.ts";
import { batchAt, openReader, pass } from "./log-reader-kit.ts";

const FENCED_LEADER_EPOCH = 74;
const UNKNOWN_LEADER_EPOCH = 75;

describe("leader epochs", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("a fetch says which leader it is for, and what its offset follows", async () => {
    const { cluster, reader } = openReader({ 0: 1, 1: 1 });
    cluster.leaderEpochs.set(0, 5);
    reader.assign(
      new Map([
        [0, 0],
        [1, 0],
      ]),
    );
    await settle();
    const first = cluster.take();
    expect([...first.epochs.entries()]).toEqual([
      [0, [5, -1]],
      [1, [-1, -1]],
    ]);
    const records = Buffer.concat([batchAt(0, 3, 4), batchAt(3, 2, 5)]);
    await first.answer([{ partition: 0, records }]);
    expect(cluster.take().epochs.get(0)).toEqual([5, 5]);
    reader.stop();
  });

  test("after a seek the offset follows what was read before it", async () => {
    const { cluster, reader } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    const records = Buffer.concat([batchAt(0, 3, 4), batchAt(3, 2, 5)]);
    await cluster.take().answer([{ partition: 0, records }]);
    for (const [offset, epoch] of [
      [3, 4],
      [4, 5],
      [0, -1],
      [9, -1],
    ] as const) {
      const before = cluster.take();
      reader.seek(0, offset);
      await before.answer([{ partition: 0 }]);
      const asked = cluster.fetches.at(-1);
      expect([asked?.offsets.get(0), asked?.epochs.get(0)]).toEqual([offset, [-1, epoch]]);
    }
    reader.stop();
  });

  test.each([
    ["newer", FENCED_LEADER_EPOCH],
    ["older", UNKNOWN_LEADER_EPOCH],
  ])("a broker of a %s epoch is asked again on fresh metadata", async (_name, errorCode) => {
    const { cluster, reader, chunks, outOfRange } = openReader({ 0: 1 });
    cluster.leaderEpochs.set(0, 5);
    reader.assign(new Map([[0, 0]]));
    await settle();
    cluster.leaders.set(0, 2);
    cluster.leaderEpochs.set(0, 6);
    await cluster.take().answer([{ partition: 0, errorCode }]);
    expect(cluster.refreshes).toBe(1);
    await pass(100);
    const again = cluster.take();
    expect([again.nodeId, again.epochs.get(0)]).toEqual([2, [6, -1]]);
    await again.answer([{ partition: 0, records: batchAt(0, 3) }]);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    expect(outOfRange).toEqual([]);
    reader.stop();
  });

  test("a log that was truncated and grew again is out of range, and stays so", async () => {
    const { cluster, reader, chunks, outOfRange } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 9, 4) }]);
    const logStart = 2;
    await cluster.take().answer([{ partition: 0, divergedAt: 6, logStart, logEnd: 20 }]);
    const told = [0, 9, { startOffset: 2, endOffset: 6 }];
    expect(outOfRange).toEqual([told]);
    await pass(10_000);
    expect(cluster.fetches).toEqual([]);
    // As the engine does for a while before it gives up.
    reader.seek(0, 9);
    await settle();
    const again = cluster.take();
    expect(again.epochs.get(0)).toEqual([-1, 4]);
    await again.answer([{ partition: 0, divergedAt: 6, logStart }]);
    expect(outOfRange).toEqual([told, told]);
    expect(chunks).toEqual(["0: 0-9 @0"]);
    reader.stop();
  });

  test("an epoch that the leader has forgotten is no truncation", async () => {
    const { cluster, reader, chunks, outOfRange } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 9, 4) }]);
    await cluster.take().answer([{ partition: 0, divergedAt: 9 }]);
    const again = cluster.take();
    expect(again.epochs.get(0)).toEqual([-1, -1]);
    await again.answer([{ partition: 0, records: batchAt(9, 3, 6) }]);
    expect(chunks).toEqual(["0: 0-9 @0", "0: 9-12 @0"]);
    expect(outOfRange).toEqual([]);
    reader.stop();
  });

  test("what is known of a partition outlasts its revocation", async () => {
    const { cluster, reader } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 9, 4) }]);
    const underWay = cluster.take();
    reader.revoke();
    reader.assign(new Map([[0, 9]]));
    await underWay.answer([{ partition: 0 }]);
    expect(cluster.take().epochs.get(0)).toEqual([-1, 4]);
    reader.stop();
  });
});
