import { createMemoryFileIo } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { readPosition } from "../../src/protocol/position.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { adoptPosition } from "../../src/takeover/adopt-position.ts";
import type { AdoptedPosition, AdoptPositionOptions } from "../../src/takeover/adopt-position.ts";
import { HandmadeTables, ledger, MAIN } from "../proof/proof-fixture.ts";
import { MemorySource, MemoryTopic } from "../shell/memory-topic.ts";
import { checkpointFiles, QUERY_ID } from "./checkpoint-files.ts";

const LOCATION = "memory://lake/checkpoint";

/** A topic with `a`, `b`, … at the offsets of partition 0. */
function topicOf(count: number, partitions = 1): MemoryTopic {
  const topic = new MemoryTopic(partitions);
  topic.append(0, ...Array.from({ length: count }, (_, offset) => `record ${offset}`));
  return topic;
}

async function adopt(
  { catalog }: HandmadeTables,
  topic: MemoryTopic,
  files: Readonly<Record<string, string>>,
  options: Partial<AdoptPositionOptions> = {},
): Promise<AdoptedPosition> {
  await using fileIo = createMemoryFileIo();
  for (const [name, text] of Object.entries(files)) {
    await fileIo.write(`${LOCATION}/${name}`, new TextEncoder().encode(text));
  }
  return adoptPosition({
    catalog,
    identifier: MAIN,
    topic: "ratings",
    openTopic: (_, partitions) => Promise.resolve(new MemorySource(topic, partitions)),
    checkpoint: { fileIo, location: LOCATION },
    force: true,
    ...options,
  });
}

async function recordIn(tables: HandmadeTables): Promise<SourceRecord | undefined> {
  const reading = readPosition((await tables.main()).metadata, "ratings");
  return reading.kind === "recorded" ? reading.record : undefined;
}

function minutesLater(minutes: number): () => number {
  return () => Date.now() + minutes * 60_000;
}

/** Batch 0 up to offset 3 is committed, batch 1 up to offset 6 is in doubt. */
const inDoubt = checkpointFiles({ planned: [{ 0: 3 }, { 0: 6 }], committed: [0] });

