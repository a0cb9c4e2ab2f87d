import { describe, expect, it } from "vitest";
import { readPosition } from "../../src/protocol/position.ts";
import type { OpenTopic } from "../../src/proof/read-topic.ts";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import type {
  RecoveredPosition,
  RecoverPositionOptions,
} from "../../src/proof/recover-position.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { MemorySource, MemoryTopic } from "../shell/memory-topic.ts";
import type { MemoryRecord } from "../shell/memory-topic.ts";
import { HandmadeTables, ledger, MAIN } from "./proof-fixture.ts";

function topicOf(...partitions: readonly (readonly MemoryRecord[])[]): MemoryTopic {
  const topic = new MemoryTopic(partitions.length);
  for (const [partition, records] of partitions.entries()) topic.append(partition, ...records);
  return topic;
}

function opener(topic: MemoryTopic): OpenTopic {
  return (_, partitions) => Promise.resolve(new MemorySource(topic, partitions));
}

function recover(
  { catalog }: HandmadeTables,
  topic: MemoryTopic,
  options: Partial<RecoverPositionOptions> = {},
): Promise<RecoveredPosition> {
  return recoverPosition({
    catalog,
    identifier: MAIN,
    topic: "ratings",
    openTopic: opener(topic),
    ...options,
  });
}

