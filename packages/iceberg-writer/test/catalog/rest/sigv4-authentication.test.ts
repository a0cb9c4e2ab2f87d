import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { authenticationSettingsOf } from "../../../src/catalog/rest/authentication-settings.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { snapshotCommit } from "../describe-catalog.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";
import { expectedAuthorization } from "./signature-v4.ts";

const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const metadata = newTableMetadata(
  { schema: { schemaId: 0, fields: [] }, location: "s3://w/db/t" },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);

describe("the verifier of these tests", () => {
  /** Of AWS's own test suite for signatures (aws-sig-v4-test-suite), without its request lines. */
  it.each([
    ["GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    [
      "GET",
      "/?Param2=value2&Param1=value1",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    ["POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  ])("agrees with AWS on %s %s", (method, path, signature) => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
      `SignedHeaders=host;x-amz-date, Signature=${signature}`;
    const headers = new Headers({
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      authorization,
    });
    const url = `https://example.amazonaws.com${path}`;
    expect(expectedAuthorization({ method, url, headers, body: "" }, secret)).toBe(authorization);
  });
});

/** A gateway that takes signed requests alone. */
async function open(properties: Readonly<Record<string, string>>) {
  const seen: SeenRequest[] = [];
  const fetch = fetchFrom((request) => {
    // The transport adds it to what is sent.
    request.headers.set("host", new URL(request.url).host);
    seen.push(request);
    const isRight = request.headers.get("authorization") === expectedAuthorization(request, secret);
    if (!isRight) return Response.json({ message: "Forbidden" }, { status: 403 });
    if (request.path.includes("/config")) return new Response('{"defaults":{"prefix":"a%3Ab"}}');
    return new Response(`{"metadata":${serializeTableMetadata(metadata)}}`);
  });
  const catalog = await openCatalog(
    {
      type: "rest",
      uri: "http://gateway:8080/iceberg",
      warehouse: "123:s3 tables/x+y",
      "rest.signing-region": "us-east-1",
      "rest.access-key-id": "AKIDEXAMPLE",
      "rest.secret-access-key": secret,
      ...properties,
    },
    { fetch, nowMs: () => Date.UTC(2015, 7, 30, 12, 36, 0) },
  );
  return { catalog, seen };
}

describe("a REST catalog with AWS signatures", () => {
  it.each([{ "rest.sigv4-enabled": "true" }, { "rest.auth.type": "sigv4" }])(
    "signs what it reads and what it commits: %o",
    async (properties) => {
      const { catalog, seen } = await open({ ...properties, "header.X-Tenant": "salon" });
      await using _ = catalog;
      const identifier = { namespace: ["a", "b c"], name: "t~(1)" };
      const table = await catalog.loadTable(identifier);
      const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
      expect(outcome.kind).toBe("committed");
      expect(seen.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
      const { headers } = seen[0] ?? { headers: new Headers() };
      expect(headers.get("authorization")).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/execute-api\/aws4_request, /u,
      );
      expect(headers.get("authorization")).toMatch(/SignedHeaders=[^,]*x-tenant/u);
      expect(headers.get("x-amz-date")).toBe("20150830T123600Z");
    },
  );

  it("sends the session token, and another service's name", async () => {
    const { catalog, seen } = await open({
      "rest.auth.type": "sigv4",
      "rest.session-token": "session",
      "rest.signing-name": "glue",
    });
    await using _ = catalog;
    expect(seen[0]?.headers.get("x-amz-security-token")).toBe("session");
    expect(seen[0]?.headers.get("authorization")).toContain("/us-east-1/glue/aws4_request");
  });

  it("signs a bearer token along, under another name", async () => {
    const { catalog, seen } = await open({ "rest.auth.type": "sigv4", token: "bearer" });
    await using _ = catalog;
    expect(seen[0]?.headers.get("original-authorization")).toBe("Bearer bearer");
    expect(seen[0]?.headers.get("authorization")).toContain("original-authorization");
  });

  it("is refused with a wrong key, which no message shows", async () => {
    const opened = open({ "rest.auth.type": "sigv4", "rest.secret-access-key": "hidden" });
    const thrown = await opened.catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "CATALOG_UNAUTHORIZED",
      message: expect.stringContaining("Forbidden"),
    });
    expect(String(thrown) + JSON.stringify(thrown)).not.toContain("hidden");
  });

  it("says which settings are missing", () => {
    const type = { uri: "http://c", "rest.auth.type": "sigv4" };
    expect(() => authenticationSettingsOf(type)).toThrow("rest.signing-region");
    const half = { ...type, "client.region": "r", "rest.access-key-id": "a" };
    expect(() => authenticationSettingsOf(half)).toThrow("rest.secret-access-key");
    expect(authenticationSettingsOf({ ...type, "client.region": "r" })).toEqual({
      kind: "sigv4",
      signature: { region: "r", name: "execute-api" },
      delegate: { kind: "none" },
    });
    const twice = { ...type, "client.region": "r", "rest.auth.sigv4.delegate-auth-type": "sigv4" };
    expect(() => authenticationSettingsOf(twice)).toThrow('"sigv4" is not known');
  });
});
