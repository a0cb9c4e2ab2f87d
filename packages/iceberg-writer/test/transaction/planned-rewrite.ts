import type { Catalog, CatalogTable } from "../../src/catalog/catalog.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import type { PlannedFile } from "../../src/scan/plan-files.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import type { RewriteFilesOptions } from "../../src/transaction/rewrite-files.ts";
import { dataFile, identifier, instantComponents, openTableUnderTest } from "./table-under-test.ts";

export const a: DataFile = dataFile("a", 10);
export const b: DataFile = dataFile("b", 5);
export const whole: DataFile = dataFile("whole", 15);

/** A rewrite that is planned, and what it was planned from. */
export interface PlannedRewrite {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  readonly replacedFiles: readonly PlannedFile[];
  readonly options: RewriteFilesOptions;
}

/** A table with the files a and b, planned to become the file `whole`, which is in storage. */
export async function openPlanned(
  properties: Readonly<Record<string, string>> = {},
): Promise<PlannedRewrite> {
  const { catalog, table: empty } = await openTableUnderTest(properties);
  const table = await appendToTable({ catalog, table: empty, request: { dataFiles: [a, b] } });
  await table.fileIo.write(whole.filePath, new Uint8Array(1));
  const replacedFiles = await Array.fromAsync(planFiles(table));
  const request = { replacedFiles, dataFiles: [whole] };
  const components = instantComponents();
  const options = { catalog, table, request, components, deleteDataFilesOnFailure: true };
  return { catalog, table, replacedFiles, options };
}

/** Adds data files as another writer would. */
export async function append(catalog: Catalog, ...dataFiles: DataFile[]): Promise<CatalogTable> {
  const table = await catalog.loadTable(identifier);
  return appendToTable({ catalog, table, request: { dataFiles } });
}

/** Adds delete files as another writer would. */
export async function addDeletes(
  catalog: Catalog,
  ...deleteFiles: DataFile[]
): Promise<CatalogTable> {
  const table = await catalog.loadTable(identifier);
  return appendToTable({ catalog, table, request: { deleteFiles } });
}

/** The names of the live data files, in order. */
export async function liveNames(catalog: Catalog): Promise<readonly string[]> {
  const planned = await Array.fromAsync(planFiles(await catalog.loadTable(identifier)));
  return planned.map((file) => file.dataFile.filePath.replace(/.*\/|\.parquet$/gu, "")).sort();
}
