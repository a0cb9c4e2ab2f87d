import { openCatalog, updateProperties } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { listDeadLetters } from "../../src/proof/list-dead-letters.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkSummary } from "../../src/shell/run-sink.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const table = { namespace: [], name: "bronze" };

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  deadLetterTable?: string,
  name = table.name,
): Promise<SinkSummary> {
  await using source = new MemorySource(topic, [0]);
  return await runSink(
    {
      topic: topic.name,
      table: { ...table, name },
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
      deadLetterTable,
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      logger: { debug() {}, info() {}, warn() {} },
      signal: new AbortController().signal,
    },
  );
}

describe("the table of dead letters", () => {
  it("is the one that was named at first, for all who look for it", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, "no json");
    await drain(catalog, topic, "rejects");
    topic.append(0, "no json either");
    // It need not be named again.
    await drain(catalog, topic);
    const names = (await catalog.listTables([])).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["bronze", "rejects"]);
    const listed = await listDeadLetters({ catalog, identifier: table, samplesMax: 0 });
    expect(listed.groups).toMatchObject([{ cause: "INVALID_JSON", count: 2, pending: 0 }]);
    const proof = await verifyTable({ catalog, identifier: table });
    expect(proof).toMatchObject({
      isProved: true,
      sources: [{ partitions: [{ found: { dead: 2 } }] }],
    });
  });

  it("cannot be changed afterwards, nor be the table itself", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    await expect(drain(catalog, topic, "bronze")).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
    });
    await using other = await openCatalog({ type: "memory" });
    await drain(other, topic);
    await expect(drain(other, topic, "rejects")).rejects.toThrow(
      "the dead letters of table bronze are in bronze_dead_letters, and not in rejects",
    );
    await drain(other, topic, "bronze_dead_letters");
  });

  it("is no other table's of the same topic, before it has dead letters too", async () => {
    for (const value of ["no json", '{"customer_id":1}']) {
      await using catalog = await openCatalog({ type: "memory" });
      const topic = new MemoryTopic(1);
      topic.append(0, value);
      await drain(catalog, topic, "rejects", "silver");
      await expect(drain(catalog, topic, "rejects")).rejects.toMatchObject({
        code: "DEAD_LETTERS_SHARED",
        message: expect.stringContaining("--dead-letters table:<another>"),
      });
      // Of another topic it may be.
      await drain(catalog, new MemoryTopic(1, "visits"), "rejects", "bronze");
      // The way on.
      await catalog.dropTable(table);
      await drain(catalog, topic, "others");
    }
  });

  it("is gone on with by a table that is created anew, and by tables that share it", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, "no json");
    await drain(catalog, topic, "rejects");
    await catalog.dropTable(table);
    await drain(catalog, topic, "rejects");
    // Before this was refused nothing named the table that it was created for.
    const rejects = { namespace: [], name: "rejects" };
    const changes = { remove: ["salon.dead-letters.main"] };
    await updateProperties({ catalog, table: await catalog.loadTable(rejects), changes });
    topic.append(0, "no json");
    await drain(catalog, topic);
    expect((await catalog.loadTable(rejects)).metadata.properties).not.toHaveProperty(
      "salon.dead-letters.main",
    );
  });
});
