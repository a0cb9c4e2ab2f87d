import type { Catalog, CatalogTable, CommitOutcome } from "../../src/catalog/catalog.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import type { Schema } from "../../src/spec/schema.ts";
import type { TransactionComponents } from "../../src/transaction/transaction-components.ts";

export const identifier = { namespace: ["db"], name: "ratings" };

const schema: Schema = {
  schemaId: 0,
  fields: [{ id: 1, name: "customer_id", required: false, type: { kind: "int" } }],
};

/** A memory catalog with one table; `properties` are those of the table. */
export async function openTableUnderTest(
  properties: Readonly<Record<string, string>> = {},
): Promise<{ readonly catalog: Catalog; readonly table: CatalogTable }> {
  const catalog = await openCatalog({ type: "memory" });
  const table = await catalog.createTable(identifier, { schema, properties });
  return { catalog, table };
}

/** A data file of which only the manifest tells; nothing lies at its path. */
export function dataFile(name: string, recordCount = 10): DataFile {
  return {
    content: "data",
    filePath: `memory://warehouse/db/ratings/data/${name}.parquet`,
    fileFormat: "PARQUET",
    partition: [],
    specId: 0,
    recordCount,
    fileSizeInBytes: 100 * recordCount,
  };
}

/** What happens to one commit; `apply` hands it to the real catalog. */
export type CommitScript = (apply: () => Promise<CommitOutcome>) => Promise<CommitOutcome>;

/** The catalog with a script for its first commits; later ones pass. */
export function scriptCommits(catalog: Catalog, scripts: readonly CommitScript[]): Catalog {
  const left = [...scripts];
  return {
    kind: catalog.kind,
    commitGuard: catalog.commitGuard,
    loadTable: (...args) => catalog.loadTable(...args),
    tableExists: (...args) => catalog.tableExists(...args),
    createTable: (...args) => catalog.createTable(...args),
    commitTable: (...args) => {
      const apply = (): Promise<CommitOutcome> => catalog.commitTable(...args);
      return (left.shift() ?? ((applied) => applied()))(apply);
    },
    dropTable: (...args) => catalog.dropTable(...args),
    listTables: (...args) => catalog.listTables(...args),
    ensureNamespace: (...args) => catalog.ensureNamespace(...args),
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
}

/** Components that never wait, and the waits they were asked for. */
export function instantComponents(): TransactionComponents & { readonly waitsMs: number[] } {
  const waitsMs: number[] = [];
  return {
    waitsMs,
    random: () => 0,
    sleep: async (delayMs) => {
      waitsMs.push(delayMs);
    },
  };
}

/** Every location under the table's metadata that holds Avro. */
export async function avroFiles(table: CatalogTable): Promise<string[]> {
  const found: string[] = [];
  for await (const { location } of table.fileIo.list(`${table.metadata.location}/metadata/`)) {
    if (location.endsWith(".avro")) found.push(location);
  }
  return found.sort();
}
