import { rowAt } from "@salon/columns";
import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsRules, ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkObservation } from "../../src/shell/sink-observation.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };
const silent = { debug() {}, info() {}, warn() {} };

/** Two partitions with rows, dead letters of several causes, warnings and gaps. */
function dirtyTopic(): MemoryTopic {
  const topic = new MemoryTopic(2);
  for (let index = 0; index < 60; index++) {
    const rating = `{"customer_id":${index % 23},"rating_value":${(index % 60) / 10},"timestamp":"2025-01-${13 + (index % 3)}T10:30:00"}`;
    topic.append(index % 2, rating);
    if (index % 7 === 0) topic.append(0, "no json", undefined);
    if (index % 11 === 0) topic.append(1, null);
  }
  return topic;
}

async function drain(catalog: Catalog, encoders: number) {
  const topic = dirtyTopic();
  await using source = new MemorySource(topic, [0, 1]);
  const observed: SinkObservation[] = [];
  const summary = await runSink(
    {
      topic: topic.name,
      table,
      assign: [0, 1],
      startingOffsets: "earliest",
      trigger: "available-now",
      commitRows: 20,
      encoders,
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      rules: ratingsRules,
      logger: silent,
      signal: new AbortController().signal,
      nowMs: () => 1_736_937_000_000,
      observe: (observation) => observed.push(observation),
    },
  );
  return { rows: summary.rows, dead: summary.dead, totals: totalsOf(observed) };
}

/** What observers are told of all units: how records fall to units is a matter of time. */
function totalsOf(observed: readonly SinkObservation[]) {
  const counts = new Map<string, number>();
  const add = (name: string, count: number): void => {
    counts.set(name, (counts.get(name) ?? 0) + count);
  };
  for (const observation of observed) {
    if (observation.kind === "chunk-written") {
      add("bytes", observation.bytes);
      add("records", observation.records);
    }
    if (observation.kind !== "committed" || observation.unit === undefined) continue;
    const { files, causes, broken } = observation.unit;
    for (const { rows } of files) add("rows in files", rows);
    for (const [cause, count] of causes) add(`cause ${cause}`, count);
    for (const [rule, count] of broken) add(`rule ${rule}`, count);
  }
  return Object.fromEntries(counts);
}

async function rowsOf(catalog: Catalog, name: string): Promise<readonly unknown[]> {
  const rows: Record<string, unknown>[] = [];
  const read = await catalog.loadTable({ namespace: [], name });
  for await (const { batch } of scanTable({ table: read })) {
    for (let row = 0; row < batch.rowCount; row++) {
      // Snapshots are named at random.
      rows.push({ ...rowAt(batch, row), decided_by: undefined });
    }
  }
  return rows.toSorted((left, right) => place(left) - place(right));
}

function place(row: Record<string, unknown>): number {
  return Number(row["_kafka_partition"]) * 1e6 + Number(row["_kafka_offset"]);
}

describe("a sink whose encoders are in threads", () => {
  it.each([1, 2])("of which it has %d does and tells what one without does", async (encoders) => {
    await using plain = await openCatalog({ type: "memory" });
    await using threaded = await openCatalog({ type: "memory" });
    const expected = await drain(plain, 0);
    // Of 60 ratings those with index 10 to 50 are in range, six of them with no customer there is.
    expect(expected).toMatchObject({ rows: 35, dead: 25 + 9 + 6 });
    expect(await drain(threaded, encoders)).toEqual(expected);
    for (const name of ["bronze", "bronze_dead_letters"]) {
      expect(await rowsOf(threaded, name)).toEqual(await rowsOf(plain, name));
    }
    const proof = await verifyTable({ catalog: threaded, identifier: table });
    expect(proof.isProved).toBe(true);
  });

  it("ends as one without does where a record is invalid and may not be", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = dirtyTopic();
    await using source = new MemorySource(topic, [0, 1]);
    const settings = { assign: [0, 1], startingOffsets: "earliest", onInvalid: "fail" } as const;
    const running = runSink(
      { topic: topic.name, table, ...settings, encoders: 2 },
      {
        catalog,
        source,
        events: ratingsSchema,
        logger: silent,
        signal: new AbortController().signal,
      },
    );
    await expect(running).rejects.toMatchObject({ code: "INVALID_RECORD" });
  });

  it("cannot have a part of one, or more than a machine has use for", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    for (const encoders of [-1, 0.5, 65]) {
      await using source = new MemorySource(topic, [0]);
      const running = runSink(
        { topic: topic.name, table, encoders },
        { catalog, source, events: ratingsSchema, logger: silent, signal: AbortSignal.abort() },
      );
      await expect(running).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
    }
  });
});
