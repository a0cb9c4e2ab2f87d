import type { OperationOptions } from "../../io/file-io.ts";
import type { Catalog } from "../catalog.ts";
import { openPostgresDatabase } from "./postgres-database.ts";
import { openSqlCatalog } from "./sql-catalog.ts";
import type { SqlCatalogOptions } from "./sql-catalog.ts";
import { sqlTarget } from "./sql-settings.ts";
import type { SqlDatabase } from "./sql-database.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";

/** PyIceberg's own default. */
const CATALOG_NAME = "default";

/** What a SQL catalog is made of; without a database the settings name one. */
interface SqlCatalogParts extends Omit<SqlCatalogOptions, "database" | "catalogName"> {
  readonly database?: SqlDatabase | undefined;
}

/**
 * Opens the catalog in the database that is given, or that the settings name.
 *
 * Errors: `SETTINGS_INVALID`, `CATALOG_UNAVAILABLE`, `CATALOG_UNAUTHORIZED`.
 */
export async function openSqlCatalogOf(
  settings: Readonly<Record<string, string>>,
  components: SqlCatalogParts,
  options?: OperationOptions,
): Promise<Catalog> {
  await using resources = new AsyncDisposableStack();
  resources.use(components.fileIo);
  const { warehouse } = components;
  const database = resources.use(components.database ?? (await openDatabase(settings, warehouse)));
  const catalogName = settings["catalog-name"] ?? CATALOG_NAME;
  const catalog = await openSqlCatalog({ ...components, database, catalogName }, options);
  resources.move();
  return catalog;
}

function openDatabase(
  settings: Readonly<Record<string, string>>,
  warehouse: string,
): Promise<SqlDatabase> {
  const target = sqlTarget(settings["uri"], warehouse);
  return target.kind === "sqlite"
    ? openSqliteDatabase(target.path)
    : openPostgresDatabase(target.uri);
}
