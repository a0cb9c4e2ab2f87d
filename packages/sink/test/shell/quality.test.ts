import { rowAt } from "@salon/columns";
import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsRules, ratingsSchema } from "@salon/schema";
import type { QualityRule } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import type { TableProof } from "../../src/proof/table-proof.ts";
import { readPosition } from "../../src/protocol/position.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const deadLetters = { namespace: [], name: "bronze_dead_letters" };

function rating(value: number): string {
  return `{"customer_id":1,"rating_value":${value},"timestamp":"2025-01-15T10:30:00"}`;
}

function atMost(max: number, severity: "reject" | "warn" = "reject"): readonly QualityRule[] {
  return [{ name: "few", field: "rating_value", severity, check: { kind: "range", max } }];
}

interface Draining {
  readonly rules?: readonly QualityRule[];
  readonly onInvalid?: "dead-letters" | "fail";
  readonly log?: (fields: object) => void;
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  { rules, onInvalid, log = () => {} }: Draining,
): Promise<SinkSummary> {
  await using source = new MemorySource(topic, [0]);
  return await runSink(
    {
      topic: topic.name,
      table,
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
      onInvalid,
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      rules,
      logger: { debug() {}, info: (fields) => log(fields), warn() {} },
      signal: new AbortController().signal,
    },
  );
}

async function rowsOf(catalog: Catalog, identifier = table): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(identifier) })) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
  }
  return rows.toSorted((a, b) => Number(a["_kafka_offset"]) - Number(b["_kafka_offset"]));
}

function offsets(rows: readonly Record<string, unknown>[]): number[] {
  return rows.map((row) => Number(row["_kafka_offset"]));
}

function verify(catalog: Catalog, topic: MemoryTopic): Promise<TableProof> {
  return verifyTable({
    catalog,
    identifier: table,
    openTopic: (_, partitions) => Promise.resolve(new MemorySource(topic, partitions, 200)),
    values: { events: ratingsSchema, timeZone: "UTC" },
  });
}

/** What the summaries of main's snapshots say of rules, oldest first. */
async function qualityEntries(catalog: Catalog): Promise<unknown[]> {
  const { metadata } = await catalog.loadTable(table);
  return metadata.snapshots.flatMap(({ summary }) => {
    const text = summary["salon.quality.ratings"];
    return text === undefined ? [] : [JSON.parse(text) as unknown];
  });
}

describe("quality rules of a sink", () => {
  it("make dead letters that name rule and field, and are counted in the summary and the log", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(4.5), rating(7), "no json", rating(5));
    const lines: object[] = [];
    const summary = await drain(catalog, topic, {
      rules: ratingsRules,
      log: (fields) => lines.push(fields),
    });
    expect(summary).toMatchObject({ rows: 2, dead: 2 });
    expect(await rowsOf(catalog, deadLetters)).toMatchObject([
      {
        _kafka_offset: 1n,
        error_code: "rule:rating-range",
        error_field: "rating_value",
        error_message: "7 is not from 1 to 5",
        value: new Uint8Array(Buffer.from(rating(7))),
      },
      { _kafka_offset: 2n, error_code: "INVALID_JSON" },
    ]);
    expect(await qualityEntries(catalog)).toEqual([{ "rating-range": 1 }]);
    expect(lines).toContainEqual(expect.objectContaining({ quality: { "rating-range": 1 } }));
    expect(await verify(catalog, topic)).toMatchObject({ isProved: true });
  });

  it("only count what is a warning", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(3), rating(3));
    expect(await drain(catalog, topic, { rules: atMost(2, "warn") })).toMatchObject({
      rows: 3,
      dead: 0,
    });
    expect(await qualityEntries(catalog)).toEqual([{ few: 2 }]);
  });

  it("that changed since leave what is decided as it is", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2), rating(3));
    await drain(catalog, topic, { rules: atMost(1) });
    topic.append(0, rating(1), rating(2), rating(3));
    // Its source begins at the table's position, whatever the rules are now.
    await drain(catalog, topic, { rules: atMost(2) });
    topic.append(0, rating(3));
    await drain(catalog, topic, {});
    expect(offsets(await rowsOf(catalog))).toEqual([0, 3, 4, 6]);
    expect(offsets(await rowsOf(catalog, deadLetters))).toEqual([1, 2, 5]);
    const reading = readPosition((await catalog.loadTable(table)).metadata, "ratings");
    expect(reading.kind === "recorded" && reading.record.ledger.get(0)).toMatchObject({
      next: 7,
      rows: 4,
      dead: 3,
    });
    expect(await verify(catalog, topic)).toMatchObject({ isProved: true });
  });

  it("that differ between members that read the same records decide each record once", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const count = 60;
    topic.append(0, ...Array.from({ length: count }, (_, index) => rating(1 + (index % 5))));
    await Promise.all([1, 2, 3].map((max) => drain(catalog, topic, { rules: atMost(max) })));
    const all = [
      ...offsets(await rowsOf(catalog)),
      ...offsets(await rowsOf(catalog, deadLetters)),
    ].toSorted((left, right) => left - right);
    expect(all).toEqual(Array.from({ length: count }, (_, offset) => offset));
    expect(await verify(catalog, topic)).toMatchObject({ isProved: true });
  });

  it("do not excuse a dead letter whose bytes differ, or that decodes and names no rule", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(7), "no json");
    await drain(catalog, topic, { rules: ratingsRules });
    topic.partitions[0]?.splice(0, 1, rating(8));
    expect(await verify(catalog, topic)).toMatchObject({ isProved: false });
    topic.partitions[0]?.splice(0, 2, rating(7), rating(1));
    expect(await verify(catalog, topic)).toMatchObject({ isProved: false });
  });

  it("end the sink where invalid records do, and say which rule", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(7));
    const run = drain(catalog, topic, { rules: ratingsRules, onInvalid: "fail" });
    await expect(run).rejects.toThrow("rule:rating-range: 7 is not from 1 to 5");
  });

  it("see Kafka timestamps, so that a replay decides as before", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    // Of 2025-01-15T10:30:00Z, as the topic's records are.
    topic.append(0, rating(1), `{"timestamp":"2025-01-15T10:29:00"}`);
    const rules: readonly QualityRule[] = [
      {
        name: "late",
        field: "timestamp",
        severity: "reject",
        check: { kind: "not-older-than", seconds: 59 },
      },
    ];
    await drain(catalog, topic, { rules });
    expect(offsets(await rowsOf(catalog, deadLetters))).toEqual([1]);
  });
});
