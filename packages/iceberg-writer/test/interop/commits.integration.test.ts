import { rowAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import type { CatalogReference } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  appendToTable,
  createTable,
  currentSnapshot,
  definePartitionSpec,
  defineSchema,
  identifierToString,
  openCatalog,
  openTable,
  readManifestList,
} from "../../src/index.ts";
import type { Catalog, ManifestFile, PlainRow, Table } from "../../src/index.ts";
import {
  freshNamespace,
  fromAll,
  readByAll,
  restCatalog,
  sharedCatalogs,
} from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const pyiceberg = await useSharedReader("pyiceberg");
const duckdb = await useSharedReader("duckdb");
const engines = [spark, pyiceberg, duckdb];

const schema = defineSchema({ id: { type: "int", required: true }, day: "string" });
const partitionSpec = definePartitionSpec(schema, { day_part: "truncate[10](day)" });

/** Rows `[from, to)`, on two days. */
function rowsOf(from: number, to: number): PlainRow[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: from + index,
    day: `2025-01-1${(from + index) % 2}T10:00:00`,
  }));
}

/** The rows of the newest snapshot as all engines and we read them. */
async function rowsFound(
  table: Table,
  reference: CatalogReference,
): Promise<Readonly<Record<string, readonly PlainRow[]>>> {
  await table.refresh();
  const read = { catalog: reference, table: identifierToString(table.identifier) };
  const found = await readByAll(engines, read, "id");
  const scanned: PlainRow[] = [];
  for await (const { batch } of table.scan()) {
    for (let row = 0; row < batch.rowCount; row += 1) scanned.push(rowAt(batch, row));
  }
  return { ...found, ours: scanned.sort((a, b) => Number(a["id"]) - Number(b["id"])) };
}

const byAll = (rows: readonly PlainRow[]): Readonly<Record<string, readonly PlainRow[]>> => ({
  ...fromAll(engines, rows),
  ours: rows,
});

async function manifestsOf({ metadata, catalogTable }: Table): Promise<readonly ManifestFile[]> {
  const list = currentSnapshot(metadata)?.manifestList;
  return list === undefined ? [] : readManifestList(catalogTable.fileIo, list);
}

