import { rowAt } from "@salon/columns";
import {
  appendToTable,
  batchFromRows,
  expireSnapshots,
  openCatalog,
  openTableWriter,
  scanTable,
} from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { bronzeLayout } from "../../src/mapping/bronze-schema.ts";
import { readPosition } from "../../src/protocol/position.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import type { SinkSettings } from "../../src/shell/sink-settings.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const deadLetters = { namespace: [], name: "bronze_dead_letters" };
const silent = { debug() {}, info() {}, warn() {} };

function rating(customer: number): string {
  return `{"customer_id":${customer},"rating_value":4.5,"timestamp":"2025-01-15T10:30:00"}`;
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  changes: Partial<SinkSettings> & { source?: MemorySource } = {},
): Promise<SinkSummary> {
  const assign = changes.assign ?? topic.partitions.map((_, partition) => partition);
  const settings: SinkSettings = {
    topic: topic.name,
    table,
    assign,
    startingOffsets: "earliest",
    trigger: "available-now",
    ...changes,
  };
  await using source = changes.source ?? new MemorySource(topic, assign);
  const signal = new AbortController().signal;
  return await runSink(settings, {
    catalog,
    source,
    events: ratingsSchema,
    logger: silent,
    signal,
  });
}

async function rowsOf(catalog: Catalog, identifier = table): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(identifier) })) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
  }
  return rows;
}

/** `partition/offset`, in order. */
function coordinates(rows: readonly Record<string, unknown>[]): string[] {
  return rows
    .map((row) => `${String(row["_kafka_partition"])}/${String(row["_kafka_offset"])}`)
    .toSorted();
}

