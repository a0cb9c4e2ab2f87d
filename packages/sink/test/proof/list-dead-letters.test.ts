import { openCatalog } from "@salon/iceberg-writer";
import { ratingsRules, ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { listDeadLetters } from "../../src/proof/list-dead-letters.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "../shell/memory-topic.ts";
import { HandmadeTables, ledger, MAIN } from "./proof-fixture.ts";

const silent = { debug() {}, info() {}, warn() {} };

describe("listDeadLetters", () => {
  it("counts by cause and field, the most frequent first, with some of each", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    const bad = `{"rating_value":9,"timestamp":"2025-01-15T10:30:00"}`;
    topic.append(0, bad, "no json", bad, `{"branch_id":"a"}`, null, bad);
    await using source = new MemorySource(topic, [0]);
    await runSink(
      {
        topic: topic.name,
        table: MAIN,
        assign: [0],
        startingOffsets: "earliest",
        trigger: "available-now",
      },
      {
        catalog,
        source,
        events: ratingsSchema,
        rules: ratingsRules,
        logger: silent,
        signal: new AbortController().signal,
      },
    );
    const all = { catalog, identifier: MAIN, samplesMax: 2 };
    const { groups, undone, findings } = await listDeadLetters(all);
    expect({ undone, findings }).toEqual({ undone: 0, findings: [] });
    expect(groups[0]).toMatchObject({
      cause: "rule:rating-range",
      field: "rating_value",
      count: 3,
      pending: 0,
      samples: [{ topic: "ratings", partition: 0, timestamp: 1_736_937_000_000_000n }, {}],
    });
    expect(groups[0]?.samples).toHaveLength(2);
    expect(Buffer.from(groups[0]?.samples[0]?.value ?? []).toString()).toBe(bad);
    expect(groups.map((group) => `${group.cause} ${group.field} ${group.count}`)).toEqual([
      "rule:rating-range rating_value 3",
      "INVALID_JSON undefined 1",
      "NULL_VALUE undefined 1",
      "WRONG_TYPE branch_id 1",
    ]);
    const one = await listDeadLetters({ ...all, cause: "NULL_VALUE", samplesMax: 9 });
    expect(one.groups).toMatchObject([{ cause: "NULL_VALUE", samples: [{ offset: 4 }] }]);
    expect(one.groups[0]?.samples[0]?.value).toBeUndefined();
  });

  it("counts those that wait in the outbox, and not those that were applied twice over", async () => {
    await using tables = await HandmadeTables.create();
    const first = await tables.commit({ ledger: { 0: ledger({ next: 1, dead: 1 }) } });
    const applied = await tables.stageDead(first, [0], 1);
    const second = await tables.commit({
      ledger: { 0: ledger({ next: 3, dead: 3 }) },
      pending: [applied, await tables.stageDead(first, [1, 2], 2)],
    });
    await tables.applyDead(first, [0], 1);
    expect(second).not.toBe(first);
    const { catalog } = tables;
    const { groups } = await listDeadLetters({ catalog, identifier: MAIN, samplesMax: 9 });
    expect(groups).toMatchObject([{ cause: "unknown", count: 3, pending: 2 }]);
    expect(groups[0]?.samples.map(({ offset }) => offset).toSorted()).toEqual([0, 1, 2]);
  });

  it("leaves out what a rolled back snapshot decided", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ ledger: { 0: ledger({ next: 1, rows: 1 }) }, rows: [0] });
    await tables.applyDead(4711n, [1]);
    const { catalog } = tables;
    const listed = await listDeadLetters({ catalog, identifier: MAIN, samplesMax: 9 });
    expect(listed).toMatchObject({ groups: [], undone: 1 });
  });

  it("has nothing to list where there is no dead-letter table", async () => {
    await using tables = await HandmadeTables.create();
    const { catalog } = tables;
    await catalog.dropTable({ namespace: [], name: "bronze_dead_letters" });
    const listed = await listDeadLetters({ catalog, identifier: MAIN, samplesMax: 9 });
    expect(listed).toEqual({ groups: [], undone: 0, findings: [] });
  });
});
