import type { Catalog } from "@salon/iceberg-writer";

/** A catalog some of whose methods do something else; whoever opened it disposes of it. */
export function scriptCatalog(
  catalog: Catalog,
  script: Partial<Pick<Catalog, "loadTable" | "commitTable">>,
): Catalog {
  return {
    kind: catalog.kind,
    commitGuard: catalog.commitGuard,
    loadTable: (...args) => catalog.loadTable(...args),
    tableExists: (...args) => catalog.tableExists(...args),
    createTable: (...args) => catalog.createTable(...args),
    commitTable: (...args) => catalog.commitTable(...args),
    dropTable: (...args) => catalog.dropTable(...args),
    listTables: (...args) => catalog.listTables(...args),
    ensureNamespace: (...args) => catalog.ensureNamespace(...args),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...script,
  };
}
