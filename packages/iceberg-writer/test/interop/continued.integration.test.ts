import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  createTable,
  currentSnapshot,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openTable,
} from "../../src/index.ts";
import type { Catalog, PlainRow, Table } from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, sharedCatalogs } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

/** The rows that we read, in the order of ids. */
async function scanned(table: Table, ...columns: readonly string[]): Promise<PlainRow[]> {
  await table.refresh();
  const rows: PlainRow[] = [];
  for await (const { batch } of table.scan()) {
    for (let row = 0; row < batch.rowCount; row += 1) {
      const values = rowAt(batch, row);
      rows.push(Object.fromEntries(columns.map((column) => [column, values[column]])));
    }
  }
  return rows.toSorted((a, b) => Number(a["id"]) - Number(b["id"]));
}

describe.each(sharedCatalogs)("others change a table in %s", (_, shared) => {
  const { name: catalogName, settings, reference } = shared;
  const namespace = freshNamespace("continued");
  let catalog: Catalog;

  beforeAll(async () => {
    catalog = await openCatalog(settings);
  });
  afterAll(() => catalog[Symbol.asyncDispose]());

  const inSpark = (text: string): ReturnType<typeof spark.sql> =>
    spark.sql(text, { [catalogName]: reference });
  const sparkName = (name: string): string => `${catalogName}.${namespace}.${name}`;

  it("the next append has Spark's new schema and partition spec", async () => {
    const schema = defineSchema({ id: "int", at: "timestamptz", city: "string" });
    const table = await createTable(catalog, `${namespace}.evolved`, {
      schema,
      partitionSpec: definePartitionSpec(schema, { at_day: "day(at)" }),
    });
    await table.append([{ id: 1, at: "2025-01-15T10:30:00Z", city: "Ulm" }]);
    const name = sparkName("evolved");
    await inSpark(`ALTER TABLE ${name} ADD COLUMN note STRING`);
    await inSpark(`ALTER TABLE ${name} RENAME COLUMN city TO town`);
    await inSpark(`ALTER TABLE ${name} ALTER COLUMN id TYPE BIGINT`);
    await inSpark(`ALTER TABLE ${name} REPLACE PARTITION FIELD at_day WITH hours(at) AS at_hour`);
    await table.refresh();
    const second = { id: 2n ** 40n, at: "2025-01-15T11:30:00Z", town: "Bonn", note: "new" };
    await table.append([second]);
    await inSpark(
      `INSERT INTO ${name} VALUES (2, TIMESTAMP '2025-01-16 00:30:00', 'Hof', 'spark')`,
    );
    await table.refresh();
    await expect(table.append([{ id: 4, city: "Ulm" }])).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
    });
    await table.append([{ id: 3, at: "2025-01-16T05:00:00Z", town: "Trier" }]);
    const expected = [
      { id: 1n, town: "Ulm", note: null },
      { id: 2n, town: "Hof", note: "spark" },
      { id: 3n, town: "Trier", note: null },
      { id: 2n ** 40n, town: "Bonn", note: "new" },
    ];
    const columns = ["id", "town", "note"];
    const read = { catalog: reference, table: `${namespace}.evolved`, columns };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
    expect(await scanned(table, ...columns)).toEqual(expected);
    // 2025-01-15 is day 20103; hours count from the epoch too.
    expect(
      await inSpark(
        `SELECT CAST(partition.at_day AS STRING) AS day, CAST(partition.at_hour AS INT) AS hour
         FROM ${name}.files ORDER BY hour NULLS FIRST`,
      ),
    ).toEqual([
      { day: "2025-01-15", hour: null },
      { day: null, hour: 20_103 * 24 + 11 },
      { day: null, hour: 20_104 * 24 },
      { day: null, hour: 20_104 * 24 + 5 },
    ]);
  });

  it("values that bite stand in the folders that Java writes", async () => {
    const values = ["a/b", "k=v", "50%", "a b+c", "Grüße 🎉", "", ".", "x:y?#&"];
    const name = sparkName("biting");
    await inSpark(
      `CREATE TABLE ${name} (id INT, \`the /=% way\` STRING) USING iceberg
       PARTITIONED BY (\`the /=% way\`)`,
    );
    const literals = values.map((value, index) => `(${index}, '${value}')`);
    await inSpark(`INSERT INTO ${name} VALUES ${literals.join(", ")}`);
    const table = await openTable(catalog, `${namespace}.biting`);
    const rows = values.map((value, index) => ({ id: 100 + index, "the /=% way": value }));
    await table.append(rows);
    const expected = [...rows.map((row) => ({ ...row, id: row.id - 100 })), ...rows];
    const read = { catalog: reference, table: `${namespace}.biting` };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
    expect(await scanned(table, "id", "the /=% way")).toEqual(expected);
    const folders = await inSpark(
      `SELECT folder, count(*) AS files FROM (
         SELECT regexp_extract(file_path, '/data/(.*)/[^/]*$', 1) AS folder FROM ${name}.files)
       GROUP BY folder`,
    );
    expect(folders.map(({ files }) => Number(files))).toEqual(values.map(() => 2));
  });

  it("properties of others are obeyed, and what they keep stays", async () => {
    const name = sparkName("kept");
    await inSpark(
      `CREATE TABLE ${name} (id INT) USING iceberg TBLPROPERTIES (
         'write.object-storage.enabled'='true', 'commit.manifest-merge.enabled'='false',
         'write.wap.enabled'='true')`,
    );
    await inSpark(`INSERT INTO ${name} VALUES (1)`);
    await inSpark(`ALTER TABLE ${name} CREATE TAG kept`);
    await inSpark(`ALTER TABLE ${name} CREATE BRANCH side`);
    await inSpark(`INSERT INTO ${name}.branch_side VALUES (50)`);
    const table = await openTable(catalog, `${namespace}.kept`);
    await table.append([{ id: 2 }]);
    await inSpark(`INSERT INTO ${name} VALUES (3)`);
    await table.refresh();
    await table.append([{ id: 4 }]);
    await table.expireSnapshots({ retention: { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 } });
    const expected = [1, 2, 3, 4].map((id) => ({ id }));
    const read = { catalog: reference, table: `${namespace}.kept` };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, expected));
    expect(await inSpark(`SELECT id FROM ${name} VERSION AS OF 'kept'`)).toEqual([{ id: 1 }]);
    expect(await inSpark(`SELECT id FROM ${name} VERSION AS OF 'side' ORDER BY id`)).toEqual([
      { id: 1 },
      { id: 50 },
    ]);
    expect(Object.keys(table.metadata.refs).toSorted()).toEqual(["kept", "main", "side"]);
    // Each append kept a manifest of its own.
    expect(await inSpark(`SELECT count(*) AS n FROM ${name}.manifests`)).toEqual([{ n: 4n }]);
  });

  it("a table whose other writers use ORC gets Parquet, which the format allows", async () => {
    const name = sparkName("orc");
    await inSpark(
      `CREATE TABLE ${name} (id INT) USING iceberg TBLPROPERTIES ('write.format.default'='orc')`,
    );
    await inSpark(`INSERT INTO ${name} VALUES (1)`);
    const table = await openTable(catalog, `${namespace}.orc`);
    await table.append([{ id: 2 }]);
    const read = { catalog: reference, table: `${namespace}.orc` };
    const both = [spark, pyiceberg];
    expect(await readByAll(both, read, "id")).toEqual(fromAll(both, [{ id: 1 }, { id: 2 }]));
    await expect(scanned(table, "id")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("older and newer format versions are refused, and the table stays as it was", async () => {
    const versioned = (version: number): string =>
      `CREATE TABLE ${sparkName(`v${version}`)} (id INT) USING iceberg
       TBLPROPERTIES ('format-version'='${version}')`;
    await inSpark(versioned(1));
    await inSpark(`INSERT INTO ${sparkName("v1")} VALUES (1)`);
    const table = await openTable(catalog, `${namespace}.v1`);
    const before = currentSnapshot(table.metadata)?.snapshotId;
    await expect(table.append([{ id: 2 }])).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await table.refresh();
    expect(currentSnapshot(table.metadata)?.snapshotId).toBe(before);
    expect(await scanned(table, "id")).toEqual([{ id: 1 }]);
    await inSpark(versioned(3));
    await expect(openTable(catalog, `${namespace}.v3`)).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  });

  it("compressed metadata stays compressed", async () => {
    const name = sparkName("gzipped");
    await inSpark(
      `CREATE TABLE ${name} (id INT) USING iceberg
       TBLPROPERTIES ('write.metadata.compression-codec'='gzip')`,
    );
    await inSpark(`INSERT INTO ${name} VALUES (1)`);
    const table = await openTable(catalog, `${namespace}.gzipped`);
    expect(table.catalogTable.metadataLocation).toMatch(/\.gz\.metadata\.json$/);
    await table.append([{ id: 2 }]);
    expect(table.catalogTable.metadataLocation).toMatch(/\.gz\.metadata\.json$/);
    await inSpark(`INSERT INTO ${name} VALUES (3)`);
    await table.refresh();
    await table.append([{ id: 4 }]);
    const expected = [1, 2, 3, 4].map((id) => ({ id }));
    expect(await inSpark(`SELECT id FROM ${name} ORDER BY id`)).toEqual(expected);
    expect(await scanned(table, "id")).toEqual(expected);
  });
});
