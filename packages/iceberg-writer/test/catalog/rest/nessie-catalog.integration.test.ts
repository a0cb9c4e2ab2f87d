import { randomUUID } from "node:crypto";

import { startNessie, startTokenServer, useSharedReader, useSharedServices } from "@salon/testkit";
import type { NessieService, TokenServer } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createTable, defineSchema, openCatalog, openTable } from "../../../src/index.ts";
import type { Catalog, CatalogComponents } from "../../../src/index.ts";
import { describeCatalog } from "../describe-catalog.ts";

const { s3, bucket } = useSharedServices();
/** So short that every test outlives a token. */
const lifetimeSeconds = 3;

let tokens: TokenServer;
let nessie: NessieService;

beforeAll(async () => {
  tokens = await startTokenServer({ lifetimeSeconds });
  const warehouse = `s3://${bucket}/nessie-${randomUUID()}`;
  nessie = await startNessie({ s3, warehouse, publicKey: tokens.publicKey });
});

afterAll(async () => {
  await nessie[Symbol.asyncDispose]();
  await tokens[Symbol.asyncDispose]();
});

/** All that a client is given: where the catalog is, and who it is. No key of the store. */
const connect = (components: CatalogComponents = {}): Promise<Catalog> =>
  openCatalog(
    {
      type: "rest",
      uri: nessie.uri,
      "oauth2-server-uri": tokens.uri,
      credential: tokens.credential,
    },
    components,
  );

describeCatalog("Nessie", async () => {
  const catalog = await connect();
  const rival = await connect();
  return {
    catalog,
    rival,
    namespace: [`catalog_${randomUUID().replaceAll("-", "")}`],
    lacks: ["history", "absentRef"],
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rival[Symbol.asyncDispose]();
    },
  };
});

describe("Nessie", () => {
  const namespace = `engines_${randomUUID().replaceAll("-", "")}`;
  const name = `${namespace}.ratings`;
  const schema = defineSchema({ id: "long", comment: "string" });

  it("takes appends from two clients, beyond the life of their tokens", async () => {
    await using catalog = await connect();
    await using rival = await connect();
    const table = await createTable(catalog, name, { schema });
    const others = await openTable(rival, name);
    const before = tokens.given();
    const endMs = Date.now() + 2 * lifetimeSeconds * 1000;
    let rows = 0n;
    while (Date.now() < endMs) {
      await Promise.all([
        table.append([{ id: rows, comment: "ours" }]),
        others.append([{ id: rows + 1n, comment: null }]),
      ]);
      rows += 2n;
    }
    expect(tokens.given() - before).toBeGreaterThanOrEqual(2);
    await table.refresh();
    let read = 0;
    for await (const { batch } of table.scan()) read += batch.rowCount;
    expect(BigInt(read)).toBe(rows);
  });

  it("gives other credentials before those of a table end, for a file that is being written", async () => {
    const clock = { aheadMs: 0 };
    const nowMs = (): number => Date.now() + clock.aheadMs;
    const keys: string[] = [];
    // It does not say when they end.
    const dating: typeof globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const text = await response.text();
      const key = /"s3.access-key-id" : "([^"]*)"/u.exec(text)?.[1];
      if (key !== undefined) keys.push(key);
      const end = `"s3.session-token-expires-at-ms" : "${nowMs() + 600_000}"`;
      return new Response(text.replace('"s3.session-token" :', `${end}, $&`), response);
    };
    await using catalog = await connect({ fetch: dating, nowMs });
    const table = await createTable(catalog, `${namespace}.long`, { schema });
    const loads = keys.length;
    const rows = async function* (): AsyncGenerator<{ readonly id: bigint }> {
      yield { id: 1n };
      clock.aheadMs = 600_000;
      yield { id: 2n };
    };
    await table.append(rows());
    expect(keys.length).toBeGreaterThan(loads);
    let read = 0;
    for await (const { batch } of table.scan()) read += batch.rowCount;
    expect(read).toBe(2);
  });

  it("gives other credentials where the store takes those of a table for outdated", async () => {
    let loads = 0;
    const spoiling: typeof globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const text = await response.text();
      if (!text.includes("s3.session-token")) return new Response(text, response);
      loads += 1;
      if (loads > 1) return new Response(text, response);
      return new Response(text.replace(/("s3.session-token" : ")[^"]*/u, "$1ended"), response);
    };
    await using catalog = await connect({ fetch: spoiling });
    const table = await openTable(catalog, name);
    expect(loads).toBe(1);
    let rows = 0;
    for await (const { batch } of table.scan()) rows += batch.rowCount;
    expect(rows).toBeGreaterThan(0);
    expect(loads).toBe(2);
  });

  it.each(["pyiceberg", "duckdb"] as const)("hands them to %s", async (engine) => {
    await using reader = await useSharedReader(engine);
    const rows = await reader.readTable({
      catalog: { kind: "rest", uri: nessie.uri, token: tokens.lastingToken(), s3 },
      table: name,
    });
    const ids = rows.map(({ id }) => Number(id)).toSorted((left, right) => left - right);
    expect(ids).toEqual(Array.from(ids, (_, index) => index));
    expect(ids.length).toBeGreaterThan(0);
  });

  it("makes namespaces in namespaces, and takes no view for a table", async () => {
    await using catalog = await connect();
    const nested = [`nested_${randomUUID().replaceAll("-", "")}`, "a", "b"];
    await catalog.ensureNamespace(nested);
    const view = {
      name: "v",
      schema: { type: "struct", "schema-id": 0, fields: [] },
      "view-version": {
        "version-id": 1,
        "timestamp-ms": 1,
        "schema-id": 0,
        summary: {},
        representations: [{ type: "sql", sql: "SELECT 1", dialect: "spark" }],
        "default-namespace": nested,
      },
      properties: {},
    };
    const path = `/v1/main/namespaces/${nested.join("%1F")}/views`;
    const made = await fetch(`${nessie.uri}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens.lastingToken()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(view),
    });
    expect(made.status).toBe(200);
    expect(await catalog.listTables(nested)).toEqual([]);
    const identifier = { namespace: nested, name: "v" };
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(catalog.createTable(identifier, { schema })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(await catalog.tableExists(identifier)).toBe(false);
  });

  it("tells a client that the token server does not know", async () => {
    const catalog = openCatalog({
      type: "rest",
      uri: nessie.uri,
      "oauth2-server-uri": tokens.uri,
      credential: "salon:wrong",
    });
    await expect(catalog).rejects.toMatchObject({
      code: "CATALOG_UNAUTHORIZED",
      message: expect.stringContaining("invalid_client: unknown client"),
    });
    const anonymous = openCatalog({ type: "rest", uri: nessie.uri });
    await expect(anonymous).rejects.toMatchObject({ code: "CATALOG_UNAUTHORIZED" });
  });
});
