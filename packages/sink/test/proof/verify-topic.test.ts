import { openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import type { ProofProgress } from "../../src/proof/proof-progress.ts";
import type { OpenTopic } from "../../src/proof/read-topic.ts";
import type { TableProof } from "../../src/proof/table-proof.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import type { VerifyTableOptions } from "../../src/proof/verify-table.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSettings } from "../../src/shell/sink-settings.ts";
import { MemorySource, MemoryTopic } from "../shell/memory-topic.ts";
import type { MemoryRecord } from "../shell/memory-topic.ts";
import { HandmadeTables, ledger, MAIN } from "./proof-fixture.ts";

const silent = { debug() {}, info() {}, warn() {} };

function rating(customer: number): string {
  return `{"customer_id":${customer},"rating_value":4.5,"timestamp":"2025-01-15T10:30:00"}`;
}

function opener(topic: MemoryTopic): OpenTopic {
  return (_, partitions) => Promise.resolve(new MemorySource(topic, partitions, 200));
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  changes: Partial<SinkSettings> = {},
): Promise<void> {
  const assign = topic.partitions.map((_, partition) => partition);
  await using source = new MemorySource(topic, assign, 200);
  await runSink(
    {
      topic: topic.name,
      table: MAIN,
      assign,
      startingOffsets: "earliest",
      trigger: "available-now",
      ...changes,
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: silent,
      signal: new AbortController().signal,
    },
  );
}

function verify(
  catalog: Catalog,
  topic: MemoryTopic,
  options: Partial<VerifyTableOptions> = {},
): Promise<TableProof> {
  const values = { events: ratingsSchema, timeZone: "UTC" };
  return verifyTable({ catalog, identifier: MAIN, openTopic: opener(topic), values, ...options });
}

/** `CODE severity` of every finding. */
function findings({ sources }: TableProof): string[] {
  return sources.flatMap((source) => source.findings.map((f) => `${f.code} ${f.severity}`));
}

