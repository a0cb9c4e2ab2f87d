import type { Catalog, CatalogTable, TableCommit } from "../catalog/catalog.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import type { TableUpdate } from "../spec/table-update.ts";
import { commitWithRetry } from "./commit-with-retry.ts";
import { effectsOf } from "./transaction-components.ts";
import type { TransactionComponents } from "./transaction-components.ts";

/** Which properties change. */
export interface PropertyChanges {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly remove?: readonly string[] | undefined;
}

/** The table whose properties change. */
export interface UpdatePropertiesOptions {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  readonly changes: PropertyChanges;
  readonly components?: TransactionComponents | undefined;
}

/**
 * Sets and removes table properties. The last writer of a property wins: catalogs do not compare
 * them. Commits nothing where the table is as asked for. Errors: see {@link commitWithRetry}.
 */
export async function updateProperties(
  options: UpdatePropertiesOptions,
  operation: OperationOptions = {},
): Promise<CatalogTable> {
  const { catalog, table, changes } = options;
  return commitWithRetry(
    {
      catalog,
      table,
      effects: effectsOf(options.components),
      doing: "change the properties",
      make: (base) => propertyCommit(base, changes),
      isApplied: (current) => propertyCommit(current, changes) === undefined,
    },
    operation,
  );
}

function propertyCommit(base: TableMetadata, changes: PropertyChanges): TableCommit | undefined {
  const set = Object.entries(changes.set ?? {}).filter(
    ([name, value]) => base.properties[name] !== value,
  );
  const removals = (changes.remove ?? []).filter((name) => base.properties[name] !== undefined);
  const updates: TableUpdate[] = [];
  if (set.length > 0) updates.push({ action: "set-properties", updates: Object.fromEntries(set) });
  if (removals.length > 0) updates.push({ action: "remove-properties", removals });
  if (updates.length === 0) return undefined;
  return {
    requirements: [{ type: "assert-table-uuid", uuid: base.tableUuid }],
    updates,
  };
}
