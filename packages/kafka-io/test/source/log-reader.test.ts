import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settle } from "./fake-cluster.ts";
import { batchAt, openReader, pass } from "./log-reader-kit.ts";

const OFFSET_OUT_OF_RANGE = 1;
const NOT_LEADER_OR_FOLLOWER = 6;

describe("LogReader", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("one fetch for each broker, each going on where the last one ended", async () => {
    const { cluster, reader, chunks } = openReader({ 0: 1, 1: 2, 2: 1 });
    reader.assign(
      new Map([
        [0, 5],
        [1, 6],
        [2, 7],
      ]),
    );
    await settle();
    expect(cluster.fetches.map(({ nodeId, offsets }) => [nodeId, offsets])).toEqual([
      [
        1,
        new Map([
          [0, 5],
          [2, 7],
        ]),
      ],
      [2, new Map([[1, 6]])],
    ]);
    await cluster.take().answer([{ partition: 0, records: batchAt(5, 3) }, { partition: 2 }]);
    expect(chunks).toEqual(["0: 5-8 @0"]);
    expect(cluster.fetches.at(-1)?.offsets).toEqual(
      new Map([
        [2, 7],
        [0, 8],
      ]),
    );
    reader.stop();
  });

  test("the log's ends are those of the latest fetch, also of one without records", async () => {
    vi.setSystemTime(7_000);
    const { cluster, reader } = openReader({ 0: 1, 1: 1, 2: 1 });
    reader.assign(new Map([0, 1, 2].map((partition) => [partition, 5])));
    await settle();
    expect(reader.progress()).toEqual({ logEnds: new Map(), fetchedAtMs: undefined });
    await cluster.take().answer([
      { partition: 0, records: batchAt(5, 3), logEnd: 90 },
      { partition: 1, logEnd: 5 },
      { partition: 2, errorCode: NOT_LEADER_OR_FOLLOWER, logEnd: 1 },
    ]);
    const ends = new Map([
      [0, 90],
      [1, 5],
    ]);
    expect(reader.progress()).toEqual({ logEnds: ends, fetchedAtMs: 7_000 });
    reader.revoke();
    expect(reader.progress().logEnds).toEqual(new Map());
    reader.stop();
  });

  test("the next fetch is sent while a chunk is worked on, and no more than that", async () => {
    const { cluster, reader, state, chunks } = openReader({ 0: 1 }, { maxBytes: 1000 });
    state.isHolding = true;
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 3) }]);
    await cluster.take().answer([{ partition: 0, records: batchAt(3, 10) }]);
    // What is queued has reached the limit.
    expect(cluster.fetches).toHaveLength(0);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    state.isHolding = false;
    await state.release();
    expect(chunks).toEqual(["0: 0-3 @0", "0: 3-13 @0"]);
    expect(cluster.take().offsets).toEqual(new Map([[0, 13]]));
    reader.stop();
  });

  test("after a seek nothing of before is delivered", async () => {
    const { cluster, reader, state, chunks } = openReader({ 0: 1 });
    state.isHolding = true;
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 3) }]);
    await cluster.take().answer([{ partition: 0, records: batchAt(3, 3) }]);
    const stale = cluster.take();
    const epoch = reader.seek(0, 1);
    state.isHolding = false;
    await state.release();
    await stale.answer([{ partition: 0, records: batchAt(6, 3) }]);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 3) }]);
    expect(chunks).toEqual(["0: 0-3 @0", `0: 1-3 @${epoch}`]);
    expect(reader.seek(0, 9)).toBeGreaterThan(epoch);
    reader.stop();
  });

  test("a paused partition's fetched records are fetched again on resuming", async () => {
    const { cluster, reader, state, chunks } = openReader({ 0: 1 });
    state.isHolding = true;
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 3) }]);
    await cluster.take().answer([{ partition: 0, records: batchAt(3, 3) }]);
    const underWay = cluster.take();
    reader.pause([0]);
    state.isHolding = false;
    await state.release();
    await underWay.answer([{ partition: 0, records: batchAt(6, 3) }]);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    expect(cluster.fetches).toEqual([]);
    reader.resume([0]);
    await settle();
    const again = cluster.take();
    expect(again.offsets).toEqual(new Map([[0, 3]]));
    await again.answer([{ partition: 0, records: batchAt(3, 6) }]);
    expect(chunks).toEqual(["0: 0-3 @0", "0: 3-9 @0"]);
    reader.stop();
  });

  test("a paused partition stays so when it is assigned, and not after it was revoked", async () => {
    const { cluster, reader } = openReader({ 0: 1 });
    reader.pause([0]);
    reader.assign(new Map([[0, 0]]));
    await settle();
    expect(cluster.fetches).toEqual([]);
    reader.revoke();
    reader.assign(new Map([[0, 0]]));
    await settle();
    expect(cluster.fetches).toHaveLength(1);
    reader.stop();
  });

  test("what comes after a revocation is nobody's, also if the partition comes back", async () => {
    const { cluster, reader, chunks } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    const old = cluster.take();
    reader.revoke();
    reader.assign(new Map([[0, 0]]));
    await old.answer([{ partition: 0, records: batchAt(0, 3) }]);
    expect(chunks).toEqual([]);
    expect(cluster.take().offsets).toEqual(new Map([[0, 0]]));
    reader.stop();
  });

  test("a failed fetch is reported and sent again, later each time", async () => {
    const { cluster, reader, troubles } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    const failure = new Error("connection lost");
    await cluster.take().fail(failure);
    expect(troubles).toEqual([failure]);
    expect(cluster.refreshes).toBe(1);
    expect(cluster.fetches).toEqual([]);
    await pass(100);
    await cluster.take().fail(failure);
    await pass(100);
    expect(cluster.fetches).toEqual([]);
    await pass(100);
    expect(cluster.fetches).toHaveLength(1);
    reader.stop();
  });

  test("a leader that moved is asked after, and followed", async () => {
    const { cluster, reader, troubles } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    cluster.leaders.set(0, 2);
    await cluster.take().answer([{ partition: 0, errorCode: NOT_LEADER_OR_FOLLOWER }]);
    await pass(100);
    expect(cluster.take().nodeId).toBe(2);
    expect(troubles).toEqual([expect.objectContaining({ retryable: true })]);
    reader.stop();
  });

  test("out of range: nothing more is fetched before a seek", async () => {
    const { cluster, reader, state, outOfRange } = openReader({ 0: 1 });
    state.range = { startOffset: 40, endOffset: 90 };
    reader.assign(new Map([[0, 10]]));
    await settle();
    await cluster.take().answer([{ partition: 0, errorCode: OFFSET_OUT_OF_RANGE }]);
    expect(outOfRange).toEqual([[0, 10, state.range]]);
    await pass(10_000);
    expect(cluster.fetches).toEqual([]);
    reader.seek(0, 40);
    await settle();
    expect(cluster.take().offsets).toEqual(new Map([[0, 40]]));
    reader.stop();
  });

  test("out of range by mistake: an offset inside of the log is fetched again", async () => {
    const { cluster, reader, outOfRange } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 10]]));
    await settle();
    await cluster.take().answer([{ partition: 0, errorCode: OFFSET_OUT_OF_RANGE }]);
    await pass(100);
    expect(outOfRange).toEqual([]);
    expect(cluster.take().offsets).toEqual(new Map([[0, 10]]));
    reader.stop();
  });

  test("a chunk that was refused is fetched and delivered again", async () => {
    const { cluster, reader, state, chunks, troubles } = openReader({ 0: 1 });
    state.failure = new Error("the disk is full");
    reader.assign(new Map([[0, 0]]));
    await settle();
    await cluster.take().answer([{ partition: 0, records: batchAt(0, 3) }]);
    expect(troubles).toEqual([state.failure]);
    state.failure = undefined;
    // What was sent ahead is of no use now.
    const ahead = cluster.take();
    expect(ahead.offsets).toEqual(new Map([[0, 3]]));
    await ahead.answer([{ partition: 0, records: batchAt(3, 3) }]);
    await pass(100);
    const again = cluster.take();
    expect(again.offsets).toEqual(new Map([[0, 0]]));
    await again.answer([{ partition: 0, records: batchAt(0, 6) }]);
    expect(chunks).toEqual(["0: 0-6 @0"]);
    reader.stop();
  });

  test("a broken batch is reported, and what lies before it delivered", async () => {
    const { cluster, reader, chunks, troubles } = openReader({ 0: 1 }, { chunkBytes: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    const broken = batchAt(3, 3);
    broken.writeUInt8(broken.readUInt8(80) ^ 1, 80);
    const records = Buffer.concat([batchAt(0, 3), broken]);
    await cluster.take().answer([{ partition: 0, records }]);
    expect(chunks).toEqual(["0: 0-3 @0"]);
    expect(troubles).toEqual([expect.objectContaining({ code: "KAFKA_REQUEST_FAILED" })]);
    reader.stop();
  });

  test("nothing is fetched or delivered once it is stopped", async () => {
    const { cluster, reader, chunks, troubles } = openReader({ 0: 1 });
    reader.assign(new Map([[0, 0]]));
    await settle();
    const last = cluster.take();
    reader.stop();
    await last.answer([{ partition: 0, records: batchAt(0, 3) }]);
    reader.resume([0]);
    await pass(10_000);
    expect([chunks, troubles, cluster.fetches]).toEqual([[], [], []]);
  });
});
