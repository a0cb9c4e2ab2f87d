import { openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { readPosition } from "../../src/protocol/position.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import type { SinkSettings } from "../../src/shell/sink-settings.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const COUNT = 500;

function run(
  catalog: Catalog,
  source: MemorySource,
  settings: Pick<SinkSettings, "assign" | "trigger">,
  signal = new AbortController().signal,
): Promise<SinkSummary> {
  return runSink(
    { topic: "ratings", table, startingOffsets: "earliest", commitIntervalMs: 50, ...settings },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: { debug() {}, info() {}, warn() {} },
      signal,
    },
  );
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  assign: readonly number[],
): Promise<SinkSummary> {
  await using source = new MemorySource(topic, assign);
  return await run(catalog, source, { assign, trigger: "available-now" });
}

function partitions(isWanted: (partition: number) => boolean): number[] {
  return Array.from({ length: COUNT }, (_, partition) => partition).filter(isWanted);
}

/** A topic of which every seventh partition has records; 72 of 500. */
function sparseTopic(): MemoryTopic {
  const topic = new MemoryTopic(COUNT);
  for (const partition of partitions((number) => number % 7 === 0)) {
    topic.append(partition, `{"customer_id":${partition}}`, "no json", undefined);
  }
  return topic;
}

async function ledgerOf(catalog: Catalog): Promise<Record<string, number>> {
  const reading = readPosition((await catalog.loadTable(table)).metadata, "ratings");
  if (reading.kind !== "recorded") throw new Error(reading.kind);
  const sums: Record<string, number> = {};
  for (const entry of reading.record.ledger.values()) {
    for (const [name, value] of Object.entries(entry)) sums[name] = (sums[name] ?? 0) + value;
  }
  return { partitions: reading.record.ledger.size, ...sums };
}

describe("five hundred partitions", () => {
  it("have a position each, and are read to their ends, idle ones too", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = sparseTopic();
    const summary = await drain(
      catalog,
      topic,
      partitions(() => true),
    );
    expect(summary).toMatchObject({ rows: 72, dead: 72 });
    expect(await ledgerOf(catalog)).toEqual({
      partitions: COUNT,
      first: 0,
      next: 216,
      rows: 72,
      dead: 72,
      gaps: 72,
      lost: 0,
      unproved: 0,
    });
    const proof = await verifyTable({
      catalog,
      identifier: table,
      openTopic: (_, assigned) => Promise.resolve(new MemorySource(topic, assigned, 200)),
      values: { events: ratingsSchema, timeZone: "UTC" },
    });
    expect(proof).toMatchObject({ isProved: true });
  });

  it("go on beside a member that has no data, and one that is stuck", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = sparseTopic();
    const assign = partitions((partition) => partition % 3 === 1);
    await using stuck = new MemorySource(topic, assign);
    // Its partitions are given, and nothing comes of them.
    stuck.pause(assign);
    const end = new AbortController();
    const stuckRun = run(catalog, stuck, { assign }, end.signal);
    const without = drain(
      catalog,
      topic,
      partitions((partition) => partition % 7 !== 0 && partition % 3 === 0),
    );
    const others = drain(
      catalog,
      topic,
      partitions((partition) => partition % 7 === 0 && partition % 3 !== 1),
    );
    expect(await without).toMatchObject({ rows: 0, dead: 0 });
    // Of the 72 partitions with records 24 are the stuck member's.
    expect(await others).toMatchObject({ rows: 48, dead: 48 });
    end.abort();
    expect(await stuckRun).toMatchObject({ rows: 0, dead: 0 });
  });
});