describe("adoptPosition", () => {
  it("goes on behind the last committed batch", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2] });
    const files = checkpointFiles({ planned: [{ 0: 3 }], committed: [0] });
    const adopted = await adopt(tables, topicOf(8, 2), files);
    expect(adopted).toMatchObject({ queryId: QUERY_ID, batchId: 0, wasAdopted: false });
    expect(adopted.doubtful).toBeUndefined();
    expect(await recordIn(tables)).toMatchObject({
      cluster: "cluster-1",
      partitions: 2,
      ledger: new Map([
        [0, ledger({ first: 3, next: 3 })],
        // The job did not know it.
        [1, ledger({})],
      ]),
      adopted: { queryId: QUERY_ID, batchId: 0 },
    });
  });

  it.each([
    ["all of whose rows are there", [3, 4, 5], 6, { batchId: 1, isThere: true }],
    ["none of whose rows are there", [], 3, { batchId: 1, isThere: false }],
  ])("tells of a batch in doubt %s", async (_, rows, next, doubtful) => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2, ...rows] });
    const adopted = await adopt(tables, topicOf(8), inDoubt);
    expect(adopted).toMatchObject({ doubtful: { ...doubtful, knownBy: "rows" } });
    expect((await recordIn(tables))?.ledger.get(0)?.next).toBe(next);
  });

  it("refuses a batch of which a part is there, unless the job drops records", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2, 3, 5] });
    await expect(adopt(tables, topicOf(8), inDoubt)).rejects.toMatchObject({
      code: "BATCH_TORN",
      message: expect.stringContaining("2 of its offsets are there, and not offsets 4 of"),
    });
    await adopt(tables, topicOf(8), inDoubt, { acceptHoles: true });
    expect((await recordIn(tables))?.ledger.get(0)?.next).toBe(6);
  });

  it("takes offsets that the topic has no record at for no hole", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2, 3, 5] });
    const topic = new MemoryTopic(1);
    topic.append(0, "a", "b", "c", "d", undefined, "f", "g");
    expect((await adopt(tables, topic, inDoubt)).batchId).toBe(1);
  });

  it("begins where the job began if its first batch is not there", async () => {
    await using tables = await HandmadeTables.create();
    const files = checkpointFiles({ planned: [{ 0: 3 }], committed: [] });
    const adopted = await adopt(tables, topicOf(8), files);
    expect(adopted.batchId).toBeUndefined();
    expect((await recordIn(tables))?.ledger.get(0)).toEqual(ledger({}));
    expect(await adopt(tables, topicOf(8), files)).toMatchObject({ wasAdopted: true });
  });

  it.each([
    ["an old checkpoint", [0, 1, 2, 6], "it is an old one, or somebody else wrote"],
    ["that of another table", [], "it is that of another table"],
  ])("refuses %s", async (_, rows, message) => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows });
    await expect(adopt(tables, topicOf(8), inDoubt)).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("refuses a topic that is shorter than what was read of it", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2, 3, 4, 5] });
    await expect(adopt(tables, topicOf(5), inDoubt)).rejects.toMatchObject({
      code: "LOG_TRUNCATED",
    });
  });

  it("refuses while job or table were at work minutes ago, unless forced", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2] });
    const notForced = { force: false, nowMs: minutesLater(9) };
    await expect(adopt(tables, topicOf(8), inDoubt, notForced)).rejects.toMatchObject({
      code: "TABLE_IN_USE",
    });
    await adopt(tables, topicOf(8), inDoubt, { force: false, nowMs: minutesLater(11) });
  });

  it("writes nothing for a dry run, and nothing twice", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 1, 2] });
    expect((await adopt(tables, topicOf(8), inDoubt, { dryRun: true })).snapshotId).toBeUndefined();
    expect(await recordIn(tables)).toBeUndefined();
    const { snapshotId } = await adopt(tables, topicOf(8), inDoubt);
    expect(await adopt(tables, topicOf(8), inDoubt)).toMatchObject({
      wasAdopted: true,
      batchId: 0,
      partitions: [{ partition: 0, next: 3, rows: 3 }],
    });
    expect((await tables.main()).metadata.currentSnapshotId?.toString()).toBe(snapshotId);
  });

  it("replaces the position of a sink that the job went on from, and never goes back", async () => {
    await using tables = await HandmadeTables.create();
    const pending = await tables.stageDead(await tables.commit({ rows: [0] }), [1], 2);
    await tables.commit({
      ledger: { 0: ledger({ next: 2, rows: 1, dead: 1 }) },
      pending: [pending],
      applied: 1,
    });
    const behind = checkpointFiles({ planned: [{ 0: 1 }], committed: [0] });
    await expect(adopt(tables, topicOf(8), behind)).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining("position of partition 0 is 2, and the job came to 1"),
    });
    await tables.commit({ rows: [2] });
    await adopt(tables, topicOf(8), checkpointFiles({ planned: [{ 0: 3 }], committed: [0] }));
    const record = await recordIn(tables);
    expect(record?.ledger.get(0)).toEqual(ledger({ first: 3, next: 3 }));
    expect(record).toMatchObject({ pending: [pending], applied: 1 });
  });

  it("leaves a table that verify proves, and recover-position finds as it is", async () => {
    await using tables = await HandmadeTables.create();
    // The job wrote an offset twice: it is not for this proof.
    await tables.commit({ rows: [0, 1, 1, 2] });
    const adopted = await adopt(tables, topicOf(8), inDoubt);
    expect(adopted.partitions[0]?.repeated).toEqual({ count: 1, ranges: [{ start: 1, end: 2 }] });
    const proof = await verifyTable({ catalog: tables.catalog, identifier: MAIN });
    expect(proof).toMatchObject({
      isProved: true,
      sources: [{ findings: [{ code: "ROWS_ADOPTED", severity: "note" }] }],
    });
    await tables.commit({
      rows: [4],
      ledger: { 0: ledger({ first: 3, next: 5, rows: 1, gaps: 1 }) },
      adopted: { queryId: QUERY_ID, batchId: 0 },
    });
    const topic = new MemoryTopic(1);
    topic.append(0, "a", "b", "c", undefined, "e", "f");
    const { partitions } = await recoverPosition({
      catalog: tables.catalog,
      identifier: MAIN,
      topic: "ratings",
      openTopic: (__, numbers) => Promise.resolve(new MemorySource(topic, numbers)),
      force: true,
    });
    expect(partitions).toMatchObject([ledger({ first: 3, next: 5, rows: 1, gaps: 1 })]);
    expect((await recordIn(tables))?.adopted).toEqual({ queryId: QUERY_ID, batchId: 0 });
  });
});
