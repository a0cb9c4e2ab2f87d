import { openCatalog, scanTable } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { rowAt } from "@salon/columns";
import { describe, expect, it } from "vitest";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { deadLetters, drainRatings, table } from "./drain-ratings.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const row = '{"customer_id":1}';

async function deadOffsets(catalog: Catalog): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { batch } of scanTable({ table: await catalog.loadTable(deadLetters) })) {
    for (let index = 0; index < batch.rowCount; index++) {
      offsets.push(Number(rowAt(batch, index)["_kafka_offset"]));
    }
  }
  return offsets;
}

async function rollBack(catalog: Catalog): Promise<void> {
  await catalog.commitTable(await catalog.loadTable(deadLetters), {
    requirements: [],
    updates: [{ action: "remove-snapshot-ref", refName: "main" }],
  });
}

describe.each([
  // The last ones are still in the outbox of the main table.
  ["rolled back", rollBack, { next: 4, rows: 2, dead: 1, gaps: 0, lost: 1 }],
  // What lies behind all that is left is read again.
  [
    "dropped",
    (catalog: Catalog) => catalog.dropTable(deadLetters),
    { next: 3, rows: 2, dead: 0, gaps: 0, lost: 1 },
  ],
])("a dead-letter table that was %s", (_, undo, recovered) => {
  it("ends the sink, which goes on from a position without what is gone", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, row, "no json", row);
    await drainRatings(catalog, topic);
    topic.append(0, "no json");
    await drainRatings(catalog, topic);
    await undo(catalog);
    topic.append(0, row);
    await expect(drainRatings(catalog, topic)).rejects.toMatchObject({
      code: "DEAD_LETTERS_UNDONE",
      message: expect.stringContaining("recover-position --accept-missing"),
    });
    const openTopic = (): Promise<MemorySource> => Promise.resolve(new MemorySource(topic, [0]));
    const options = { catalog, identifier: table, topic: topic.name, openTopic, force: true };
    await expect(recoverPosition(options)).rejects.toMatchObject({ code: "RECORDS_MISSING" });
    const { partitions } = await recoverPosition({ ...options, acceptMissing: true });
    expect(partitions).toMatchObject([recovered]);
    await drainRatings(catalog, topic);
    expect(await deadOffsets(catalog)).toEqual([3]);
    const proof = await verifyTable({ catalog, identifier: table });
    expect(proof.sources[0]?.findings).toMatchObject([
      { code: "OFFSETS_LOST", severity: "failure" },
    ]);
    expect(await verifyTable({ catalog, identifier: table, allowLost: true })).toMatchObject({
      isProved: true,
    });
  });
});
