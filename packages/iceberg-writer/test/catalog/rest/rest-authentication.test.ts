import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { snapshotCommit } from "../describe-catalog.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";

const identifier = { namespace: ["db"], name: "t" };
const metadata = newTableMetadata(
  { schema: { schemaId: 0, fields: [] }, location: "s3://w/db/t" },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);
const loaded = `{"metadata":${serializeTableMetadata(metadata)}}`;

const isTokenRequest = ({ path }: SeenRequest): boolean => path.endsWith("/tokens");
const isCommit = (request: SeenRequest): boolean =>
  request.method === "POST" && !isTokenRequest(request);

/** A catalog that takes one token at a time, its own token server, and what both were asked. */
function server(options: { readonly config?: string } = {}) {
  const log: string[] = [];
  let given = 0;
  let accepted = 0;
  const answer = (request: SeenRequest): Response => {
    const path = request.path.split("?")[0] ?? "";
    const authorization = request.headers.get("authorization") ?? "none";
    log.push(`${request.method} ${path} ${authorization}`);
    if (isTokenRequest(request)) {
      given += 1;
      accepted = given;
      return Response.json({ access_token: `t${given}`, token_type: "bearer", expires_in: 3600 });
    }
    if (authorization !== `Bearer t${accepted}`) return new Response("", { status: 401 });
    return new Response(path.endsWith("/config") ? (options.config ?? "{}") : loaded);
  };
  return { answer, fetch: fetchFrom(answer), log, expire: () => (accepted = -1) };
}

const settings = { type: "rest", uri: "http://catalog", credential: "id:secret" };

describe("a REST catalog with client credentials", () => {
  it("asks for one token, before its configuration", async () => {
    const { fetch, log } = server();
    await using catalog = await openCatalog(settings, { fetch });
    await catalog.loadTable(identifier);
    expect(log).toEqual([
      "POST /v1/oauth/tokens none",
      "GET /v1/config Bearer t1",
      "GET /v1/namespaces/db/tables/t Bearer t1",
    ]);
  });

  it("asks for another one where the configuration names another server", async () => {
    const config = '{"overrides":{"oauth2-server-uri":"http://login/other/tokens"}}';
    const { fetch, log } = server({ config });
    await using catalog = await openCatalog(settings, { fetch });
    await catalog.loadTable(identifier);
    expect(log.slice(2)).toEqual([
      "POST /other/tokens none",
      "GET /v1/namespaces/db/tables/t Bearer t2",
    ]);
  });

  it("shows its secret to no other server than the one that it was given", async () => {
    const config = '{"overrides":{"oauth2-server-uri":"http://elsewhere/tokens"}}';
    const { fetch, log } = server({ config });
    const given = {
      "oauth2-server-uri": "http://login/own/tokens",
      "header.Authorization": "Basic x",
    };
    await using catalog = await openCatalog({ ...settings, ...given }, { fetch });
    await catalog.loadTable(identifier);
    expect(log).toEqual([
      "POST /own/tokens none",
      "GET /v1/config Bearer t1",
      "GET /v1/namespaces/db/tables/t Bearer t1",
    ]);
  });

  it("sends a refused commit once more with a new token: nothing of it was applied", async () => {
    const { fetch, log, expire } = server();
    await using catalog = await openCatalog(settings, { fetch });
    const table = await catalog.loadTable(identifier);
    expire();
    const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
    expect(outcome.kind).toBe("committed");
    expect(log.slice(3)).toEqual([
      "POST /v1/namespaces/db/tables/t Bearer t1",
      "POST /v1/oauth/tokens none",
      "POST /v1/namespaces/db/tables/t Bearer t2",
    ]);
  });

  it("throws for a commit that is refused with a new token too", async () => {
    const { answer, fetch } = server();
    await using catalog = await openCatalog(settings, { fetch });
    const table = await catalog.loadTable(identifier);
    let commits = 0;
    const refusing = fetchFrom((request) => {
      if (!isCommit(request)) return answer(request);
      commits += 1;
      return new Response("", { status: 401 });
    });
    await using refused = await openCatalog(settings, { fetch: refusing });
    const outcome = refused.commitTable(table, snapshotCommit(table, 7n));
    await expect(outcome).rejects.toMatchObject({ code: "CATALOG_UNAUTHORIZED" });
    expect(commits).toBe(2);
  });

  it("takes a lost answer to the second try for unknown", async () => {
    const { answer, expire } = server();
    const losing = fetchFrom((request) => {
      const response = answer(request);
      if (isCommit(request) && response.ok) throw new TypeError("lost");
      return response;
    });
    await using catalog = await openCatalog(settings, { fetch: losing });
    const table = await catalog.loadTable(identifier);
    expire();
    const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
    expect(outcome.kind).toBe("unknown");
  });

  it("throws for a commit that no token could be had for: nothing was sent", async () => {
    const { answer, log, expire } = server();
    let isDown = false;
    const failing = fetchFrom((request) =>
      isDown && isTokenRequest(request) ? new Response("", { status: 503 }) : answer(request),
    );
    await using catalog = await openCatalog(settings, { fetch: failing });
    const table = await catalog.loadTable(identifier);
    expire();
    isDown = true;
    const sent = log.length;
    const outcome = catalog.commitTable(table, snapshotCommit(table, 7n));
    await expect(outcome).rejects.toMatchObject({ code: "CATALOG_UNAVAILABLE", retryable: true });
    expect(log.slice(sent)).toEqual(["POST /v1/namespaces/db/tables/t Bearer t1"]);
  });

  it("proves with a user name and a password", async () => {
    const seen: (string | null)[] = [];
    const fetch = fetchFrom(({ headers }) => {
      seen.push(headers.get("authorization"));
      return new Response("{}");
    });
    await using _ = await openCatalog(
      {
        type: "rest",
        uri: "http://catalog",
        "rest.auth.type": "basic",
        "rest.auth.basic.username": "Aladdin",
        "rest.auth.basic.password": "open sesame",
      },
      { fetch },
    );
    // RFC 7617, section 2.
    expect(seen).toEqual(["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]);
  });
});
