import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
