import { describe, expect, it } from "vitest";

import { openSqlCatalog } from "../../src/catalog/sql/sql-catalog.ts";
import type { SqlChange, SqlDatabase } from "../../src/catalog/sql/sql-database.ts";
import { openSqliteDatabase } from "../../src/catalog/sql/sqlite-database.ts";
import { createTable, defineSchema, IcebergError, openCatalog } from "../../src/index.ts";
import type { FileIo, Table } from "../../src/index.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { scriptFileIo } from "../io/scripted-file-io.ts";

const schema = defineSchema({ id: "long" });
const properties = {
  "write.metadata.delete-after-commit.enabled": "true",
  "write.metadata.previous-versions-max": "2",
  "commit.status-check.min-wait-ms": "1",
};

/** A table of a SQL catalog with these properties, and five appends. */
async function fillSqlTable(
  fileIo: FileIo,
  changes: {
    readonly properties?: Readonly<Record<string, string>>;
    readonly change?: (send: () => Promise<SqlChange>) => Promise<SqlChange>;
  } = {},
): Promise<Table> {
  const database = await openSqliteDatabase(":memory:");
  const { change = (send: () => Promise<SqlChange>) => send() } = changes;
  const connection: SqlDatabase = {
    query: (...args) => database.query(...args),
    change: (...args) => {
      const send = (): Promise<SqlChange> => database.change(...args);
      return args[0].startsWith("UPDATE") ? change(send) : send();
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  await using catalog = await openSqlCatalog({
    database: connection,
    fileIo,
    catalogName: "default",
    warehouse: "memory://warehouse",
    nowMs: Date.now,
    randomUuid: () => crypto.randomUUID(),
  });
  const all = { ...properties, ...changes.properties };
  return await fill(await createTable(catalog, "db.t", { schema, properties: all }));
}

async function fill(table: Table): Promise<Table> {
  for (let id = 0n; id < 5n; id++) await table.append([{ id }]);
  return table;
}

/** The versions whose metadata files are there. */
async function versionsIn(fileIo: FileIo): Promise<readonly number[]> {
  const versions: number[] = [];
  for await (const { location } of fileIo.list("memory://warehouse/")) {
    const [, version] = /\/v?(\d+)[^/]*\.metadata\.json$/u.exec(location) ?? [];
    if (version !== undefined) versions.push(Number(version));
  }
  return versions.toSorted((left, right) => left - right);
}

describe("old metadata files of a table in a SQL catalog", () => {
  it("go when the log has dropped them, and the newest stay", async () => {
    const fileIo = createMemoryFileIo();
    const table = await fillSqlTable(fileIo);
    expect(await versionsIn(fileIo)).toEqual([3, 4, 5]);
    const logged = table.metadata.metadataLog.map(({ metadataFile }) => metadataFile);
    expect(logged).toHaveLength(2);
    for (const location of logged) expect(await fileIo.stat(location)).toBeDefined();
  });

  it.each([
    ["without the property", { "write.metadata.delete-after-commit.enabled": "false" }],
    ["of which the log has all", { "write.metadata.previous-versions-max": "100" }],
  ])("stay, %s", async (_, changed) => {
    const fileIo = createMemoryFileIo();
    await fillSqlTable(fileIo, { properties: changed });
    expect(await versionsIn(fileIo)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("stay after a commit of which nobody knows whether it succeeded", async () => {
    const fileIo = createMemoryFileIo();
    await fillSqlTable(fileIo, {
      change: async (send) => {
        await send();
        return { kind: "unknown", cause: new Error("the connection was lost") };
      },
    });
    expect(await versionsIn(fileIo)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("fail no commit where they cannot be deleted", async () => {
    const fileIo = createMemoryFileIo();
    const guarded = scriptFileIo(fileIo, {
      delete: () => Promise.reject(new IcebergError("ACCESS_DENIED", "nothing may be deleted")),
    });
    const table = await fillSqlTable(guarded);
    expect(table.metadata.snapshots).toHaveLength(5);
    expect(await versionsIn(fileIo)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("versions of a table in the hadoop layout", () => {
  it("all stay, whatever the properties say: each is the lock of its number", async () => {
    const fileIo = createMemoryFileIo();
    const settings = { type: "hadoop", warehouse: "memory://warehouse" };
    await using catalog = await openCatalog(settings, { fileIo });
    await fill(await createTable(catalog, "db.t", { schema, properties }));
    expect(await versionsIn(fileIo)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
