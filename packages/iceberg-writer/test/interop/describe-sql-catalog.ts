import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rowAt } from "@salon/columns";
import { createWorkDirectory, installPython, runProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { createTable, defineSchema, openCatalog, openTable } from "../../src/index.ts";
import type { Table } from "../../src/index.ts";

const program = join(import.meta.dirname, "sql_catalog.py");
const schema = defineSchema({ id: "long", name: "string" });

/** What PyIceberg's SqlCatalog does in the database at `uriIn`, as JSON. */
async function pyiceberg(operation: string, ...args: readonly string[]): Promise<unknown> {
  const command = await installPython("readers");
  const output = await runProcess({ command, args: [program, operation, ...args] });
  return output === "" ? undefined : (JSON.parse(output) as unknown);
}

async function idsOf(table: Table): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const { batch } of table.scan()) {
    for (let row = 0; row < batch.rowCount; row++) ids.push(Number(rowAt(batch, row)["id"]));
  }
  return ids.toSorted((left, right) => left - right);
}

/** Tables that we and PyIceberg share in one database, in turns. */
export function describeSqlCatalog(name: string, uriIn: (directory: string) => string): void {
  describe(`a sql catalog in ${name}, shared with PyIceberg`, () => {
    it("continues a table that PyIceberg created and goes on with", async () => {
      await using directory = await createWorkDirectory("sql-catalog");
      const uri = uriIn(directory.path);
      const warehouse = `file://${directory.path}`;
      const place = [uri, warehouse, `theirs_${randomUUID().slice(0, 8)}.events`] as const;
      await pyiceberg("create", ...place, "1", "2");
      await using catalog = await openCatalog({ type: "sql", uri, warehouse });
      const table = await openTable(catalog, place[2]);
      await table.append([{ id: 3n, name: "ours" }]);
      await pyiceberg("append", ...place, "4");
      await table.append([{ id: 5n, name: "ours" }]);
      expect(await pyiceberg("read", ...place)).toEqual([1, 2, 3, 4, 5]);
      expect(await idsOf(await openTable(catalog, place[2]))).toEqual([1, 2, 3, 4, 5]);
    });

    it("has tables that PyIceberg lists, reads and appends to", async () => {
      await using directory = await createWorkDirectory("sql-catalog");
      const uri = uriIn(directory.path);
      const warehouse = `file://${directory.path}`;
      const namespace = `ours_${randomUUID().slice(0, 8)}`;
      const place = [uri, warehouse, `${namespace}.events`] as const;
      await using catalog = await openCatalog({ type: "sql", uri, warehouse });
      const table = await createTable(catalog, place[2], { schema });
      await table.append([{ id: 1n, name: "ours" }]);
      expect(await pyiceberg("list", ...place)).toEqual([[namespace, "events"]]);
      await pyiceberg("append", ...place, "2", "3");
      await table.append([{ id: 4n, name: "ours" }]);
      expect(await pyiceberg("read", ...place)).toEqual([1, 2, 3, 4]);
      expect(await idsOf(await openTable(catalog, place[2]))).toEqual([1, 2, 3, 4]);
    });

    it("has tables whose old metadata files go, ours by us and theirs by PyIceberg", async () => {
      await using directory = await createWorkDirectory("sql-catalog");
      const uri = uriIn(directory.path);
      const warehouse = `file://${directory.path}`;
      const namespace = `kept_${randomUUID().slice(0, 8)}`;
      const place = [uri, warehouse, `${namespace}.events`] as const;
      await using catalog = await openCatalog({ type: "sql", uri, warehouse });
      const properties = {
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "2",
      };
      const table = await createTable(catalog, place[2], { schema, properties });
      for (const id of [1n, 2n, 3n, 4n]) await table.append([{ id, name: "ours" }]);
      const folder = join(fileURLToPath(table.metadata.location), "metadata");
      const versions = async (): Promise<readonly string[]> => {
        const names = (await readdir(folder)).filter((name) => name.endsWith(".metadata.json"));
        return names.map((name) => name.slice(0, 5)).toSorted();
      };
      expect(await versions()).toEqual(["00002", "00003", "00004"]);
      await pyiceberg("append", ...place, "5");
      await table.refresh();
      await table.append([{ id: 6n, name: "ours" }]);
      expect(await versions()).toEqual(["00004", "00005", "00006"]);
      expect(await pyiceberg("read", ...place)).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });
}
