import { resolve } from "node:path";

import { describe, expect, it } from "vitest";

import { openCatalog, warehouseLocation } from "../../src/catalog/open-catalog.ts";
import type { SqlDatabase } from "../../src/catalog/sql/sql-database.ts";
import { openSqliteDatabase } from "../../src/catalog/sql/sqlite-database.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";

const fetch = async (): Promise<Response> => new Response('{"defaults":{},"overrides":{}}');

describe("openCatalog", () => {
  it("takes the type from the settings, or from what they hold", async () => {
    expect((await openCatalog({ warehouse: "/tmp/w" })).kind).toBe("hadoop");
    expect((await openCatalog({ type: "HADOOP", warehouse: "s3a://w" })).kind).toBe("hadoop");
    expect((await openCatalog({ type: "memory" })).kind).toBe("memory");
    expect((await openCatalog({ uri: "https://catalog" }, { fetch })).kind).toBe("rest");
  });

  it("opens a SQL catalog in the database that is given, which is closed with it", async () => {
    const inner = await openSqliteDatabase(":memory:");
    let isClosed = false;
    const database: SqlDatabase = {
      query: (...args) => inner.query(...args),
      change: (...args) => inner.change(...args),
      async [Symbol.asyncDispose]() {
        isClosed = true;
        await inner[Symbol.asyncDispose]();
      },
    };
    const settings = { type: "sql", warehouse: "memory://warehouse" };
    const catalog = await openCatalog(settings, { database, fileIo: createMemoryFileIo() });
    await catalog.ensureNamespace(["salon"]);
    const names = await inner.query("SELECT namespace FROM iceberg_namespace_properties", []);
    expect(names).toEqual([expect.objectContaining({ namespace: "salon" })]);
    await catalog[Symbol.asyncDispose]();
    expect(isClosed).toBe(true);
  });

  it("names what it does not know or misses", async () => {
    await expect(openCatalog({ type: "hive" })).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining("hadoop, rest, sql, memory"),
    });
    await expect(openCatalog({ type: "hadoop" })).rejects.toThrow(/warehouse/u);
    await expect(openCatalog({ type: "rest" })).rejects.toThrow(/uri/u);
  });

  it("names the scheme that no storage serves", async () => {
    const catalog = await openCatalog({ type: "hadoop", warehouse: "gs://bucket" });
    await expect(catalog.loadTable({ namespace: [], name: "t" })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining('"gs"'),
    });
  });
});

describe("warehouseLocation", () => {
  it.each([
    ["s3a://warehouse", "s3a://warehouse"],
    ["s3a://warehouse/db/", "s3a://warehouse/db"],
    ["/tmp/w/", "file:///tmp/w"],
    ["file:/tmp/w", "file:///tmp/w"],
    ["file:///tmp/w", "file:///tmp/w"],
    ["./warehouse", `file://${resolve("warehouse")}`],
    ["memory://w", "memory://w"],
  ])("of %s is %s", (warehouse, location) => {
    expect(warehouseLocation(warehouse)).toBe(location);
  });
});