describe("runSink", () => {
  it("puts every record into the table or the dead letters, once", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(2);
    topic.append(0, rating(1), "no json", rating(2), undefined, rating(3), null);
    topic.append(1, rating(4), undefined, undefined);
    expect(await drain(catalog, topic)).toMatchObject({ rows: 4, dead: 2 });
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/0", "0/2", "0/4", "1/0"]);
    const dead = await rowsOf(catalog, deadLetters);
    expect(coordinates(dead)).toEqual(["0/1", "0/5"]);
    expect(dead.map((row) => String(row["error_code"])).toSorted()).toEqual([
      "INVALID_JSON",
      "NULL_VALUE",
    ]);
    const { metadata } = await catalog.loadTable(table);
    const reading = readPosition(metadata, "ratings");
    expect(reading.kind === "recorded" && [...reading.record.ledger.values()]).toEqual([
      { first: 0, next: 6, rows: 3, dead: 2, gaps: 1, lost: 0, unproved: 0 },
      { first: 0, next: 3, rows: 1, dead: 0, gaps: 2, lost: 0, unproved: 0 },
    ]);
  });

  it("names the main snapshot that decided each dead letter", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, "no json");
    await drain(catalog, topic);
    const [dead] = await rowsOf(catalog, deadLetters);
    const { metadata } = await catalog.loadTable(table);
    const ids = metadata.snapshots.map(({ snapshotId }) => snapshotId);
    expect(ids).toContain(dead?.["decided_by"]);
  });

  it("goes on where the table says, whatever the group says", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2));
    await drain(catalog, topic);
    topic.append(0, rating(3));
    expect(await drain(catalog, topic)).toMatchObject({ rows: 1 });
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/0", "0/1", "0/2"]);
  });

  it("ends at once where there is nothing to read, and reads nothing before latest", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    const latest = { startingOffsets: "latest" } as const;
    expect(await drain(catalog, topic, latest)).toEqual({ rows: 0, dead: 0, commits: 1 });
    topic.append(0, rating(2));
    await drain(catalog, topic, latest);
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/1"]);
  });

  it("lets members start at the same moment on an empty catalog", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(3);
    for (let partition = 0; partition < 3; partition++) {
      topic.append(partition, ...Array.from({ length: 20 }, (_, index) => rating(index)));
    }
    const members = [0, 1, 2].map((partition) => drain(catalog, topic, { assign: [partition] }));
    const summaries = await Promise.all(members);
    expect(summaries.map(({ rows }) => rows)).toEqual([20, 20, 20]);
    expect(new Set(coordinates(await rowsOf(catalog))).size).toBe(60);
  });

  it("fences members that read the same partition", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, ...Array.from({ length: 60 }, (_, index) => rating(index)));
    const limits = { commitRows: 7 };
    await Promise.all([drain(catalog, topic, limits), drain(catalog, topic, limits)]);
    const rows = coordinates(await rowsOf(catalog));
    expect(rows.length).toBe(60);
    expect(new Set(rows).size).toBe(60);
  });

  it("flushes and commits on an orderly end", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const controller = new AbortController();
    await using source = new MemorySource(topic, [0]);
    const running = runSink(
      { topic: "ratings", table, assign: [0], startingOffsets: "earliest", commitIntervalMs: 1e6 },
      { catalog, source, events: ratingsSchema, logger: silent, signal: controller.signal },
    );
    topic.append(0, rating(1));
    await expect.poll(() => source.mirrored.get(0)).toBe(1);
    topic.append(0, rating(2), rating(3));
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect(await running).toMatchObject({ rows: 3, commits: 3 });
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/0", "0/1", "0/2"]);
  });

  it("goes on where others have expired the table that it saw last", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(2);
    const controller = new AbortController();
    await using source = new MemorySource(topic, [0]);
    const running = runSink(
      { topic: "ratings", table, assign: [0], startingOffsets: "earliest", commitIntervalMs: 20 },
      { catalog, source, events: ratingsSchema, logger: silent, signal: controller.signal },
    );
    topic.append(0, rating(1));
    await expect.poll(() => source.mirrored.get(0)).toBe(1);
    topic.append(1, rating(2));
    await drain(catalog, topic, { assign: [1] });
    const retention = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 };
    const components = { nowMs: () => Date.now() + 1000 };
    const found = await catalog.loadTable(table);
    const { deleted } = await expireSnapshots({ catalog, table: found, retention, components });
    expect(deleted.manifestLists.length).toBe(2);
    topic.append(0, rating(3));
    await expect.poll(() => source.mirrored.get(0)).toBe(2);
    controller.abort();
    expect(await running).toMatchObject({ rows: 2 });
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/0", "0/1", "1/0"]);
  });

  it("refuses a table with rows of the topic and no position", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const { schema, partitionSpec } = bronzeLayout(ratingsSchema, "string");
    const foreign = await catalog.createTable(table, { schema, partitionSpec });
    await using writer = openTableWriter({ table: foreign });
    const origin = { _kafka_topic: "ratings", _kafka_partition: 0, _kafka_offset: 0n };
    await writer.write(batchFromRows(schema, [origin]));
    const dataFiles = await writer.close();
    await appendToTable({ catalog, table: foreign, request: { dataFiles } });
    topic.append(0, rating(1));
    await expect(drain(catalog, topic)).rejects.toMatchObject({ code: "POSITION_UNKNOWN" });
  });

  it("refuses a topic that feeds the table under another source id", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    await drain(catalog, topic);
    await expect(drain(catalog, topic, { sourceId: "another" })).rejects.toMatchObject({
      code: "SOURCE_CONFLICT",
    });
  });

  it("refuses another cluster's topic of the same name", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    await drain(catalog, topic);
    topic.clusterId = "cluster-2";
    await expect(drain(catalog, topic)).rejects.toMatchObject({ code: "CLUSTER_CHANGED" });
    // Nor under another source id: rows name a topic, and not its cluster.
    await expect(drain(catalog, topic, { sourceId: "another" })).rejects.toMatchObject({
      code: "POSITION_UNKNOWN",
    });
  });

  it("refuses a topic that was created anew", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    await drain(catalog, topic);
    topic.topicId = "topic-2";
    topic.append(0, rating(2));
    await expect(drain(catalog, topic)).rejects.toMatchObject({ code: "TOPIC_RECREATED" });
  });

  it("ends at an invalid record where told to, and names it", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), "no json");
    await expect(drain(catalog, topic, { onInvalid: "fail" })).rejects.toMatchObject({
      code: "INVALID_RECORD",
      message: expect.stringContaining("offset 1 of partition 0 of topic ratings"),
    });
  });

  it("stops at records that retention took, or goes on and counts them", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    await drain(catalog, topic);
    topic.append(0, rating(2), rating(3));
    topic.startOffsets[0] = 2;
    await expect(drain(catalog, topic)).rejects.toMatchObject({ code: "DATA_LOST" });
    await drain(catalog, topic, { onDataLoss: "continue" });
    expect(coordinates(await rowsOf(catalog))).toEqual(["0/0", "0/2"]);
    const reading = readPosition((await catalog.loadTable(table)).metadata, "ratings");
    expect(reading.kind === "recorded" && reading.record.ledger.get(0)).toMatchObject({ lost: 1 });
  });
});
