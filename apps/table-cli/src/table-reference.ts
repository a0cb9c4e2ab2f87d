import { IcebergError } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, TableIdentifier } from "@salon/iceberg-writer";
import { deadLetterIdentifier } from "@salon/sink";
import type { ProofOperation } from "@salon/sink";
import type { Emphasis } from "./command-output.ts";

/** The table that a subcommand is about, and what it works with. */
export interface TableReference {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  readonly signal: AbortSignal;
  readonly emphasis: Emphasis;
  /** Told how far a long reading is. */
  readonly onProgress: ProofOperation["onProgress"];
}

/** The table of dead letters of a main table, or undefined where there is none. */
export async function loadDeadLetters(
  { catalog, signal }: TableReference,
  main: CatalogTable,
): Promise<CatalogTable | undefined> {
  const identifier = deadLetterIdentifier(main.identifier, main.metadata);
  try {
    return await catalog.loadTable(identifier, { signal });
  } catch (error) {
    if (error instanceof IcebergError && error.code === "TABLE_NOT_FOUND") return undefined;
    throw error;
  }
}