describe("verifyTable with a topic", () => {
  it.each(["string", "timestamp", "timestamptz"] as const)(
    "proves by value what a sink wrote, time as %s",
    async (timestampType) => {
      await using catalog = await openCatalog({ type: "memory" });
      const topic = new MemoryTopic(2);
      topic.append(0, rating(1), "no json", rating(2), undefined, rating(3), null);
      topic.append(1, rating(4), undefined, undefined);
      await drain(catalog, topic, { timestampType });
      topic.append(1, rating(5));
      const proof = await verify(catalog, topic);
      expect(findings(proof)).toEqual([]);
      expect(proof.sources[0]?.partitions).toMatchObject([
        { topic: { logStart: 0, logEnd: 6, lag: 0, records: 5, missing: 0 } },
        { topic: { logStart: 0, logEnd: 4, lag: 1, records: 1, compared: { start: 0, end: 3 } } },
      ]);
    },
  );

  it("compares what retention left", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2), rating(3));
    await drain(catalog, topic);
    topic.startOffsets[0] = 2;
    const proof = await verify(catalog, topic);
    expect(proof.isProved).toBe(true);
    expect(proof.sources[0]?.partitions[0]?.topic).toMatchObject({ records: 1 });
  });

  const changes: readonly [string, number, MemoryRecord, string][] = [
    ["another number", 1, rating(9), "offset 1 has customer_id 2, and 9 in the topic"],
    ["a field less", 1, "{}", "offset 1 has customer_id 2, and null in the topic"],
    ["an invalid record", 1, "{", "offset 1 is invalid in the topic and a row of the table"],
    ["a valid record", 2, rating(1), "offset 2 is valid in the topic and a dead letter"],
    [
      "other bytes of a dead letter",
      2,
      "no joke",
      "offset 2 has value 0x6e6f206a736f6e, and 0x6e6f206a6f6b65 in the topic",
    ],
    ["a null value", 2, null, "offset 2 has value 0x6e6f206a736f6e, and null in the topic"],
  ];
  it.each(changes)("finds %s by value", async (_, offset, record, difference) => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2), "no json", rating(4));
    await drain(catalog, topic);
    const partition = topic.partitions[0];
    if (partition !== undefined) partition[offset] = record;
    const proof = await verify(catalog, topic);
    expect(findings(proof)).toEqual(["VALUES_DIFFER failure"]);
    expect(proof.sources[0]?.findings[0]?.message).toBe(
      `1 records are not as the topic has them: ${difference}`,
    );
    expect((await verify(catalog, topic, { values: undefined })).isProved).toBe(true);
  });

  it("tells how far it is, step by step, to the end of each", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(2);
    topic.append(0, rating(1), rating(2), "no json");
    topic.append(1, rating(4));
    await drain(catalog, topic);
    const told: ProofProgress[] = [];
    const values = { events: ratingsSchema, timeZone: "UTC" };
    const options = { catalog, identifier: MAIN, openTopic: opener(topic), values };
    const onProgress = (progress: ProofProgress): void => void told.push(progress);
    expect((await verifyTable(options, { onProgress })).isProved).toBe(true);
    const begun = told.filter(({ done }) => done === 0);
    expect(begun).toEqual([
      { step: "rows", done: 0, total: 3 },
      { step: "dead letters", done: 0, total: 1 },
      { step: "dead letters", done: 0, total: 1 },
      { step: "topic", done: 0, total: 4 },
      { step: "values", done: 0, total: 4 },
    ]);
    expect(told.filter(({ done, total }) => done === total)).toHaveLength(begun.length);
  });

  it("compares dead letters that still wait in the outbox", async () => {
    await using tables = await HandmadeTables.create();
    const topic = new MemoryTopic(1);
    topic.append(0, "no json");
    const entry = await tables.stageDead(1n, [0], 1);
    const counts = { 0: ledger({ next: 1, dead: 1 }) };
    const first = await tables.commit({ ledger: counts, pending: [entry] });
    await tables.commit({ ledger: counts, pending: [entry] });
    await tables.expire(first);
    const proof = await verify(tables.catalog, topic);
    expect(findings(proof)).toEqual(["VALUES_DIFFER failure"]);
    expect(proof.sources[0]?.findings[0]?.message).toContain("offset 0 has _kafka_timestamp null");
  });

  it("finds a record that was passed over as a gap", async () => {
    await using tables = await HandmadeTables.create();
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2), rating(3));
    await tables.commit({ rows: [0, 2], ledger: { 0: ledger({ next: 3, rows: 2, gaps: 1 }) } });
    const proof = await verify(tables.catalog, topic, {
      values: undefined,
      allowDeletes: true,
      allowLost: true,
    });
    expect(proof.sources[0]?.findings).toMatchObject([
      { code: "RECORDS_SKIPPED", severity: "failure", offsets: { ranges: [{ start: 1, end: 2 }] } },
    ]);
  });

  it("does not take an accepted delete for a record passed over", async () => {
    await using tables = await HandmadeTables.create();
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2), undefined);
    await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 3, rows: 2, gaps: 1 }) } });
    const options = { values: undefined, allowDeletes: true };
    const proof = await verify(tables.catalog, topic, options);
    expect(findings(proof)).toEqual(["ROWS_MISSING accepted"]);
    expect(proof.sources[0]?.partitions[0]?.topic).toMatchObject({ records: 2, missing: 1 });
  });

  it.each([
    ["another cluster", (topic: MemoryTopic) => (topic.clusterId = "b"), "CLUSTER_CHANGED failure"],
    [
      "fewer partitions",
      (topic: MemoryTopic) => topic.partitions.pop(),
      "PARTITIONS_SHRUNK failure",
    ],
    [
      "a log that is shorter",
      (topic: MemoryTopic) => topic.partitions[1]?.pop(),
      "LOG_TRUNCATED failure",
    ],
    [
      "unread records that retention took",
      (topic: MemoryTopic) => {
        topic.append(0, rating(3), rating(4));
        topic.startOffsets[0] = 3;
      },
      "UNREAD_DELETED failure",
    ],
  ])("finds %s", async (_, change, finding) => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(2);
    topic.append(0, rating(1), rating(2));
    topic.append(1, rating(1), rating(2));
    await drain(catalog, topic);
    change(topic);
    expect(findings(await verify(catalog, topic))).toEqual([finding]);
  });

  it("holds thousands of records in several stretches of digests", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, ...Array.from({ length: 3000 }, (_, index) => rating(index)));
    await drain(catalog, topic);
    expect((await verify(catalog, topic)).isProved).toBe(true);
    const [records] = topic.partitions;
    if (records !== undefined) [records[10], records[2500]] = [rating(2500), rating(10)];
    const [difference] = (await verify(catalog, topic)).sources[0]?.findings ?? [];
    expect(difference?.offsets).toEqual({
      count: 2,
      ranges: [
        { start: 10, end: 11 },
        { start: 2500, end: 2501 },
      ],
    });
  });

  it("ends with the caller's signal", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1));
    await drain(catalog, topic);
    const reason = new Error("enough");
    const options = { catalog, identifier: MAIN, openTopic: opener(topic) };
    await expect(verifyTable(options, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
