import { appendToTable, expireSnapshots, IcebergError, openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import { drainRatings, table } from "./drain-ratings.ts";
import { MemoryTopic } from "./memory-topic.ts";
import { scriptCatalog } from "./scripted-catalog.ts";

/**
 * A catalog whose answer to the commit of rows comes after another engine has expired its snapshot,
 * and which then answers nothing for once.
 */
function slow(catalog: Catalog): Catalog {
  let isAway = false;
  let isOver = false;
  return scriptCatalog(catalog, {
    loadTable: (...args) => {
      if (!isAway) return catalog.loadTable(...args);
      isAway = false;
      return Promise.reject(
        new IcebergError("CATALOG_UNAVAILABLE", "away for once", { retryable: true }),
      );
    },
    commitTable: async (...args) => {
      const outcome = await catalog.commitTable(...args);
      const isUnit = outcome.kind === "committed" && outcome.table.metadata.snapshots.length > 1;
      if (!isUnit || isOver) return outcome;
      isOver = true;
      await appendToTable({ catalog, table: await catalog.loadTable(table), request: {} });
      const { table: newest } = await expireSnapshots({
        catalog,
        table: await catalog.loadTable(table),
        retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
        components: { nowMs: () => Date.parse("2100-01-01T00:00:00Z") },
      });
      isAway = true;
      return { kind: "committed", table: newest };
    },
  });
}

it("keeps the files of a commit that is expired before its answer is read", async () => {
  await using catalog = await openCatalog({ type: "memory" });
  const topic = new MemoryTopic(1);
  topic.append(0, '{"customer_id":1}', '{"customer_id":2}');
  await drainRatings(slow(catalog), topic);
  expect(await verifyTable({ catalog, identifier: table })).toMatchObject({
    isProved: true,
    sources: [{ partitions: [{ found: { rows: 2 } }] }],
  });
});
