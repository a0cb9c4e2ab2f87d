import {
  appendToTable,
  currentSnapshot,
  expireSnapshots,
  openCatalog,
} from "@salon/iceberg-writer";
import type { Catalog, CatalogTable } from "@salon/iceberg-writer";
import { expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { drainRatings, table } from "./drain-ratings.ts";
import { countRows } from "./lose-snapshots.ts";
import { MemoryTopic } from "./memory-topic.ts";
import { scriptCatalog } from "./scripted-catalog.ts";

/**
 * A catalog in which another engine is quicker than the commit of rows: that is refused, looks at
 * the table anew, and what it finds there is taken back and expired before it is read.
 */
function crossed(catalog: Catalog): Catalog {
  let at: "start" | "refused" | "over" = "start";
  let former: CatalogTable | undefined;
  return scriptCatalog(catalog, {
    loadTable: async (...args) => {
      const loaded = await catalog.loadTable(...args);
      if (at !== "refused" || former === undefined || args[0].name !== table.name) return loaded;
      at = "over";
      await takeBack(catalog, former);
      return loaded;
    },
    commitTable: async (...args) => {
      const [base] = args;
      if (at === "start" && base.metadata.snapshots.length > 0) {
        at = "refused";
        former = base;
        await appendToTable({ catalog, table: await catalog.loadTable(table), request: {} });
      }
      return catalog.commitTable(...args);
    },
  });
}

/** Main is where it was, and no file is left of what came after. */
async function takeBack(catalog: Catalog, former: CatalogTable): Promise<void> {
  await rollBack(catalog, former);
  await expireAllBut(1, catalog);
}

async function rollBack(catalog: Catalog, { metadata }: CatalogTable): Promise<void> {
  const snapshotId = currentSnapshot(metadata)?.snapshotId ?? 0n;
  const ref = { type: "branch", snapshotId } as const;
  await catalog.commitTable(await catalog.loadTable(table), {
    requirements: [],
    updates: [{ action: "set-snapshot-ref", refName: "main", ref }],
  });
}

/** Of main's line so many snapshots are left, and nothing of what no ref leads to. */
async function expireAllBut(minSnapshotsToKeep: number, catalog: Catalog): Promise<void> {
  await expireSnapshots({
    catalog,
    table: await catalog.loadTable(table),
    retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep },
    deleteDataFiles: true,
    components: { nowMs: () => Date.parse("2100-01-01T00:00:00Z") },
  });
}

/**
 * A catalog whose answer to the commit of rows is lost. Before anybody looks, the rows are taken
 * back, another member accepts that and commits its own, and no file is left of them.
 */
function forgetful(catalog: Catalog, topic: MemoryTopic): Catalog {
  let isOver = false;
  return scriptCatalog(catalog, {
    commitTable: async (...args) => {
      const outcome = await catalog.commitTable(...args);
      const isUnit = outcome.kind === "committed" && outcome.table.metadata.snapshots.length > 1;
      if (!isUnit || isOver) return outcome;
      isOver = true;
      await rollBack(catalog, args[0]);
      await drainRatings(catalog, topic, { assign: [1], onRollback: "accept" });
      await expireAllBut(10, catalog);
      return { kind: "unknown", cause: new Error("the connection broke") };
    },
  });
}

it("sends nothing again that may have been taken back, its files expired", async () => {
  await using catalog = await openCatalog({ type: "memory" });
  const topic = new MemoryTopic(2);
  topic.append(0, '{"customer_id":1}', '{"customer_id":2}');
  topic.append(1, '{"customer_id":3}');
  await drainRatings(forgetful(catalog, topic), topic, { onRollback: "accept" });
  expect(await countRows(catalog)).toBe(3);
});

it("commits although the base that it saw is rolled back to the one before, and expired", async () => {
  await using catalog = await openCatalog({ type: "memory" });
  const topic = new MemoryTopic(1);
  topic.append(0, '{"customer_id":1}', '{"customer_id":2}');
  await drainRatings(crossed(catalog), topic);
  expect(await verifyTable({ catalog, identifier: table })).toMatchObject({
    isProved: true,
    sources: [{ partitions: [{ found: { rows: 2 } }] }],
  });
});
