import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { createHadoopCatalog } from "../../src/catalog/hadoop-catalog.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { describeCatalog } from "./describe-catalog.ts";

describeCatalog("hadoop on local disk", async () => {
  const warehouse = await mkdtemp(join(tmpdir(), "salon-warehouse-"));
  const catalog = await openCatalog({ type: "hadoop", warehouse });
  const rival = await openCatalog({ type: "hadoop", warehouse: `file:${warehouse}` });
  return {
    catalog,
    rival,
    namespace: [],
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rival[Symbol.asyncDispose]();
      await rm(warehouse, { recursive: true });
    },
  };
});

describeCatalog("hadoop in memory", async () => {
  const options = {
    fileIo: createMemoryFileIo(),
    warehouse: "memory://warehouse",
    nowMs: Date.now,
    randomUuid: () => crypto.randomUUID(),
  };
  const catalog = createHadoopCatalog(options);
  const rival = createHadoopCatalog(options);
  return {
    catalog,
    rival,
    namespace: ["a", "b"],
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
});

it("drops a table from the oldest version on, its data only when asked", async () => {
  const fileIo = createMemoryFileIo();
  const options = { fileIo, nowMs: Date.now, randomUuid: () => crypto.randomUUID() };
  const catalog = createHadoopCatalog({ ...options, warehouse: "memory://w" });
  const identifier = { namespace: ["db"], name: "t" };
  const schema = { schemaId: 0, fields: [] };
  const table = await catalog.createTable(identifier, { schema });
  const updates = [{ action: "set-properties", updates: { value: "a" } }] as const;
  await catalog.commitTable(table, { requirements: [], updates });
  const data = "memory://w/db/t/data/x.parquet";
  await fileIo.write(data, new Uint8Array(1));
  await catalog.dropTable(identifier);
  const left = await Array.fromAsync(fileIo.list("memory://w/db/t/"));
  expect(left.map(({ location }) => location)).toEqual([data]);
  await catalog.createTable(identifier, { schema });
  await catalog.dropTable(identifier, { purge: true });
  expect(await fileIo.stat(data)).toBeUndefined();
});
