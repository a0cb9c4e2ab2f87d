import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";

import { rowAt } from "@salon/columns";
import { createWorkDirectory } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { createTable, defineSchema, openTable } from "../../../src/index.ts";
import type { Catalog } from "../../../src/index.ts";
import { describeCatalog, snapshotCommit } from "../describe-catalog.ts";

const schema = defineSchema({ id: "long" });

describeCatalog("sql on SQLite", async () => {
  const directory = await createWorkDirectory("sqlite-catalog");
  const settings = { type: "sql", warehouse: directory.path };
  const catalog = await openCatalog(settings);
  const rival = await openCatalog(settings);
  return {
    catalog,
    rival,
    namespace: ["a", "b"],
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rival[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
});

/** A catalog in a directory of the test's own, and the rows that it keeps. */
async function openIn(path: string): Promise<{ catalog: Catalog; rows: () => unknown[] }> {
  const catalog = await openCatalog({ type: "sql", warehouse: path });
  return {
    catalog,
    rows() {
      using database = new DatabaseSync(join(path, "catalog.db"));
      return database
        .prepare("SELECT * FROM iceberg_tables")
        .all()
        .map((row) => ({ ...row }));
    },
  };
}

describe("a sql catalog", () => {
  it("records a table and each swap of its metadata as PyIceberg does", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const { catalog, rows } = await openIn(directory.path);
    await using _ = catalog;
    const table = await createTable(catalog, "db.events", { schema });
    const first = table.catalogTable.metadataLocation ?? "";
    expect(first).toMatch(/\/db\/events\/metadata\/00000-[\da-f-]{36}\.metadata\.json$/);
    await table.append([{ id: 1n }]);
    const second = table.catalogTable.metadataLocation ?? "";
    expect(second).toMatch(/\/00001-[\da-f-]{36}\.metadata\.json$/);
    expect(rows()).toEqual([
      {
        catalog_name: "default",
        table_namespace: "db",
        table_name: "events",
        metadata_location: second,
        previous_metadata_location: first,
      },
    ]);
    expect(table.metadata.metadataLog.map(({ metadataFile }) => metadataFile)).toEqual([first]);
  });

  it("leaves no metadata file of a commit that lost its race, and nobody's rows behind", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const { catalog } = await openIn(directory.path);
    await using _ = catalog;
    const table = await createTable(catalog, "db.raced", { schema });
    const base = table.catalogTable;
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        catalog.commitTable(base, snapshotCommit(base, BigInt(index + 1))),
      ),
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      "committed",
      ...Array.from({ length: 7 }, () => "conflict"),
    ]);
    const folder = join(directory.path, "db", "raced", "metadata");
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith(".metadata.json"))).toHaveLength(2);
  });

  it("takes the appends of two clients, each once", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    await using resources = new AsyncDisposableStack();
    const clients = await Promise.all([openIn(directory.path), openIn(directory.path)]);
    for (const { catalog } of clients) resources.use(catalog);
    const [first] = clients;
    await createTable(first.catalog, "db.shared", { schema });
    await Promise.all(
      clients.map(async ({ catalog }, client) => {
        const table = await openTable(catalog, "db.shared");
        await table.updateProperties({ set: { [`client-${client}`]: "was here" } });
        for (let i = 0; i < 10; i++) await table.append([{ id: BigInt(client * 100 + i) }]);
      }),
    );
    const ids: unknown[] = [];
    for await (const { batch } of (await openTable(first.catalog, "db.shared")).scan()) {
      for (let row = 0; row < batch.rowCount; row++) ids.push(rowAt(batch, row)["id"]);
    }
    const expected = [0, 1].flatMap((client) =>
      Array.from({ length: 10 }, (_, i) => BigInt(client * 100 + i)),
    );
    expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
  });

  it("compresses metadata where the table says so, and reads it", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const { catalog } = await openIn(directory.path);
    await using _ = catalog;
    const properties = { "write.metadata.compression-codec": "gzip" };
    const table = await createTable(catalog, "db.small", { schema, properties });
    const location = table.catalogTable.metadataLocation ?? "";
    expect(location).toMatch(/\.gz\.metadata\.json$/);
    const bytes = await readFile(new URL(location));
    expect(JSON.parse(gunzipSync(bytes).toString("utf8"))).toMatchObject({ "format-version": 2 });
    await table.append([{ id: 1n }]);
    const { metadata } = await openTable(catalog, "db.small");
    expect(metadata.snapshots).toHaveLength(1);
  });

  it("sees no views, and gives no table the name of one", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    using database = new DatabaseSync(join(directory.path, "catalog.db"));
    database.exec(`CREATE TABLE iceberg_tables (
      catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL,
      table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000),
      previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),
      PRIMARY KEY (catalog_name, table_namespace, table_name))`);
    database.exec("INSERT INTO iceberg_tables VALUES ('default', 'db', 'v', 'x', NULL, 'VIEW')");
    const { catalog } = await openIn(directory.path);
    await using _ = catalog;
    const view = { namespace: ["db"], name: "v" };
    expect(await catalog.listTables(["db"])).toEqual([]);
    expect(await catalog.tableExists(view)).toBe(false);
    await expect(catalog.createTable(view, { schema })).rejects.toMatchObject({
      code: "TABLE_ALREADY_EXISTS",
    });
    await createTable(catalog, "db.t", { schema });
    expect(database.prepare("SELECT iceberg_type FROM iceberg_tables ORDER BY 1").all()).toEqual([
      expect.objectContaining({ iceberg_type: "TABLE" }),
      expect.objectContaining({ iceberg_type: "VIEW" }),
    ]);
  });

  it("waits while another process writes, and says so where that takes too long to wait for", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const { catalog } = await openIn(directory.path);
    await using _ = catalog;
    using other = new DatabaseSync(join(directory.path, "catalog.db"));
    other.exec("BEGIN EXCLUSIVE");
    const created = createTable(catalog, "db.waiting", { schema });
    const patience = AbortSignal.timeout(50);
    await expect(catalog.listTables(["db"], { signal: patience })).rejects.toThrow("aborted");
    other.exec("COMMIT");
    expect((await created).identifier.name).toBe("waiting");
  });

  it("needs a namespace that is there, whose levels have no dots", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const { catalog } = await openIn(directory.path);
    await using _ = catalog;
    const create = (...namespace: string[]): Promise<unknown> =>
      catalog.createTable({ namespace, name: "t" }, { schema });
    await expect(create("nowhere")).rejects.toMatchObject({ code: "NAMESPACE_NOT_FOUND" });
    await expect(create()).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
    await expect(create("a.b")).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
  });

  it("keeps catalogs of different names in one database apart", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const settings = { type: "sql", warehouse: directory.path };
    await using one = await openCatalog({ ...settings, "catalog-name": "one" });
    await using two = await openCatalog({ ...settings, "catalog-name": "two" });
    await createTable(one, "db.t", { schema });
    expect(await two.listTables(["db"])).toEqual([]);
  });

  it("says which file is no database", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const path = join(directory.path, "catalog.db");
    await writeFile(path, "this is text, and longer than the header of a database file would be");
    await expect(openIn(directory.path)).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      message: expect.stringContaining(path) as string,
    });
  });

  it("is found by its uri alone", async () => {
    await using directory = await createWorkDirectory("sqlite-catalog");
    const uri = `sqlite:///${join(directory.path, "deep", "er", "lake.db")}`;
    await using catalog = await openCatalog({ uri, warehouse: directory.path });
    expect(catalog.kind).toBe("sql");
    expect(await readdir(join(directory.path, "deep", "er"))).toContain("lake.db");
  });
});
