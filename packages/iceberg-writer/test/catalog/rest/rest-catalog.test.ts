import { describe, expect, it } from "vitest";

import type { Catalog, CatalogTable } from "../../../src/catalog/catalog.ts";
import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { snapshotCommit } from "../describe-catalog.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";

type Answer = { readonly status?: number; readonly body?: string } | Error;

const identifier = { namespace: ["a", "b"], name: "t" };
const tablePath = "/v1/ws/namespaces/a%1Fb/tables/t";
const viewPath = "/v1/ws/namespaces/a%1Fb/views/t";
const metadata = newTableMetadata(
  { schema: { schemaId: 0, fields: [] }, location: "s3://w/a/b/t" },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);
const loaded = `{"metadata-location":"s3://w/a/b/t/metadata/0.json","metadata":${serializeTableMetadata(metadata)},"config":{"s3.region":"here"}}`;

/** A catalog whose server answers by `METHOD path?query`; the configuration gives a prefix. */
async function open(
  answers: Readonly<Record<string, Answer>>,
  settings: Readonly<Record<string, string>> = {},
  config = '{"defaults":{"prefix":"lost","rest.x":"1"},"overrides":{"prefix":"ws"}}',
): Promise<{ readonly catalog: Catalog; readonly calls: SeenRequest[] }> {
  const calls: SeenRequest[] = [];
  const fetch = fetchFrom((request) => {
    calls.push(request);
    const path = request.path.replace("/api", "");
    const answer = path.startsWith("/v1/config")
      ? { body: config }
      : answers[`${request.method} ${path}`];
    if (answer === undefined) throw new Error(`unexpected ${request.method} ${path}`);
    if (answer instanceof Error) throw answer;
    const { status = 200, body = "" } = answer;
    return new Response(status === 204 ? null : body, { status });
  });
  const uri = { uri: "http://catalog/api/", type: "rest" };
  const catalog = await openCatalog({ ...uri, ...settings }, { fetch });
  return { catalog, calls };
}

function failure(code: string, syscall?: string): Error {
  const cause = Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });
  return new TypeError("fetch failed", { cause });
}

const error = (message: string, type: string, code: number): string =>
  JSON.stringify({ error: { message, type, code } });

const configWith = (endpoints: readonly string[]): string =>
  JSON.stringify({ overrides: { prefix: "ws" }, endpoints });

const page = (name: string, next?: string): string =>
  JSON.stringify({
    identifiers: [{ namespace: ["a", "b"], name }],
    ...(next === undefined ? {} : { "next-page-token": next }),
  });

async function commitWith(answer: Answer) {
  const { catalog, calls } = await open({
    [`GET ${tablePath}?snapshots=all`]: { body: loaded },
    [`POST ${tablePath}`]: answer,
  });
  const table = await catalog.loadTable(identifier);
  return { outcome: catalog.commitTable(table, snapshotCommit(table, 2n ** 60n + 1n)), calls };
}

