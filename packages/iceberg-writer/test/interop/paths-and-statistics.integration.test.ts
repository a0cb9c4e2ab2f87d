import { useSharedReader } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openCatalog, openTable } from "../../src/index.ts";
import type { Catalog } from "../../src/index.ts";
import {
  freshNamespace,
  fromAll,
  hadoopCatalog,
  readByAll,
  restCatalog,
  sharedCatalogs,
} from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];
const ids = (...values: readonly number[]) => values.map((id) => ({ id }));

describe.each(sharedCatalogs)("what others have set in %s", (_, shared) => {
  const { name: catalogName, settings, reference } = shared;
  const namespace = freshNamespace("paths");
  let catalog: Catalog;

  beforeAll(async () => {
    catalog = await openCatalog(settings);
  });
  afterAll(() => catalog[Symbol.asyncDispose]());

  const inSpark = (text: string): ReturnType<typeof spark.sql> =>
    spark.sql(text.replaceAll("{ns}", `${catalogName}.${namespace}`), { [catalogName]: reference });

  it("the folders of data, and of metadata where the catalog allows it, are used", async () => {
    const metadataPath = shared === restCatalog ? ["'write.metadata.path'='{base}/meta'"] : [];
    const base = `${hadoopCatalog.settings["warehouse"]}/elsewhere/${namespace}`;
    const properties = ["'write.data.path'='{base}/rows/'", ...metadataPath].join(", ");
    await inSpark(
      `CREATE TABLE {ns}.placed (id INT) USING iceberg
       TBLPROPERTIES (${properties.replaceAll("{base}", base)})`,
    );
    await inSpark("INSERT INTO {ns}.placed VALUES (1)");
    const table = await openTable(catalog, `${namespace}.placed`);
    await table.append(ids(2));
    await inSpark("INSERT INTO {ns}.placed VALUES (3)");
    const read = { catalog: reference, table: `${namespace}.placed` };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, ids(1, 2, 3)));
    const files = await inSpark("SELECT file_path FROM {ns}.placed.files");
    for (const { file_path: path } of files) expect(path).toContain(`${base}/rows/`);
    const manifests = await inSpark("SELECT path FROM {ns}.placed.manifests");
    const expected = shared === restCatalog ? `${base}/meta/` : "/placed/metadata/";
    for (const { path } of manifests) expect(path).toContain(expected);
    expect([files.length, manifests.length]).toEqual([3, 3]);
  });

  it("statistics stay with their snapshot, and go with it", async () => {
    await inSpark("CREATE TABLE {ns}.measured (id INT) USING iceberg PARTITIONED BY (id)");
    await inSpark("INSERT INTO {ns}.measured VALUES (1)");
    for (const procedure of ["compute_table_stats", "compute_partition_stats"]) {
      await inSpark(`CALL ${catalogName}.system.${procedure}(table => '${namespace}.measured')`);
    }
    const table = await openTable(catalog, `${namespace}.measured`);
    const before = table.metadata.unknownFields;
    for (const key of ["statistics", "partition-statistics"]) {
      expect(before?.[key]).toHaveLength(1);
    }
    await table.append(ids(2));
    await table.refresh();
    expect(table.metadata.unknownFields).toEqual(before);
    const read = { catalog: reference, table: `${namespace}.measured` };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, ids(1, 2)));
    await table.expireSnapshots({ retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 } });
    await table.refresh();
    expect(table.metadata.unknownFields).toMatchObject({
      statistics: [],
      "partition-statistics": [],
    });
    await inSpark("INSERT INTO {ns}.measured VALUES (3)");
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, ids(1, 2, 3)));
  });
});
