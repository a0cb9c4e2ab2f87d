import { valueAt } from "@salon/columns";
import { useSharedReader } from "@salon/testkit";
import type { TableRow } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import {
  appendToTable,
  createTable,
  currentSnapshot,
  definePartitionSpec,
  defineSchema,
  openCatalog,
  openTableWriter,
  planFiles,
  rewriteFiles,
  scanTable,
  writePositionDeletes,
} from "../../src/index.ts";
import type {
  Catalog,
  CatalogTable,
  DeletedRows,
  PlainRow,
  PlannedFile,
  RewriteRequest,
  Table,
} from "../../src/index.ts";
import { freshNamespace, fromAll, readByAll, sharedCatalogs } from "./catalogs-of-engines.ts";

const spark = await useSharedReader("spark");
const engines = [spark, await useSharedReader("pyiceberg"), await useSharedReader("duckdb")];

const schema = defineSchema({ id: "int", city: "string" });
const partitionSpec = definePartitionSpec(schema, { city: "identity(city)" });

function visits(from: number): PlainRow[] {
  return Array.from({ length: 30 }, (_, index) => ({
    id: from + index,
    city: index % 3 === 0 ? null : `Köln ${index % 3}`,
  }));
}

async function openVisits(catalog: Catalog, name: string): Promise<Table> {
  const table = await createTable(catalog, name, { schema, partitionSpec });
  for (const from of [0, 30, 60]) await table.append(visits(from));
  return table;
}

/** Rows of the first file of a table go. */
async function deleteSome(table: CatalogTable): Promise<{
  readonly ids: readonly number[];
  readonly deleted: readonly DeletedRows[];
}> {
  for await (const { dataFile, batch } of scanTable({ table, columns: ["id"] })) {
    const positions = [0, batch.rowCount - 1];
    const [ids] = batch.columns;
    if (ids === undefined) throw new Error("no column");
    const gone = positions.map((row) => Number(valueAt(ids, row)));
    return { ids: gone, deleted: [{ dataFile, positions }] };
  }
  throw new Error("no rows");
}

/** The live rows of files, in as few files as there are partitions. */
async function compacted(
  table: CatalogTable,
  replacedFiles: readonly PlannedFile[],
): Promise<RewriteRequest> {
  await using writer = openTableWriter({ table });
  for await (const { batch } of scanTable({ table, files: replacedFiles })) {
    await writer.write(batch);
  }
  return { replacedFiles, dataFiles: await writer.close() };
}

