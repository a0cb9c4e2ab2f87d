import { IcebergError } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, TableIdentifier } from "@salon/iceberg-writer";
import { deadLetterTableName } from "@salon/sink";
import type { Emphasis } from "./command-output.ts";

/** The table that a subcommand is about, and what it works with. */
export interface TableReference {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  readonly signal: AbortSignal;
  readonly emphasis: Emphasis;
}

/** The table of dead letters beside it, or undefined where there is none. */
export async function loadDeadLetters(table: TableReference): Promise<CatalogTable | undefined> {
  const { catalog, identifier, signal } = table;
  const name = deadLetterTableName(identifier.name);
  try {
    return await catalog.loadTable({ ...identifier, name }, { signal });
  } catch (error) {
    if (error instanceof IcebergError && error.code === "TABLE_NOT_FOUND") return undefined;
    throw error;
  }
}
