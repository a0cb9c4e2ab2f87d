import { createMemoryFileIo } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { readSparkCheckpoint } from "../../src/takeover/spark-checkpoint.ts";
import type { SparkCheckpoint } from "../../src/takeover/spark-checkpoint.ts";
import { batchPlan, checkpointFiles, QUERY_ID } from "./checkpoint-files.ts";

/** Reads a checkpoint of these files by name, undefined for none. */
async function read(
  files: Readonly<Record<string, string | undefined>>,
  location = "memory://lake/checkpoints/ratings",
): Promise<SparkCheckpoint> {
  await using fileIo = createMemoryFileIo();
  for (const [name, text] of Object.entries(files)) {
    if (text === undefined) continue;
    await fileIo.write(`memory://lake/checkpoints/ratings/${name}`, new TextEncoder().encode(text));
  }
  return readSparkCheckpoint({ fileIo, location, topic: "ratings" });
}

/** Offsets by partition, as they are read. */
function of(offsets: Readonly<Record<number, number>>): ReadonlyMap<number, number> {
  return new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), offset]));
}

const files = checkpointFiles({ planned: [{ 0: 5 }, { 0: 9, 1: 2 }], committed: [0, 1] });

/** A batch of four sources, of which the last reads the topic beside another. */
function severalSources(end: number): string {
  const last = JSON.stringify({ x: { 0: 1 }, ratings: { 0: end } });
  return [batchPlan(0, [{ other: { 0: 1 } }]), "-", "17", last].join("\n");
}

describe("readSparkCheckpoint", () => {
  it("ends behind the last batch where that is committed", async () => {
    expect(await read(files)).toEqual({
      queryId: QUERY_ID,
      plannedMs: 1_700_000_001_000,
      done: {
        id: 1,
        end: new Map([
          [0, 9],
          [1, 2],
        ]),
      },
    });
  });

  it("leaves a batch in doubt that was planned and not committed", async () => {
    expect(await read({ ...files, "commits/1": undefined })).toMatchObject({
      done: { id: 0, end: new Map([[0, 5]]) },
      doubtful: {
        id: 1,
        start: new Map([[0, 5]]),
        end: new Map([
          [0, 9],
          [1, 2],
        ]),
      },
    });
  });

  it("begins the first batch where the query began; a zero byte may stand before it", async () => {
    const first = { ...checkpointFiles({ planned: [{ 0: 5 }], committed: [] }) };
    for (const prefix of ["", "\0"]) {
      first["sources/0/0"] = `${prefix}v1\n{"ratings":{"0":3}}`;
      const checkpoint = await read(first);
      expect(checkpoint.done).toBeUndefined();
      expect(checkpoint.doubtful).toEqual({
        id: 0,
        start: new Map([[0, 3]]),
        end: new Map([[0, 5]]),
      });
    }
  });

  it("does not count half a commit, and knows later forms of one", async () => {
    for (const half of ["", 'v1\n{"nextBatch', "v1"]) {
      expect((await read({ ...files, "commits/1": half })).doubtful?.id).toBe(1);
    }
    const later = 'v2\n{"nextBatchWatermarkMs":0,"stateUniqueIds":{}}';
    expect((await read({ ...files, "commits/1": later })).done?.id).toBe(1);
  });

  it("passes over checksums, unfinished files, purged batches and a slash at the end", async () => {
    const purged = Object.fromEntries(
      Object.entries(files).filter(([name]) => !name.endsWith("/0")),
    );
    const { done } = await read(
      {
        ...purged,
        "offsets/.1.crc": "crc",
        "offsets/.2.6b1f.tmp": "v1",
        "commits/.1.crc": "crc",
        "state/0/0/1.delta": "state",
      },
      "memory://lake/checkpoints/ratings//",
    );
    expect(done?.id).toBe(1);
  });

  it("finds the topic among several sources and topics", async () => {
    const several = { ...files, "offsets/0": severalSources(4), "offsets/1": severalSources(8) };
    expect((await read(several)).done?.end).toEqual(new Map([[0, 8]]));
    const twice = { ...several, "offsets/1": `${severalSources(8)}\n{"ratings":{"0":8}}` };
    await expect(read(twice)).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  });

  // Files of Spark 4.2, with `spark.sql.streaming.offsetLog.formatVersion` 2, less most of `conf`.
  it.each(["0", "my_ratings"])("reads plans of the second version, of source %s", async (id) => {
    const plan = (timestampMs: number, offsets: string): string =>
      `v2\n{"batchWatermarkMs":0,"batchTimestampMs":${timestampMs},"conf":{` +
      '"spark.sql.streaming.queryEvolution.enableSourceEvolution":"false"},' +
      `"sourceMetadataInfo":{}}\n${id}:{"ratings":${offsets}}`;
    const second = {
      metadata: '{"id":"8611e721-f412-4704-8cf8-e218345ff5b3"}',
      [`sources/${id}/0`]: '\0v1\n{"ratings":{"0":0,"1":0}}',
      "offsets/0": plan(1_795_694_688_135, '{"0":4,"1":5}'),
    };
    const start = { 0: 0, 1: 0 };
    expect((await read(second)).doubtful).toEqual({
      id: 0,
      start: of(start),
      end: of({ 0: 4, 1: 5 }),
    });
    const checkpoint = await read({
      ...second,
      "commits/0": 'v1\n{"nextBatchWatermarkMs":0}',
      "offsets/1": plan(1_795_694_695_105, '{"0":8,"1":10}'),
    });
    expect(checkpoint).toEqual({
      queryId: "8611e721-f412-4704-8cf8-e218345ff5b3",
      plannedMs: 1_795_694_695_105,
      done: { id: 0, end: of({ 0: 4, 1: 5 }) },
      doubtful: { id: 1, start: of({ 0: 4, 1: 5 }), end: of({ 0: 8, 1: 10 }) },
    });
    const nameless = { ...second, "offsets/0": 'v2\n{"batchTimestampMs":1}\n{}' };
    await expect(read(nameless)).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  });

  it.each([
    ["has no metadata", { metadata: undefined }, "it has no metadata"],
    ["is of no query", { metadata: "{}" }, "it names no query"],
    ["is not JSON", { metadata: "<html>" }, "is no JSON"],
    ["has an empty plan", { "offsets/1": "" }, "it is empty"],
    ["has half a plan", { "offsets/1": 'v1\n{"batchWater' }, "is no JSON"],
    ["is of a version to come", { "offsets/1": "v3\n{}" }, "its version is v3, not v1 or v2"],
    ["is of another topic", { "offsets/1": batchPlan(1, [{ other: { 0: 1 } }]) }, "does not read"],
    ["has a negative offset", { "offsets/1": batchPlan(1, [{ ratings: { 0: -2 } }]) }, "-2"],
    [
      "goes back",
      { "offsets/1": batchPlan(1, [{ ratings: { 0: 4 } }]), "commits/1": undefined },
      "was at offset 5 before, and ends at 4",
    ],
    [
      "lacks the plan of the last commit",
      { "offsets/0": undefined, "commits/1": undefined },
      "it has no offsets/0",
    ],
    ["is committed beyond its plans", { "commits/2": "v1\n{}" }, "batch 2 is the last committed"],
    [
      "has lost its commits",
      { "commits/0": undefined, "commits/1": undefined },
      "no batch before it is committed",
    ],
    ["never planned", { "offsets/0": undefined, "offsets/1": undefined }, "never planned a batch"],
  ])("refuses one that %s", async (_, changed, message) => {
    await expect(read({ ...files, ...changed })).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining(message),
    });
  });
});
