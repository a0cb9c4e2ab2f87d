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
import { MemoryTopic } from "./memory-topic.ts";

/**
 * A catalog in which another engine is quicker than the commit of rows: that is refused, looks at
 * the table anew, and what it finds there is taken back and expired before it is read.
 */
function crossed(catalog: Catalog): Catalog {
  let at: "start" | "refused" | "over" = "start";
  let former: CatalogTable | undefined;
  return {
    kind: catalog.kind,
    commitGuard: catalog.commitGuard,
    loadTable: async (...args) => {
      const loaded = await catalog.loadTable(...args);
      if (at !== "refused" || former === undefined || args[0].name !== table.name) return loaded;
      at = "over";
      await takeBack(catalog, former);
      return loaded;
    },
    tableExists: (...args) => catalog.tableExists(...args),
    createTable: (...args) => catalog.createTable(...args),
    commitTable: async (...args) => {
      const [base] = args;
      if (at === "start" && base.metadata.snapshots.length > 0) {
        at = "refused";
        former = base;
        await appendToTable({ catalog, table: await catalog.loadTable(table), request: {} });
      }
      return catalog.commitTable(...args);
    },
    dropTable: (...args) => catalog.dropTable(...args),
    listTables: (...args) => catalog.listTables(...args),
    ensureNamespace: (...args) => catalog.ensureNamespace(...args),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Main is where it was, and no file is left of what came after. */
async function takeBack(catalog: Catalog, { metadata }: CatalogTable): Promise<void> {
  const snapshotId = currentSnapshot(metadata)?.snapshotId ?? 0n;
  const ref = { type: "branch", snapshotId } as const;
  await catalog.commitTable(await catalog.loadTable(table), {
    requirements: [],
    updates: [{ action: "set-snapshot-ref", refName: "main", ref }],
  });
  await expireSnapshots({
    catalog,
    table: await catalog.loadTable(table),
    retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
    deleteDataFiles: true,
    components: { nowMs: () => Date.parse("2100-01-01T00:00:00Z") },
  });
}

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
