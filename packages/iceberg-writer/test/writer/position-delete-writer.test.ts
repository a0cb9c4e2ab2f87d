import { describe, expect, it } from "vitest";

import {
  appendToTable,
  createTable,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  writePositionDeletes,
} from "../../src/index.ts";
import type { Catalog, DeletedRows, PlainRow, Table } from "../../src/index.ts";

const SCHEMA = defineSchema({ id: "int", city: "string" });

async function tableOf(
  catalog: Catalog,
  rows: readonly PlainRow[],
  properties: Readonly<Record<string, string>> = {},
): Promise<Table> {
  const partitionSpec = definePartitionSpec(SCHEMA, { city: "identity(city)" });
  const table = await createTable(catalog, "db.visits", {
    schema: SCHEMA,
    partitionSpec,
    properties,
  });
  await table.append(rows);
  return table;
}

async function deleteFirstRows(catalog: Catalog, table: Table): Promise<number> {
  const deleted: DeletedRows[] = [];
  for await (const { dataFile } of table.scan()) deleted.push({ dataFile, positions: [0] });
  const deleteFiles = await writePositionDeletes(table.catalogTable, deleted);
  await appendToTable({ catalog, table: table.catalogTable, request: { deleteFiles } });
  await table.refresh();
  return deleteFiles.length;
}

async function countRows(table: Table): Promise<number> {
  let count = 0;
  for await (const { batch } of table.scan()) count += batch.rowCount;
  return count;
}

describe("position deletes", () => {
  // A delete file holds for data files of its own partition alone (spec: Scan Planning).
  it.each([
    ["whose folders have one name", [null, "null"], {}],
    [
      "without folders",
      ["Köln", "Bonn"],
      {
        "write.object-storage.enabled": "true",
        "write.object-storage.partitioned-paths": "false",
      },
    ],
  ])("of two partitions %s hold in both", async (_, cities, properties) => {
    await using catalog = await openCatalog({ type: "memory" });
    const rows = cities.flatMap((city) => [
      { id: 1, city },
      { id: 2, city },
    ]);
    const table = await tableOf(catalog, rows, properties);
    expect(await deleteFirstRows(catalog, table)).toBe(2);
    expect(await countRows(table)).toBe(2);
  });
});
