import { join } from "node:path";
import { rowAt } from "@salon/columns";
import { createWorkDirectory, startPostgres, startTcpProxy } from "@salon/testkit";
import type { PostgresService } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTable,
  defineSchema,
  IcebergError,
  openCatalog,
  openTable,
} from "../../src/index.ts";
import type { IcebergErrorCode } from "../../src/index.ts";
import { describeCatalog } from "../catalog/describe-catalog.ts";
import { describeSqlCatalog } from "./describe-sql-catalog.ts";

describeSqlCatalog("SQLite", (directory) => `sqlite:///${join(directory, "catalog.db")}`);

describe("PostgreSQL", () => {
  let postgres: PostgresService;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  // SQLAlchemy's URI names its driver; the same one opens our catalog.
  const uri = (): string => postgres.uri.replace("postgresql:", "postgresql+psycopg2:");
  describeSqlCatalog("PostgreSQL", uri);

  describeCatalog("sql on PostgreSQL", async () => {
    const directory = await createWorkDirectory("postgres-catalog");
    const settings = { type: "sql", uri: uri(), warehouse: directory.path };
    const catalog = await openCatalog(settings);
    const rival = await openCatalog(settings);
    return {
      catalog,
      rival,
      namespace: ["kit", "level"],
      async [Symbol.asyncDispose]() {
        await catalog[Symbol.asyncDispose]();
        await rival[Symbol.asyncDispose]();
        await directory[Symbol.asyncDispose]();
      },
    };
  });

  it("loses and doubles nothing where connections break in the middle of commits", async () => {
    await using directory = await createWorkDirectory("postgres-catalog");
    await using proxy = await startTcpProxy({ target: postgres });
    const behindProxy = postgres.uri.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    await using catalog = await openCatalog({
      type: "sql",
      uri: behindProxy,
      warehouse: directory.path,
    });
    const properties = { "commit.status-check.min-wait-ms": "10", "commit.retry.min-wait-ms": "1" };
    const schema = defineSchema({ id: "long" });
    await createTable(catalog, "broken.connections", { schema, properties });
    const appended = new Map<number, IcebergErrorCode | "done">();
    // Each append is cut at another moment of it; the last ones are left in peace.
    for (let id = 0; id < 65; id++) {
      const cutting = id < 60 ? setTimeout(() => proxy.cut(), id / 2) : undefined;
      try {
        const table = await openTable(catalog, "broken.connections");
        await table.append([{ id: BigInt(id) }]);
        appended.set(id, "done");
      } catch (error) {
        if (!(error instanceof IcebergError)) throw error;
        appended.set(id, error.code);
      }
      clearTimeout(cutting);
    }
    await using direct = await openCatalog({
      type: "sql",
      uri: postgres.uri,
      warehouse: directory.path,
    });
    const counts = new Map<number, number>();
    for await (const { batch } of (await openTable(direct, "broken.connections")).scan()) {
      for (let row = 0; row < batch.rowCount; row++) {
        const id = Number(rowAt(batch, row)["id"]);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    const allowed = {
      done: [1],
      CATALOG_UNAVAILABLE: [0],
      COMMIT_RETRIES_EXHAUSTED: [0],
      COMMIT_STATE_UNKNOWN: [0, 1],
    };
    for (const [id, outcome] of appended) {
      expect(Object.keys(allowed)).toContain(outcome);
      expect(allowed[outcome as keyof typeof allowed]).toContain(counts.get(id) ?? 0);
    }
    const last = [60, 61, 62, 63, 64].map((id) => appended.get(id));
    expect(last).toEqual(["done", "done", "done", "done", "done"]);
  });

  it("names the server that cannot be reached, without the password", async () => {
    const opened = openCatalog({
      type: "sql",
      uri: "postgresql://me:secret@127.0.0.1:1/lake",
      warehouse: "/nowhere",
    });
    const error = await opened.then(
      () => undefined,
      (caught: unknown) => caught as IcebergError,
    );
    expect(error).toMatchObject({ code: "CATALOG_UNAVAILABLE", retryable: true });
    expect(error?.message).toContain("127.0.0.1:1");
    expect(error?.message).not.toContain("secret");
  });
});