describe("recoverPosition", () => {
  it("writes a ledger of rows, dead letters and gaps that verify proves", async () => {
    await using tables = await HandmadeTables.create();
    const id = await tables.commit({ rows: [2, 4, [2, 0]] });
    await tables.applyDead(id, [5], 7);
    const topic = topicOf(["a", "b", "c", undefined, "e", "f", "g"], ["x"], ["y"]);
    const recovered = await recover(tables, topic);
    expect(recovered.partitions).toEqual([
      { partition: 0, logStart: 0, ...ledger({ first: 2, next: 6, rows: 2, dead: 1, gaps: 1 }) },
      { partition: 1, logStart: 0, ...ledger({}) },
      { partition: 2, logStart: 0, ...ledger({ next: 1, rows: 1 }) },
    ]);
    const { metadata } = await tables.main();
    const reading = readPosition(metadata, "ratings");
    expect(reading).toMatchObject({
      kind: "recorded",
      isCopyStale: false,
      record: { cluster: "cluster-1", topic: "ratings", partitions: 3, applied: 7, pending: [] },
    });
    expect(metadata.currentSnapshotId?.toString()).toBe(recovered.snapshotId);
    const { isProved } = await verifyTable({ catalog: tables.catalog, identifier: MAIN });
    expect(isProved).toBe(true);
  });

  it("begins a partition without rows at the start of its log", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0] });
    const topic = topicOf(["a"], ["x", "y", "z"]);
    topic.startOffsets[1] = 2;
    const { partitions } = await recover(tables, topic);
    expect(partitions[1]).toMatchObject({ partition: 1, ...ledger({ first: 2, next: 2 }) });
  });

  it("begins it where the record of before has it, if there is one", async () => {
    await using tables = await HandmadeTables.create();
    const before = { 0: ledger({ next: 1, rows: 1 }), 1: ledger({ first: 2, next: 2 }) };
    await tables.commit({ rows: [0], ledger: before });
    const { partitions } = await recover(tables, topicOf(["a"], ["x", "y", "z"]), { force: true });
    expect(partitions[1]).toMatchObject({ partition: 1, ...ledger({ first: 2, next: 2 }) });
  });

  it("counts dead letters of the outbox and keeps them in it", async () => {
    await using tables = await HandmadeTables.create();
    const id = await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    await tables.applyDead(id, [1], 2);
    const applied = await tables.stageDead(id, [1], 2);
    const waiting = await tables.stageDead(id, [2], 3);
    await tables.commit({
      ledger: { 0: ledger({ next: 3, rows: 1, dead: 2 }) },
      pending: [applied, waiting],
    });
    const recovered = await recover(tables, topicOf(["a", "b", "c"]), { force: true });
    expect(recovered).toMatchObject({
      pendingManifests: 1,
      partitions: [ledger({ next: 3, rows: 1, dead: 2 })],
    });
    const reading = readPosition((await tables.main()).metadata, "ratings");
    expect(reading).toMatchObject({ record: { applied: 2, pending: [waiting] } });
  });

  it("refuses a hole whose record the topic still has, unless it is accepted as lost", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 3] });
    const topic = topicOf(["a", undefined, "c", "d"]);
    await expect(recover(tables, topic, { acceptHoles: true })).rejects.toMatchObject({
      code: "RECORDS_MISSING",
      message:
        "1 records of partition 0 of topic ratings are in neither table, and the topic still has " +
        "them: offsets 2; --accept-missing records them as lost",
    });
    const { partitions } = await recover(tables, topic, { acceptMissing: true });
    expect(partitions).toMatchObject([ledger({ next: 4, rows: 2, gaps: 1, lost: 1 })]);
  });

  it("refuses holes below the log's start, unless they are accepted", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 3, 6] });
    const topic = topicOf([...Array<undefined>(6).fill(undefined), "g"]);
    topic.startOffsets[0] = 5;
    await expect(recover(tables, topic)).rejects.toMatchObject({
      code: "HOLES_UNPROVED",
      message: expect.stringContaining("offsets 1-2, 4 of partition 0 of topic ratings"),
    });
    const { partitions } = await recover(tables, topic, { acceptHoles: true });
    expect(partitions).toMatchObject([
      { partition: 0, logStart: 5, ...ledger({ next: 7, rows: 3, gaps: 1, unproved: 3 }) },
    ]);
  });

  it("refuses offsets that are there twice", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 1] });
    await expect(recover(tables, topicOf(["a", "b"]))).rejects.toMatchObject({
      code: "FOREIGN_REPLAY",
    });
  });

  it("refuses a topic that cannot be the one of the rows", async () => {
    await using tables = await HandmadeTables.create();
    await expect(recover(tables, topicOf(["a"]))).rejects.toMatchObject({
      code: "POSITION_UNKNOWN",
    });
    await tables.commit({ rows: [0, 1] });
    await expect(recover(tables, topicOf(["a"]))).rejects.toMatchObject({ code: "LOG_TRUNCATED" });
    await tables.commit({ rows: [[1, 0]] });
    await expect(recover(tables, topicOf(["a", "b"]))).rejects.toMatchObject({
      code: "PARTITIONS_SHRUNK",
    });
  });

  it("refuses a topic that another source reads, and another cluster's", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    const topic = topicOf(["a"]);
    const second = { sourceId: "second" };
    await expect(recover(tables, topic, second)).rejects.toMatchObject({ code: "SOURCE_CONFLICT" });
    topic.clusterId = "cluster-2";
    await expect(recover(tables, topic, { force: true })).rejects.toMatchObject({
      code: "CLUSTER_CHANGED",
    });
  });

  it("refuses while the source was committed minutes ago, unless forced", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    const topic = topicOf(["a"]);
    await expect(recover(tables, topic)).rejects.toMatchObject({ code: "TABLE_IN_USE" });
    const later = { nowMs: () => Date.now() + 11 * 60_000 };
    expect((await recover(tables, topic, later)).snapshotId).toBeDefined();
  });

  it("replaces a position that nobody can read", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0] });
    await tables.commitText("{");
    await recover(tables, topicOf(["a"]), { force: true });
    expect(readPosition((await tables.main()).metadata, "ratings").kind).toBe("recorded");
  });

  it("writes nothing in a dry run", async () => {
    await using tables = await HandmadeTables.create();
    const id = await tables.commit({ rows: [0] });
    const recovered = await recover(tables, topicOf(["a"]), { dryRun: true });
    expect(recovered.snapshotId).toBeUndefined();
    expect(recovered.partitions).toMatchObject([{ partition: 0, ...ledger({ next: 1, rows: 1 }) }]);
    expect((await tables.main()).metadata.currentSnapshotId).toBe(id);
  });

  it("asserts the snapshot that it scanned", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 2] });
    const topic = topicOf(["a", undefined, "c"]);
    let opened = 0;
    const openTopic: OpenTopic = async (_, partitions) => {
      // The second source is opened for the hole, when the table is scanned.
      if (++opened === 2) await tables.commit({ rows: [[0, 9]] });
      return new MemorySource(topic, partitions);
    };
    await expect(recover(tables, topic, { openTopic })).rejects.toMatchObject({
      code: "TABLE_IN_USE",
      message: expect.stringContaining("moved on while it was read"),
    });
    expect(opened).toBe(2);
  });
});