describe("a REST catalog", () => {
  it("asks for its configuration, obeys its overrides, and sends token and headers", async () => {
    const { catalog, calls } = await open(
      { [`GET ${tablePath}?snapshots=all`]: { body: loaded } },
      { warehouse: "my wh", token: "secret", prefix: "mine", "header.X-Tenant": "salon" },
    );
    const table: CatalogTable = await catalog.loadTable(identifier);
    expect(table.metadata).toEqual(metadata);
    expect(table.metadataLocation).toBe("s3://w/a/b/t/metadata/0.json");
    expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET http://catalog/api/v1/config?warehouse=my%20wh",
      `GET http://catalog/api${tablePath}?snapshots=all`,
    ]);
    for (const { headers } of calls) {
      expect(headers.get("authorization")).toBe("Bearer secret");
      expect(headers.get("x-tenant")).toBe("salon");
    }
  });

  it("sends requirements and updates in the words of the specification", async () => {
    const { outcome, calls } = await commitWith({ body: loaded });
    expect((await outcome).kind).toBe("committed");
    const { body } = calls.at(-1) ?? { body: "" };
    expect(body).toContain('"identifier":{"namespace":["a","b"],"name":"t"}');
    expect(body).toContain('"type":"assert-table-uuid"');
    expect(body).toContain('{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null}');
    // Snapshot ids are 63-bit integers, which a double cannot hold.
    expect(body).toContain('"snapshot-id":1152921504606846977');
    expect(body).toContain('"action":"set-snapshot-ref","ref-name":"main"');
  });

  it("removes each snapshot by an update of its own, as servers of before demand it", async () => {
    const { catalog, calls } = await open({
      [`GET ${tablePath}?snapshots=all`]: { body: loaded },
      [`POST ${tablePath}`]: { body: loaded },
    });
    const table = await catalog.loadTable(identifier);
    await catalog.commitTable(table, {
      requirements: [],
      updates: [{ action: "remove-snapshots", snapshotIds: [1n, 2n] }],
    });
    expect(calls.at(-1)?.body).toContain(
      '"updates":[{"action":"remove-snapshots","snapshot-ids":[1]},' +
        '{"action":"remove-snapshots","snapshot-ids":[2]}]',
    );
  });

  it.each([
    ["409", { status: 409, body: error("main has moved", "CommitFailedException", 409) }],
    [
      "400 for a sequence number that came too late",
      {
        status: 400,
        body: error(
          "Cannot add snapshot with sequence number 3 older than last sequence number 3",
          "ValidationException",
          400,
        ),
      },
    ],
    ["422", { status: 422, body: error("Requirement failed: branch main", "X", 422) }],
  ])("takes %s for a conflict", async (_, answer) => {
    const { outcome } = await commitWith(answer);
    expect((await outcome).kind).toBe("conflict");
  });

  it.each([
    ["500", { status: 500 }],
    ["502", { status: 502, body: "<html>bad gateway</html>" }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
    ["a success without the table", { status: 204 }],
    ["a success of another kind", { status: 202, body: "{}" }],
    ["an answer that is no JSON", { body: "<html>" }],
    ["an answer without metadata", { body: "{}" }],
    ["a connection that broke", failure("ECONNRESET")],
    // Linux tells of a lost route so, also under a connection that is in use.
    ["a route that was lost while the answer was awaited", failure("EHOSTUNREACH", "read")],
    ["a network that was lost while the request was sent", failure("ENETUNREACH", "write")],
    ["an answer that did not come in time", new DOMException("timed out", "TimeoutError")],
    ["an unknown error of the connection", new TypeError("fetch failed")],
  ])("takes %s for unknown: the commit may be applied", async (_, answer) => {
    const { outcome } = await commitWith(answer);
    expect((await outcome).kind).toBe("unknown");
  });

  it.each([
    ["401", { status: 401 }, "CATALOG_UNAUTHORIZED", false],
    ["403", { status: 403 }, "CATALOG_UNAUTHORIZED", false],
    ["404", { status: 404 }, "TABLE_NOT_FOUND", false],
    ["429", { status: 429 }, "CATALOG_UNAVAILABLE", true],
    ["a request it does not understand", { status: 400 }, "METADATA_INVALID", false],
    ["a refused connection", failure("ECONNREFUSED"), "CATALOG_UNAVAILABLE", true],
    ["a name that is not known", failure("ENOTFOUND"), "CATALOG_UNAVAILABLE", true],
    ["no way there", failure("EHOSTUNREACH", "connect"), "CATALOG_UNAVAILABLE", true],
  ])("throws for %s: nothing was applied", async (_, answer, code, retryable) => {
    const { outcome } = await commitWith(answer);
    await expect(outcome).rejects.toMatchObject({ code, retryable });
  });

  it.each([
    ["token", { token: "secret" }],
    ["password of its uri", { uri: "http://me:secret@catalog/api/" }],
  ])("does not print the %s", async (_, settings) => {
    const { catalog } = await open(
      { [`GET ${tablePath}?snapshots=all`]: { status: 401, body: error("expired", "Auth", 401) } },
      settings,
    );
    const thrown = await catalog.loadTable(identifier).catch((cause: unknown) => cause);
    expect(thrown).toMatchObject({ code: "CATALOG_UNAUTHORIZED" });
    expect(String(thrown)).toContain("Auth: expired");
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain("secret");
  });

  it("tells missing tables and namespaces apart", async () => {
    const { catalog } = await open({
      [`GET ${tablePath}?snapshots=all`]: { status: 404 },
      [`GET ${tablePath}?snapshots=refs`]: { status: 404 },
      [`GET ${viewPath}`]: { status: 404 },
      "POST /v1/ws/namespaces/a%1Fb/tables": { status: 404 },
      "GET /v1/ws/namespaces/a%1Fb/tables": { status: 404 },
    });
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    expect(await catalog.tableExists(identifier)).toBe(false);
    const create = catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    await expect(create).rejects.toMatchObject({ code: "NAMESPACE_NOT_FOUND" });
    await expect(catalog.listTables(["a", "b"])).rejects.toMatchObject({
      code: "NAMESPACE_NOT_FOUND",
    });
  });

  it("creates a namespace unless it is there, or another one was faster", async () => {
    const there = await open({ "GET /v1/ws/namespaces/a": { body: "{}" } });
    await there.catalog.ensureNamespace(["a"]);
    const raced = await open({
      "GET /v1/ws/namespaces/a": { status: 404 },
      "POST /v1/ws/namespaces": { status: 409 },
    });
    await raced.catalog.ensureNamespace(["a"]);
    expect(raced.calls.at(-1)?.body).toBe('{"namespace":["a"],"properties":{}}');
  });

  it("follows the pages of a listing", async () => {
    const { catalog } = await open({
      "GET /v1/ws/namespaces/a%1Fb/tables": { body: page("one", "p 2") },
      "GET /v1/ws/namespaces/a%1Fb/tables?pageToken=p%202": { body: page("two") },
    });
    const tables = await catalog.listTables(["a", "b"]);
    expect(tables.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("ends a listing at an empty page token, and where a page comes again", async () => {
    const path = "GET /v1/ws/namespaces/a%1Fb/tables";
    const ending = await open({ [path]: { body: page("one", "") } });
    expect(await ending.catalog.listTables(["a", "b"])).toHaveLength(1);
    const endless = await open({
      [path]: { body: page("one", "2") },
      [`${path}?pageToken=2`]: { body: page("two", "2") },
    });
    await expect(endless.catalog.listTables(["a", "b"])).rejects.toMatchObject({
      code: "METADATA_INVALID",
      message: "the tables of a.b have no end: page 2 follows itself",
    });
  });

  it("joins levels of namespaces as the server says, which none of them can hold then", async () => {
    const settings = { "namespace-separator": "%2E" };
    const { catalog } = await open({ "GET /v1/ws/namespaces/a.b": { body: "{}" } }, settings);
    await catalog.ensureNamespace(["a", "b"]);
    await expect(catalog.ensureNamespace(["a.b"])).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining('joins levels by "."'),
    });
    await expect(open({}, { "namespace-separator": "%" })).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
    });
  });

  it("refuses tables without a namespace", async () => {
    const { catalog } = await open({});
    await expect(catalog.loadTable({ namespace: [], name: "t" })).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
    });
  });

  it("tells a view under a table's name", async () => {
    const { catalog } = await open({
      [`GET ${tablePath}?snapshots=all`]: { status: 404 },
      "POST /v1/ws/namespaces/a%1Fb/tables": { status: 409 },
      [`GET ${viewPath}`]: { body: "{}" },
    });
    const isView = { code: "UNSUPPORTED", message: expect.stringContaining("a.b.t is a view") };
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject(isView);
    const create = catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    await expect(create).rejects.toMatchObject(isView);
  });

  it("asks for nothing that the server does not list", async () => {
    const listed = [
      "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    ];
    const both = await open(
      {
        [`HEAD ${tablePath}`]: { status: 204 },
        [`GET ${tablePath}?snapshots=all`]: { status: 404 },
      },
      {},
      configWith(listed),
    );
    expect(await both.catalog.tableExists(identifier)).toBe(true);
    await expect(both.catalog.loadTable(identifier)).rejects.toMatchObject({
      code: "TABLE_NOT_FOUND",
    });
    const one = await open(
      { [`GET ${tablePath}?snapshots=refs`]: { body: loaded } },
      {},
      configWith(listed.slice(0, 1)),
    );
    expect(await one.catalog.tableExists(identifier)).toBe(true);
  });

  it.each([404, 409])(
    "creates the namespaces above one that a server wants first: %i",
    async (status) => {
      const known = new Set<string>();
      const fetch = fetchFrom(({ method, path, body }) => {
        if (path === "/v1/config") return new Response("{}");
        if (method === "GET") {
          const isKnown = known.has(decodeURIComponent(path.replace("/v1/namespaces/", "")));
          return new Response("{}", { status: isKnown ? 200 : 404 });
        }
        const { namespace } = JSON.parse(body) as { readonly namespace: readonly string[] };
        const above = namespace.slice(0, -1).join("\u001F");
        if (above !== "" && !known.has(above)) return new Response("", { status });
        known.add(namespace.join("\u001F"));
        return new Response(body);
      });
      await using catalog = await openCatalog({ type: "rest", uri: "http://catalog" }, { fetch });
      await catalog.ensureNamespace(["a", "b", "c"]);
      expect([...known]).toEqual(["a", "a\u001Fb", "a\u001Fb\u001Fc"]);
    },
  );
});
