import { openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { describe, expect, it } from "vitest";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { deadLetters, drainRatings, table } from "./drain-ratings.ts";
import { copyKey, countRows, expireBelowForeign, loseSnapshots } from "./lose-snapshots.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";
import { scriptCatalog } from "./scripted-catalog.ts";

async function copyIn(catalog: Catalog): Promise<string | undefined> {
  return (await catalog.loadTable(table)).metadata.properties[copyKey];
}

describe("a position that is in neither snapshots nor property", () => {
  it("is not taken for that of a new source where its records are dead letters alone", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, "no json", "no json");
    await drainRatings(catalog, topic);
    await loseSnapshots(catalog, undefined);
    topic.append(0, '{"customer_id":1}');
    await expect(drainRatings(catalog, topic)).rejects.toMatchObject({
      code: "POSITION_UNKNOWN",
      message: expect.stringContaining("recover-position"),
    });
    expect(await countRows(catalog, deadLetters)).toBe(2);
    const openTopic = (): Promise<MemorySource> => Promise.resolve(new MemorySource(topic, [0]));
    await recoverPosition({
      catalog,
      identifier: table,
      topic: topic.name,
      openTopic,
      force: true,
    });
    await drainRatings(catalog, topic);
    expect(await verifyTable({ catalog, identifier: table })).toMatchObject({ isProved: true });
    expect(await countRows(catalog, deadLetters)).toBe(2);
  });

  it("is not that of an older copy where dead letters were decided since", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, '{"customer_id":1}');
    await drainRatings(catalog, topic);
    const older = await copyIn(catalog);
    topic.append(0, "no json");
    await drainRatings(catalog, topic);
    const newest = await copyIn(catalog);
    await loseSnapshots(catalog, older);
    // All the rows are those that the older copy counts.
    await expect(drainRatings(catalog, topic)).rejects.toMatchObject({
      code: "POSITION_UNCERTAIN",
    });
    await loseSnapshots(catalog, newest);
    await drainRatings(catalog, topic);
    expect(await countRows(catalog, deadLetters)).toBe(1);
  });

  it("is not that of an undone snapshot of dead letters alone, below which history is cut", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, '{"customer_id":1}');
    await drainRatings(catalog, topic);
    await expireBelowForeign(catalog);
    const { currentSnapshotId: snapshotId } = (await catalog.loadTable(table)).metadata;
    if (snapshotId === undefined) throw new Error("no snapshot");
    topic.append(0, "no json");
    await drainRatings(catalog, topic);
    await catalog.commitTable(await catalog.loadTable(table), {
      requirements: [],
      updates: [
        { action: "set-snapshot-ref", refName: "main", ref: { type: "branch", snapshotId } },
      ],
    });
    await expect(drainRatings(catalog, topic)).rejects.toMatchObject({
      code: "POSITION_UNCERTAIN",
    });
  });

  it("is not begun anew by a member that saw the table before it had any", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, '{"customer_id":1}', "no json");
    let hasLooked = false;
    const late = scriptCatalog(catalog, {
      commitTable: async (...args) => {
        if (!hasLooked) {
          hasLooked = true;
          await drainRatings(catalog, topic);
          await loseSnapshots(catalog, undefined);
        }
        return catalog.commitTable(...args);
      },
    });
    await expect(drainRatings(late, topic)).rejects.toMatchObject({ code: "POSITION_UNKNOWN" });
    expect(await countRows(catalog)).toBe(1);
    expect(await countRows(catalog, deadLetters)).toBe(1);
  });
});
