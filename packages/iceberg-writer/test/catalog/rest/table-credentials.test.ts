import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { vendedStorageOf } from "../../../src/catalog/rest/vended-storage.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";

const identifier = { namespace: ["db"], name: "t" };
const table = "/api/v1/namespaces/db/tables/t";
const metadata = newTableMetadata(
  { schema: { schemaId: 0, fields: [] }, location: "s3://w/db/t" },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);
const minute = 60_000;

const credentials = (endsAtMs: number): object => ({
  "storage-credentials": [
    {
      prefix: "s3://w/db/t",
      config: {
        "s3.access-key-id": "k",
        "s3.secret-access-key": "s",
        "s3.session-token": "t",
        "s3.session-token-expires-at-ms": String(endsAtMs),
      },
    },
  ],
});

/**
 * A catalog that vends credentials for ten minutes, and says of them nothing by a table's tag;
 * where newer ones are is its configuration's.
 */
async function open(config: Readonly<Record<string, string>>) {
  const asked: SeenRequest[] = [];
  const clock = { nowMs: 0 };
  const fetch = fetchFrom((request) => {
    asked.push(request);
    const vended = credentials(clock.nowMs + 10 * minute);
    if (request.path === "/api/v1/config") return new Response("{}");
    if (!request.path.startsWith(`${table}?`)) return Response.json(vended);
    const headers = { etag: '"1"' };
    if (request.headers.get("if-none-match") === headers.etag) {
      return new Response(null, { status: 304, headers });
    }
    const rest = JSON.stringify({ config, ...vended }).slice(1);
    return new Response(`{"metadata":${serializeTableMetadata(metadata)},${rest}`, { headers });
  });
  const catalog = await openCatalog(
    {
      type: "rest",
      uri: "http://catalog/api",
      token: "secret",
      // Nobody listens: the credentials are all that this is about.
      "s3.endpoint": "http://127.0.0.1:1",
    },
    { fetch, nowMs: () => clock.nowMs },
  );
  return { catalog, asked, clock };
}

describe("the storage of a loaded table", () => {
  it("is the catalog's, then the table's, with credentials apart", () => {
    const config = { "s3.region": "table", "client.refresh-credentials-endpoint": "/v1/c" };
    const answer = {
      // What no storage reads may differ from load to load.
      config: { ...config, "expiration-time": "1795457721117" },
      "storage-credentials": [
        { prefix: "s3://w/a", config: { "s3.access-key-id": "a" } },
        { prefix: "s3://w/b", config: { "s3.access-key-id": "b" } },
      ],
    };
    const given = { "s3.region": "catalog", "s3.endpoint": "http://e" };
    expect(vendedStorageOf(given, answer)).toEqual({
      properties: { "s3.endpoint": "http://e", ...config },
      credentials: [
        { prefix: "s3://w/a", properties: { "s3.access-key-id": "a" } },
        { prefix: "s3://w/b", properties: { "s3.access-key-id": "b" } },
      ],
      credentialsEndpoint: "/v1/c",
    });
  });

  it("has credentials in its configuration on older servers", () => {
    const key = { "s3.access-key-id": "k", "s3.secret-access-key": "s", "s3.session-token": "t" };
    expect(vendedStorageOf({}, { config: { ...key, "client.region": "r" } })).toEqual({
      properties: { "client.region": "r" },
      credentials: [{ prefix: "", properties: key }],
    });
  });

  it("keeps a lasting key with the other properties", () => {
    const config = { "s3.access-key-id": "k", "s3.secret-access-key": "s" };
    expect(vendedStorageOf({}, { config })).toEqual({ properties: config, credentials: [] });
    expect(vendedStorageOf({ a: "1" }, {})).toEqual({ properties: { a: "1" }, credentials: [] });
  });
});

describe("credentials of a table", () => {
  it.each([
    ["/v1/namespaces/db/tables/t/credentials", "/api/v1/namespaces/db/tables/t/credentials"],
    ["v1/other", "/api/v1/other"],
    ["http://catalog/api/v1/whole", "/api/v1/whole"],
    // Our token is shown to the catalog alone.
    ["http://elsewhere/v1/credentials", `${table}?snapshots=refs`],
  ])("are renewed at %s while files are used", async (endpoint, path) => {
    const { catalog, asked, clock } = await open({
      "client.refresh-credentials-endpoint": endpoint,
    });
    await using _ = catalog;
    const { fileIo } = await catalog.loadTable(identifier);
    clock.nowMs = 10 * minute;
    await expect(fileIo.stat("s3://w/db/t/f")).rejects.toMatchObject({ retryable: true });
    expect(asked.slice(2).map(({ url }) => url)).toEqual([`http://catalog${path}`]);
    expect(asked.at(-1)?.headers.get("authorization")).toBe("Bearer secret");
  });

  it("come with the table where the server names no other place", async () => {
    const { catalog, asked, clock } = await open({});
    await using _ = catalog;
    const { fileIo } = await catalog.loadTable(identifier);
    clock.nowMs = 10 * minute;
    await expect(fileIo.stat("s3://w/db/t/f")).rejects.toMatchObject({ retryable: true });
    expect(asked.at(-1)?.path).toBe(`${table}?snapshots=refs`);
  });

  it("that come with a table that is loaded again serve the same storage", async () => {
    const { catalog, asked, clock } = await open({});
    await using _ = catalog;
    const first = await catalog.loadTable(identifier);
    clock.nowMs = 9 * minute;
    const second = await catalog.loadTable(identifier);
    expect(second.fileIo).toBe(first.fileIo);
    clock.nowMs = 11 * minute;
    await expect(first.fileIo.stat("s3://w/db/t/f")).rejects.toMatchObject({ retryable: true });
    expect(asked).toHaveLength(3);
  });

  it.each([
    {
      place: "where they are given",
      config: { "client.refresh-credentials-endpoint": "v1/c" },
      path: "/api/v1/c",
    },
    { place: "with the table", config: {}, path: `${table}?snapshots=refs` },
  ])("are renewed $place, also where the table was not modified", async ({ config, path }) => {
    const { catalog, asked, clock } = await open(config);
    await using _ = catalog;
    const first = await catalog.loadTable(identifier);
    clock.nowMs = 4 * minute;
    expect(await catalog.loadTable(identifier)).toBe(first);
    clock.nowMs = 10 * minute;
    await expect(first.fileIo.stat("s3://w/db/t/f")).rejects.toMatchObject({ retryable: true });
    const tags = asked.map(({ headers }) => headers.get("if-none-match"));
    expect(tags).toEqual([null, null, '"1"', null]);
    expect(asked.at(-1)?.path).toBe(path);
  });
});
