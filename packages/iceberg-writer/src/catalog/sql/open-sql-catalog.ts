import type { OperationOptions } from "../../io/file-io.ts";
import type { Catalog } from "../catalog.ts";
import { openPostgresDatabase } from "./postgres-database.ts";
import { openSqlCatalog } from "./sql-catalog.ts";
import type { SqlCatalogOptions } from "./sql-catalog.ts";
import { sqlTarget } from "./sql-settings.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";

/** PyIceberg's own default. */
const CATALOG_NAME = "default";

/**
 * Opens the database that the settings name, and the catalog in it.
 *
 * Errors: `SETTINGS_INVALID`, `CATALOG_UNAVAILABLE`, `CATALOG_UNAUTHORIZED`.
 */
export async function openSqlCatalogOf(
  settings: Readonly<Record<string, string>>,
  components: Omit<SqlCatalogOptions, "database" | "catalogName">,
  options?: OperationOptions,
): Promise<Catalog> {
  await using resources = new AsyncDisposableStack();
  resources.use(components.fileIo);
  const target = sqlTarget(settings["uri"], components.warehouse);
  const database = resources.use(
    target.kind === "sqlite"
      ? await openSqliteDatabase(target.path)
      : await openPostgresDatabase(target.uri),
  );
  const catalogName = settings["catalog-name"] ?? CATALOG_NAME;
  const catalog = await openSqlCatalog({ ...components, database, catalogName }, options);
  resources.move();
  return catalog;
}
