import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { rowAt } from "@salon/columns";
import { createWorkDirectory, startRestCatalog } from "@salon/testkit";
import { expect, it } from "vitest";

import { createTable, defineSchema, openCatalog, openTable } from "../../src/index.ts";
import type { Catalog } from "../../src/index.ts";

const schema = defineSchema({ id: "long" });
/** What the reference REST server calls the JdbcCatalog behind it. */
const CATALOG_NAME = "rest_backend";

async function idsIn(catalog: Catalog, table: string): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for await (const { batch } of (await openTable(catalog, table)).scan()) {
    for (let row = 0; row < batch.rowCount; row++) ids.push(rowAt(batch, row)["id"]);
  }
  return ids.toSorted((left, right) => Number(left) - Number(right));
}

it.each(["we", "Java"])(
  "shares a database with Java's JdbcCatalog, which %s created",
  async (creator) => {
    await using directory = await createWorkDirectory("jdbc-catalog");
    await using resources = new AsyncDisposableStack();
    const databasePath = join(directory.path, "catalog.db");
    const warehouse = `file://${join(directory.path, "warehouse")}`;
    const openOurs = async (): Promise<Catalog> =>
      resources.use(
        await openCatalog({
          type: "sql",
          uri: `jdbc:sqlite:${databasePath}`,
          warehouse,
          "catalog-name": CATALOG_NAME,
        }),
      );
    const openJava = async (): Promise<Catalog> => {
      const { uri } = resources.use(await startRestCatalog({ warehouse, databasePath }));
      return resources.use(await openCatalog({ type: "rest", uri, warehouse }));
    };
    const [first, second] =
      creator === "we"
        ? [await openOurs(), await openJava()]
        : [await openJava(), await openOurs()];

    const created = await createTable(first, "one.events", { schema });
    await created.append([{ id: 1n }]);
    expect(await second.listTables(["one"])).toEqual([created.identifier]);
    const continued = await openTable(second, "one.events");
    await continued.append([{ id: 2n }]);
    await created.append([{ id: 3n }]);

    const answered = await createTable(second, "two.events", { schema });
    await answered.append([{ id: 4n }]);
    await (await openTable(first, "two.events")).append([{ id: 5n }]);

    for (const catalog of [first, second]) {
      expect(await idsIn(catalog, "one.events")).toEqual([1n, 2n, 3n]);
      expect(await idsIn(catalog, "two.events")).toEqual([4n, 5n]);
    }
    using database = new DatabaseSync(databasePath);
    const rows = database.prepare("SELECT catalog_name, table_namespace FROM iceberg_tables").all();
    expect(rows.map((row) => ({ ...row }))).toEqual(
      expect.arrayContaining([
        { catalog_name: CATALOG_NAME, table_namespace: "one" },
        { catalog_name: CATALOG_NAME, table_namespace: "two" },
      ]),
    );
  },
);
