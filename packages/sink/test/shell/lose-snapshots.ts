import { appendToTable, expireSnapshots, scanTable, updateProperties } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { sourceKey } from "../../src/protocol/source-record.ts";
import { table } from "./drain-ratings.ts";

/** The property of the table that has a copy of the position. */
export const copyKey = sourceKey("ratings");

/** A snapshot of another engine is all that is left. */
export async function expireBelowForeign(catalog: Catalog): Promise<void> {
  await appendToTable({ catalog, table: await catalog.loadTable(table), request: {} });
  await expireSnapshots({
    catalog,
    table: await catalog.loadTable(table),
    retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 },
    components: { nowMs: () => Date.parse("2100-01-01T00:00:00Z") },
  });
}

/** The same, and a copy that somebody edited. */
export async function loseSnapshots(catalog: Catalog, copy: string | undefined): Promise<void> {
  await expireBelowForeign(catalog);
  const changes = copy === undefined ? { remove: [copyKey] } : { set: { [copyKey]: copy } };
  await updateProperties({ catalog, table: await catalog.loadTable(table), changes });
}

/** How many rows a table has. */
export async function countRows(catalog: Catalog, identifier = table): Promise<number> {
  let count = 0;
  for await (const { batch } of scanTable({ table: await catalog.loadTable(identifier) })) {
    count += batch.rowCount;
  }
  return count;
}
