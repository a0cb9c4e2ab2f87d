import { valueAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import {
  appendToTable,
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  parseTableIdentifier,
  scanTable,
  writePositionDeletes,
} from "../../src/index.ts";
import type { Catalog, DeletedRows, PlainRow } from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, sharedCatalogs } from "./catalogs-of-engines.ts";

const engines = [
  await useSharedReader("spark"),
  await useSharedReader("pyiceberg"),
  await useSharedReader("duckdb"),
];

function visits(from: number): PlainRow[] {
  return Array.from({ length: 60 }, (_, index) => ({
    id: from + index,
    city: index % 2 === 0 ? "Köln" : null,
    at: `2025-01-${index % 7 < 3 ? "15" : "16"}T10:00:00Z`,
  }));
}

/** Deletes the rows whose ids are divisible by 3, as whoever scans a table finds them. */
async function deleteThirds(catalog: Catalog, name: string): Promise<void> {
  const table = await catalog.loadTable(parseTableIdentifier(name));
  const found = new Map<string, DeletedRows & { readonly positions: number[] }>();
  for await (const { dataFile, batch, positions } of scanTable({ table, columns: ["id"] })) {
    const [ids] = batch.columns;
    for (const [row, position] of [...positions].entries()) {
      if (ids === undefined || Number(valueAt(ids, row)) % 3 !== 0) continue;
      const rows = found.get(dataFile.filePath) ?? { dataFile, positions: [] };
      found.set(dataFile.filePath, rows);
      rows.positions.push(position);
    }
  }
  const deleteFiles = await writePositionDeletes(table, [...found.values()]);
  await appendToTable({ catalog, table, request: { deleteFiles } });
}

describe.each(sharedCatalogs)("deletes of single rows in %s", (_, shared) => {
  it.each([
    ["without partitions", {}],
    ["in partitions", { city: "identity(city)", day: "day(at)" }],
  ])("hold for all engines, %s", async (_place, partitions) => {
    await using catalog = await openCatalog(shared.settings);
    const name = `${freshNamespace("deletes")}.visits`;
    const schema = defineSchema({ id: "int", city: "string", at: "timestamptz" });
    const table = await createTable(catalog, name, {
      schema,
      partitionSpec: definePartitionSpec(schema, partitions),
    });
    await table.append(visits(0));
    await table.append(visits(60));
    await deleteThirds(catalog, name);
    await table.append(visits(120));
    // The rows that are deleted already are not found a second time.
    await deleteThirds(catalog, name);

    const left = Array.from({ length: 180 }, (__, id) => id).filter((id) => id % 3 !== 0);
    const read = { catalog: shared.reference, table: name, columns: ["id"] };
    const rows = left.map((id) => ({ id }));
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
    await table.refresh();
    const [newest] = table.metadata.snapshots.toReversed();
    expect(newest?.summary).toMatchObject({
      operation: "delete",
      "added-position-deletes": "20",
      "total-position-deletes": "60",
      // Deletes do not count against it, in Iceberg's own summaries neither.
      "total-records": "180",
    });
  });
});