describe.each(sharedCatalogs)("files replaced in %s", (_, shared) => {
  const namespace = freshNamespace("rewrites");
  const catalogs = { [shared.name]: shared.reference };

  function ofSpark(name: string, part: string, columns: string): Promise<readonly TableRow[]> {
    return spark.sql(`SELECT ${columns} FROM ${shared.name}.${name}.${part} ORDER BY 1`, catalogs);
  }

  it("leave all engines the same rows, and what was replaced to the snapshots before", async () => {
    await using catalog = await openCatalog(shared.settings);
    const name = `${namespace}.visits`;
    const { catalogTable } = await openVisits(catalog, name);
    const { ids, deleted } = await deleteSome(catalogTable);
    const deleteFiles = await writePositionDeletes(catalogTable, deleted);
    const request = { deleteFiles };
    const table = await appendToTable({ catalog, table: catalogTable, request });

    const planned = await Array.fromAsync(planFiles(table));
    expect(planned).toHaveLength(9);
    const rewrite = await compacted(table, planned);
    const replaced = await rewriteFiles({ catalog, table, request: rewrite });

    const all = [0, 30, 60].flatMap(visits);
    const rows = all.filter(({ id }) => !ids.includes(Number(id)));
    const read = { catalog: shared.reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
    const before = { ...read, snapshotId: table.metadata.snapshots[2]!.snapshotId };
    expect(await readByAll(engines, before, "id")).toEqual(fromAll(engines, all));

    const snapshots = await ofSpark(name, "snapshots", "committed_at, operation, summary");
    expect(snapshots.map(({ operation }) => operation)).toEqual([
      "append",
      "append",
      "append",
      "delete",
      "replace",
    ]);
    const entries = "status, sequence_number, file_sequence_number, data_file.content AS content";
    const found = await ofSpark(name, "entries", entries);
    const asPlanned = { sequence_number: 4n, file_sequence_number: 5n, content: 0 };
    expect(found.filter(({ status }) => status === 1)).toEqual([
      ...Array.from({ length: 3 }, () => ({ status: 1, ...asPlanned })),
      // The delete file is what it was.
      { status: 1, sequence_number: 4n, file_sequence_number: 4n, content: 1 },
    ]);
    expect(found.filter(({ status }) => status === 2)).toHaveLength(9);
    expect(currentSnapshot(replaced.metadata)?.summary).toMatchObject({
      "deleted-data-files": "9",
      "added-data-files": "3",
      "deleted-records": "90",
      "added-records": "88",
      "total-data-files": "3",
      "total-records": "88",
    });
    const files = await ofSpark(name, "data_files", "file_path, record_count");
    const added = rewrite.dataFiles.map((file) => ({
      file_path: file.filePath,
      record_count: BigInt(file.recordCount),
    }));
    expect(files).toEqual(added.toSorted((x, y) => (x.file_path < y.file_path ? -1 : 1)));
  });

  it("are gone with the last snapshot that had them, and engines go on", async () => {
    await using catalog = await openCatalog(shared.settings);
    const name = `${namespace}.expired`;
    const table = await openVisits(catalog, name);
    const planned = await Array.fromAsync(planFiles(table.catalogTable));
    const request = await compacted(table.catalogTable, planned);
    await rewriteFiles({ catalog, table: table.catalogTable, request });
    const replacedPaths = planned.map(({ dataFile }) => dataFile.filePath);
    const open = await catalog.loadTable(table.identifier);
    for (const path of replacedPaths) expect(await open.fileIo.stat(path)).toBeDefined();

    await spark.sql(
      `ALTER TABLE ${shared.name}.${name} SET TBLPROPERTIES ('write.delete.mode'='merge-on-read')`,
      catalogs,
    );
    await spark.sql(`DELETE FROM ${shared.name}.${name} WHERE id % 7 = 0`, catalogs);
    await table.refresh();
    const retention = { maxSnapshotAgeMs: 0, minSnapshotsToKeep: 1 };
    const { deleted } = await table.expireSnapshots({ retention, deleteDataFiles: true });
    expect(deleted.dataFiles.toSorted()).toEqual(replacedPaths.toSorted());
    for (const path of replacedPaths) expect(await open.fileIo.stat(path)).toBeUndefined();
    await spark.sql(
      `CALL ${shared.name}.system.rewrite_data_files(table => '${name}',
        options => map('rewrite-all','true'))`,
      catalogs,
    );
    const rows = [0, 30, 60].flatMap(visits).filter(({ id }) => Number(id) % 7 !== 0);
    const read = { catalog: shared.reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
  });

  it("are refused where Spark deleted rows of them, and are planned anew then", async () => {
    await using catalog = await openCatalog(shared.settings);
    const name = `${namespace}.overtaken`;
    const { catalogTable: table } = await openVisits(catalog, name);
    const late = await compacted(table, await Array.fromAsync(planFiles(table)));
    await spark.sql(
      `ALTER TABLE ${shared.name}.${name} SET TBLPROPERTIES ('write.delete.mode'='merge-on-read')`,
      catalogs,
    );
    await spark.sql(`DELETE FROM ${shared.name}.${name} WHERE id = 31`, catalogs);
    const deleteDataFilesOnFailure = true;
    const rewrite = rewriteFiles({ catalog, table, request: late, deleteDataFilesOnFailure });
    await expect(rewrite).rejects.toMatchObject({ code: "REPLACED_FILES_CHANGED" });
    const current = await catalog.loadTable(table.identifier);
    const request = await compacted(current, await Array.fromAsync(planFiles(current)));
    await rewriteFiles({ catalog, table: current, request });
    const rows = [0, 30, 60].flatMap(visits).filter(({ id }) => id !== 31);
    const read = { catalog: shared.reference, table: name };
    expect(await readByAll(engines, read, "id")).toEqual(fromAll(engines, rows));
  });
});
