import { expect, it } from "vitest";

import { openSqlCatalog } from "../../../src/catalog/sql/sql-catalog.ts";
import type { SqlChange, SqlDatabase } from "../../../src/catalog/sql/sql-database.ts";
import { openSqliteDatabase } from "../../../src/catalog/sql/sqlite-database.ts";
import { createTable, defineSchema } from "../../../src/index.ts";
import type { Catalog, Table } from "../../../src/index.ts";
import { createMemoryFileIo } from "../../../src/io/memory-file-io.ts";
import { snapshotCommit } from "../describe-catalog.ts";

const schema = defineSchema({ id: "long" });
const lost: SqlChange = { kind: "unknown", cause: new Error("the connection was lost") };

/** What happens to one statement; `send` hands it to the database. */
type Fate = (send: () => Promise<SqlChange>) => Promise<SqlChange>;

/** A database in memory behind a connection that breaks when it is told to. */
async function openBehindConnection(): Promise<{
  readonly catalog: Catalog;
  readonly locations: () => Promise<readonly string[]>;
  /** The fate of the next statement that begins so. */
  readonly meet: (start: "UPDATE" | "INSERT INTO iceberg_tables", fate: Fate) => void;
}> {
  const database = await openSqliteDatabase(":memory:");
  const fileIo = createMemoryFileIo();
  const fates = new Map<string, Fate>();
  const connection: SqlDatabase = {
    query: (...args) => database.query(...args),
    change(...args) {
      const send = (): Promise<SqlChange> => database.change(...args);
      for (const [start, fate] of fates) {
        if (!args[0].startsWith(start)) continue;
        fates.delete(start);
        return fate(send);
      }
      return send();
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return {
    catalog: await openSqlCatalog({
      database: connection,
      fileIo,
      catalogName: "default",
      warehouse: "memory://warehouse",
      nowMs: Date.now,
      randomUuid: () => crypto.randomUUID(),
    }),
    async locations() {
      const found: string[] = [];
      for await (const { location } of fileIo.list("memory://warehouse/")) found.push(location);
      return found;
    },
    meet: (start, fate) => void fates.set(start, fate),
  };
}

const quick = {
  "commit.status-check.min-wait-ms": "1",
  "commit.status-check.max-wait-ms": "1",
  "commit.status-check.num-retries": "2",
};

async function snapshotCount(table: Table): Promise<number> {
  await table.refresh();
  return table.metadata.snapshots.length;
}

it("finds an append whose answer was lost after the swap, and does not repeat it", async () => {
  const { catalog, meet } = await openBehindConnection();
  await using _ = catalog;
  const table = await createTable(catalog, "db.t", { schema, properties: quick });
  meet("UPDATE", async (send) => {
    await send();
    return lost;
  });
  await table.append([{ id: 1n }]);
  expect(await snapshotCount(table)).toBe(1);
});

it("appends once where the swap did not come in time, and comes after all", async () => {
  const { catalog, meet } = await openBehindConnection();
  await using _ = catalog;
  const table = await createTable(catalog, "db.t", { schema, properties: quick });
  let late: (() => Promise<SqlChange>) | undefined;
  meet("UPDATE", async (send) => {
    late = send;
    return lost;
  });
  await table.append([{ id: 1n }]);
  expect(await late?.()).toEqual({ kind: "done", changedRows: 0 });
  expect(await snapshotCount(table)).toBe(1);
  const rowCounts: number[] = [];
  for await (const { batch } of table.scan()) rowCounts.push(batch.rowCount);
  expect(rowCounts).toEqual([1]);
});

it("changes nothing by a swap that comes after another writer's", async () => {
  const { catalog, meet } = await openBehindConnection();
  await using _ = catalog;
  const { catalogTable: base } = await createTable(catalog, "db.t", { schema });
  let late: (() => Promise<SqlChange>) | undefined;
  meet("UPDATE", async (send) => {
    late = send;
    return lost;
  });
  expect((await catalog.commitTable(base, snapshotCommit(base, 1n))).kind).toBe("unknown");
  expect((await catalog.commitTable(base, snapshotCommit(base, 2n))).kind).toBe("committed");
  expect(await late?.()).toEqual({ kind: "done", changedRows: 0 });
  const { metadata } = await catalog.loadTable(base.identifier);
  expect(metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([2n]);
});

it("has created a table whose insert was answered by nobody", async () => {
  const { catalog, meet } = await openBehindConnection();
  await using _ = catalog;
  meet("INSERT INTO iceberg_tables", async (send) => {
    await send();
    return lost;
  });
  const table = await createTable(catalog, "db.t", { schema });
  await table.append([{ id: 1n }]);
  expect(await snapshotCount(table)).toBe(1);
});