describe.each(sharedCatalogs)("a table in %s", (_, { name: catalogName, settings, reference }) => {
  const namespace = freshNamespace("commits");
  const catalogs = { [catalogName]: reference };
  let catalog: Catalog;
  let table: Table;
  let tableCount = 0;

  beforeAll(async () => {
    catalog = await openCatalog(settings);
  });
  afterAll(() => catalog[Symbol.asyncDispose]());

  async function newTable(properties: Readonly<Record<string, string>> = {}): Promise<string> {
    tableCount += 1;
    const name = `${namespace}.t${tableCount}`;
    table = await createTable(catalog, name, { schema, partitionSpec, properties });
    return name;
  }

  function callSpark(procedure: string, args: string): Promise<unknown> {
    return spark.sql(`CALL ${catalogName}.system.${procedure}(${args})`, catalogs);
  }

  it("is read after an append of nothing, its manifest list empty", async () => {
    await newTable();
    await appendToTable({ catalog, table: table.catalogTable, request: {} });
    await table.refresh();
    expect(await manifestsOf(table)).toEqual([]);
    expect(await rowsFound(table, reference)).toEqual(byAll([]));
    await table.append(rowsOf(0, 4));
    await appendToTable({ catalog, table: table.catalogTable, request: {} });
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 4)));
  });

  it("is read after appends that merged manifests", async () => {
    const name = await newTable({ "commit.manifest.min-count-to-merge": "3" });
    for (let first = 0; first < 20; first += 2) await table.append(rowsOf(first, first + 2));
    expect((await manifestsOf(table)).length).toBeLessThan(4);
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 20)));
    const first = table.metadata.snapshots[0]!.snapshotId;
    const read = { catalog: reference, table: name, snapshotId: first };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rowsOf(0, 2)));
    const entries = await spark.sql(
      `SELECT DISTINCT sequence_number FROM ${catalogName}.${name}.entries ORDER BY 1`,
      catalogs,
    );
    // What a merge carries on keeps the sequence number of its append.
    expect(entries.map((row) => row["sequence_number"])).toEqual(
      Array.from({ length: 10 }, (_item, index) => BigInt(index + 1)),
    );
  });

  it("is read after merges that took entries as an earlier merge had stored them", async () => {
    const name = await newTable({ "commit.manifest.min-count-to-merge": "30" });
    for (let id = 0; id < 70; id++) await table.append(rowsOf(id, id + 1));
    const [merged] = (await manifestsOf(table)).toReversed();
    expect(merged?.existingFilesCount).toBeGreaterThan(50);
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 70)));
    const entries = await spark.sql(
      `SELECT DISTINCT sequence_number FROM ${catalogName}.${name}.entries ORDER BY 1`,
      catalogs,
    );
    expect(entries.map((row) => row["sequence_number"])).toEqual(
      Array.from({ length: 70 }, (_item, index) => BigInt(index + 1)),
    );
  });

  it("has the properties that were set", async () => {
    const name = await newTable({ first: "1", second: "2" });
    await table.updateProperties({ set: { third: 'ü "3"' }, remove: ["first"] });
    const properties = await spark.sql(`SHOW TBLPROPERTIES ${catalogName}.${name}`, catalogs);
    const values = new Map(properties.map((row) => [row["key"], row["value"]]));
    expect(["first", "second", "third"].map((key) => values.get(key))).toEqual([
      undefined,
      "2",
      'ü "3"',
    ]);
  });

  it("is read after its snapshots expired and their files are gone", async () => {
    await newTable({ "commit.manifest.min-count-to-merge": "2" });
    for (let first = 0; first < 8; first += 2) await table.append(rowsOf(first, first + 2));
    const lists = table.metadata.snapshots.map(({ manifestList }) => manifestList);
    const retention = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 };
    const { expired, deleted } = await table.expireSnapshots({ retention });
    expect(expired.snapshotIds).toHaveLength(3);
    expect(deleted.manifestLists.toSorted()).toEqual(lists.slice(0, 3).toSorted());
    expect(deleted.manifests).not.toEqual([]);
    for (const location of [...deleted.manifestLists, ...deleted.manifests]) {
      expect(await table.catalogTable.fileIo.stat(location)).toBeUndefined();
    }
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 8)));
    await table.append(rowsOf(8, 10));
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 10)));
  });

  it("goes on after Spark expired, compacted and rewrote manifests", async () => {
    const name = await newTable({ "commit.manifest.min-count-to-merge": "4" });
    for (let first = 0; first < 6; first += 2) await table.append(rowsOf(first, first + 2));
    await callSpark(
      "rewrite_data_files",
      `table => '${name}', options => map('rewrite-all','true')`,
    );
    await table.refresh();
    expect(currentSnapshot(table.metadata)?.summary["operation"]).toBe("replace");
    await table.append(rowsOf(6, 8));
    await callSpark("rewrite_manifests", `table => '${name}'`);
    await table.append(rowsOf(8, 10));
    const olderThan = "older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1";
    await callSpark("expire_snapshots", `table => '${name}', ${olderThan}`);
    await table.refresh();
    expect(table.metadata.snapshots).toHaveLength(1);
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 10)));
    for (let first = 10; first < 16; first += 2) await table.append(rowsOf(first, first + 2));
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 16)));
  });

  it("is read without the rows that Spark deleted by position", async () => {
    const name = await newTable({ "write.delete.mode": "merge-on-read" });
    await table.append(rowsOf(0, 100));
    await spark.sql(`DELETE FROM ${catalogName}.${name} WHERE id % 3 = 0`, catalogs);
    await table.refresh();
    expect((await manifestsOf(table)).map(({ content }) => content)).toContain("deletes");
    const left = rowsOf(0, 100).filter(({ id }) => Number(id) % 3 !== 0);
    expect(await rowsFound(table, reference)).toEqual(byAll(left));
    // Deletes are of rows that were there, not of the same ids appended later.
    await table.append(rowsOf(99, 103));
    expect(await rowsFound(table, reference)).toEqual(byAll([...left, ...rowsOf(99, 103)]));
    const retention = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 };
    await table.expireSnapshots({ retention, deleteDataFiles: true });
    expect(await rowsFound(table, reference)).toEqual(byAll([...left, ...rowsOf(99, 103)]));
  });

  it("goes on where Spark created it", async () => {
    const name = `${namespace}.of_spark`;
    await newTable();
    await spark.sql(
      `CREATE TABLE ${catalogName}.${name} (id INT NOT NULL, day STRING) USING iceberg
        PARTITIONED BY (truncate(10, day)) TBLPROPERTIES ('commit.manifest.min-count-to-merge'='2')`,
      catalogs,
    );
    table = await openTable(catalog, name);
    await table.append(rowsOf(0, 3));
    await spark.sql(
      `INSERT INTO ${catalogName}.${name} VALUES (3, '2025-01-11T10:00:00')`,
      catalogs,
    );
    await table.append(rowsOf(4, 7));
    expect(await rowsFound(table, reference)).toEqual(byAll(rowsOf(0, 7)));
  });
});

it("a table in a REST catalog goes on where PyIceberg created it", async () => {
  await using catalog = await openCatalog(restCatalog.settings);
  const namespace = freshNamespace("of_pyiceberg");
  const source = await createTable(catalog, `${namespace}.source`, { schema, partitionSpec });
  await source.append(rowsOf(0, 5));
  const name = `${namespace}.copied`;
  await pyiceberg.copyTable({
    catalog: restCatalog.reference,
    table: name,
    source: `${namespace}.source`,
  });
  const table = await openTable(catalog, name);
  await table.updateProperties({ set: { "commit.manifest.min-count-to-merge": "2" } });
  await table.append(rowsOf(5, 8));
  await table.append(rowsOf(8, 10));
  expect(await rowsFound(table, restCatalog.reference)).toEqual(byAll(rowsOf(0, 10)));
});
