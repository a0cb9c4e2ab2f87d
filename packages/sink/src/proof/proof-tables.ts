import { IcebergError } from "@salon/iceberg-writer";
import type {
  Catalog,
  CatalogTable,
  OperationOptions,
  TableIdentifier,
} from "@salon/iceberg-writer";
import { deadLetterIdentifier } from "../mapping/dead-letter-schema.ts";

/** How often the tables are loaded anew where the main one moves on in between. */
const LOADS_MAX = 10;

/** A table and its dead letters as they were at one moment. */
export interface ProofTables {
  readonly main: CatalogTable;
  readonly deadLetters?: CatalogTable | undefined;
}

/**
 * Loads both tables so that the dead letters are those of the very snapshot of the main table: a
 * sink that runs beside it may commit to either at any time. `TABLE_NOT_FOUND` for the main one.
 */
export async function loadProofTables(
  catalog: Catalog,
  identifier: TableIdentifier,
  options: OperationOptions = {},
): Promise<ProofTables> {
  let main = await catalog.loadTable(identifier, options);
  for (let load = 1; ; load++) {
    const deadLetters = await loadIfThere(
      catalog,
      deadLetterIdentifier(identifier, main.metadata),
      options,
    );
    const after = await catalog.loadTable(identifier, options);
    const isSame = after.metadata.currentSnapshotId === main.metadata.currentSnapshotId;
    if (isSame || load === LOADS_MAX) return { main, deadLetters };
    main = after;
  }
}

async function loadIfThere(
  catalog: Catalog,
  identifier: TableIdentifier,
  options: OperationOptions,
): Promise<CatalogTable | undefined> {
  try {
    return await catalog.loadTable(identifier, options);
  } catch (error) {
    const isAbsent =
      error instanceof IcebergError &&
      (error.code === "TABLE_NOT_FOUND" || error.code === "NAMESPACE_NOT_FOUND");
    if (!isAbsent) throw error;
    return undefined;
  }
}
