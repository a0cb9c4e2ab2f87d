import { randomUUID } from "node:crypto";

import { useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { describeCatalog } from "../describe-catalog.ts";

const { s3, restCatalog } = useSharedServices();
const settings = {
  type: "rest",
  uri: restCatalog.uri,
  warehouse: restCatalog.warehouse,
  "s3.endpoint": s3.endpoint,
  "s3.access-key-id": s3.accessKeyId,
  "s3.secret-access-key": s3.secretAccessKey,
  "client.region": s3.region,
};

describeCatalog("REST", async () => {
  const catalog = await openCatalog(settings);
  const rival = await openCatalog(settings);
  return {
    catalog,
    rival,
    namespace: [`catalog_${randomUUID().replaceAll("-", "")}`],
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rival[Symbol.asyncDispose]();
    },
  };
});

describe("REST", () => {
  it("tells a missing namespace", async () => {
    await using catalog = await openCatalog(settings);
    const identifier = { namespace: [`missing_${randomUUID()}`], name: "t" };
    await expect(catalog.listTables(identifier.namespace)).rejects.toMatchObject({
      code: "NAMESPACE_NOT_FOUND",
    });
    expect(await catalog.tableExists(identifier)).toBe(false);
  });

  it("shows the token that the server gives for a credential", async () => {
    const proofs: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      proofs.push(new Headers(init?.headers).get("authorization"));
      return globalThis.fetch(input, init);
    };
    await using catalog = await openCatalog({ ...settings, credential: "me:secret" }, { fetch });
    await catalog.ensureNamespace([`oauth_${randomUUID().replaceAll("-", "")}`]);
    const [asked, ...others] = proofs;
    expect(asked).toBeNull();
    // The reference server names the client in its token.
    expect(new Set(others)).toEqual(new Set(["Bearer client-credentials-token:sub=me"]));
  });

  it("names a catalog that does not answer", async () => {
    await expect(openCatalog({ type: "rest", uri: "http://127.0.0.1:1" })).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("http://127.0.0.1:1"),
    });
  });
});
