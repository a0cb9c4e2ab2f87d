import { randomUUID } from "node:crypto";

import { useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { createTable, defineSchema } from "../../../src/index.ts";
import { describeCatalog, snapshotCommit } from "../describe-catalog.ts";

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

  it("commits once although the answer is lost, under a key that the server keeps", async () => {
    let losses = 1;
    const keys: (string | null)[] = [];
    const losing: typeof globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const url = input instanceof Request ? input.url : input.toString();
      // The reference server keeps keys, but says so of none of its catalogs.
      if (url.includes("/v1/config")) {
        const config = (await response.json()) as Readonly<Record<string, unknown>>;
        return Response.json({ ...config, "idempotency-key-lifetime": "PT30M" });
      }
      if (init?.method !== "POST" || !url.endsWith("/tables/t")) return response;
      keys.push(new Headers(init.headers).get("idempotency-key"));
      losses -= 1;
      if (losses >= 0) throw new TypeError("fetch failed");
      return response;
    };
    await using catalog = await openCatalog(settings, { fetch: losing });
    const namespace = [`idempotent_${randomUUID().replaceAll("-", "")}`];
    await catalog.ensureNamespace(namespace);
    const schema = { schemaId: 0, fields: [] };
    const table = await catalog.createTable({ namespace, name: "t" }, { schema });
    const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
    expect(outcome.kind).toBe("committed");
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(keys[0]);
    const { metadata } = await catalog.loadTable(table.identifier);
    expect(metadata.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([7n]);
    expect(metadata.lastSequenceNumber).toBe(1n);
  });

  it("asks by their tags for tables that it created, loaded or changed", async () => {
    const answers: string[] = [];
    const watched: typeof globalThis.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const hasBody = (await response.clone().text()) !== "";
      answers.push(`${init?.method} ${response.status}${hasBody ? " with a body" : ""}`);
      return response;
    };
    await using catalog = await openCatalog(settings, { fetch: watched });
    await using rival = await openCatalog(settings);
    const namespace = [`tags_${randomUUID().replaceAll("-", "")}`];
    await catalog.ensureNamespace(namespace);
    const identifier = { namespace, name: "t" };
    const created = await catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    answers.length = 0;
    expect(await catalog.loadTable(identifier)).toBe(created);
    const outcome = await catalog.commitTable(created, snapshotCommit(created, 7n));
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
    expect(await catalog.loadTable(identifier)).toBe(outcome.table);
    expect(outcome.table).toEqual(await rival.loadTable(identifier));
    await rival.commitTable(outcome.table, snapshotCommit(outcome.table, 8n));
    const moved = await catalog.loadTable(identifier);
    expect(moved.metadata.currentSnapshotId).toBe(8n);
    expect(await catalog.loadTable(identifier)).toBe(moved);
    expect(answers).toEqual([
      "GET 304",
      "POST 200 with a body",
      "GET 304",
      "GET 200 with a body",
      "GET 304",
    ]);
  });

  it("names a catalog that does not answer", async () => {
    await expect(openCatalog({ type: "rest", uri: "http://127.0.0.1:1" })).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("http://127.0.0.1:1"),
    });
  });

  it("leaves old metadata files to the server, which deletes them where the table wants it", async () => {
    await using catalog = await openCatalog(settings);
    const properties = {
      "write.metadata.delete-after-commit.enabled": "true",
      "write.metadata.previous-versions-max": "2",
    };
    const schema = defineSchema({ id: "long" });
    const name = `old_${randomUUID().replaceAll("-", "")}.t`;
    const table = await createTable(catalog, name, { schema, properties });
    for (let id = 0n; id < 5n; id++) await table.append([{ id }]);
    const { metadata, fileIo } = table.catalogTable;
    const versions: string[] = [];
    for await (const { location } of fileIo.list(`${metadata.location}/metadata/`)) {
      if (location.endsWith(".metadata.json")) versions.push(location);
    }
    expect(versions).toHaveLength(3);
    expect(versions).toEqual(
      expect.arrayContaining(metadata.metadataLog.map(({ metadataFile }) => metadataFile)),
    );
  });
});
