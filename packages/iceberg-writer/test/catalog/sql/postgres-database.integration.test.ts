import { createWorkDirectory, startPostgres } from "@salon/testkit";
import type { PostgresService } from "@salon/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTable, defineSchema, openCatalog, openTable } from "../../../src/index.ts";
import { snapshotCommit } from "../describe-catalog.ts";

const schema = defineSchema({ id: "long" });

describe("a sql catalog in PostgreSQL", () => {
  let postgres: PostgresService;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  /** A session of the server's owner. */
  async function connectOwner(): Promise<pg.Client & AsyncDisposable> {
    const client = new pg.Client({ connectionString: postgres.uri });
    await client.connect();
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
  }

  it("is used by who may not create tables, and refused to who may not read them", async () => {
    await using directory = await createWorkDirectory("postgres-rights");
    const warehouse = directory.path;
    await using owned = await openCatalog({ uri: postgres.uri, warehouse });
    await createTable(owned, "rights.events", { schema });
    await using owner = await connectOwner();
    await owner.query(`CREATE USER writer; CREATE USER stranger;
      REVOKE CREATE ON SCHEMA public FROM PUBLIC;
      GRANT SELECT, INSERT, UPDATE ON iceberg_tables, iceberg_namespace_properties TO writer`);
    const uriOf = (user: string): string => postgres.uri.replace("//salon@", `//${user}@`);
    await using catalog = await openCatalog({ uri: uriOf("writer"), warehouse });
    const table = await openTable(catalog, "rights.events");
    await table.append([{ id: 1n }]);
    expect(table.metadata.snapshots).toHaveLength(1);
    await expect(openCatalog({ uri: uriOf("stranger"), warehouse })).rejects.toMatchObject({
      code: "CATALOG_UNAUTHORIZED",
    });
    await expect(openCatalog({ uri: uriOf("nobody_at_all"), warehouse })).rejects.toMatchObject({
      code: "CATALOG_UNAUTHORIZED",
    });
  });

  it("does not know of a commit whose answer it was told to await no longer", async () => {
    await using directory = await createWorkDirectory("postgres-abort");
    await using catalog = await openCatalog({ uri: postgres.uri, warehouse: directory.path });
    const { catalogTable: base } = await createTable(catalog, "aborted.events", { schema });
    await using owner = await connectOwner();
    await owner.query("BEGIN");
    // Reads pass, and updates wait.
    await owner.query("LOCK TABLE iceberg_tables IN SHARE MODE");
    const abort = new AbortController();
    const outcome = catalog.commitTable(base, snapshotCommit(base, 1n), { signal: abort.signal });
    await using watcher = await connectOwner();
    await expect
      .poll(
        async () => {
          const waiting = "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted";
          const { rows } = await watcher.query<{ readonly n: number }>(waiting);
          return rows[0]?.n;
        },
        { timeout: 60_000 },
      )
      .toBe(1);
    abort.abort();
    expect(await outcome).toMatchObject({ kind: "unknown" });
    await owner.query("COMMIT");
    // Whatever became of it, it is whole, and its rival is told.
    const rival = await catalog.commitTable(base, snapshotCommit(base, 2n));
    const { metadata } = await catalog.loadTable(base.identifier);
    expect(metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([
      rival.kind === "committed" ? 2n : 1n,
    ]);
  });
});
