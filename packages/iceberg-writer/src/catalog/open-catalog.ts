import { resolve } from "node:path";

import { IcebergError } from "../iceberg-error.ts";
import { createResolvingFileIo } from "../io/file-io-registry.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { parseLocation, stripTrailingSlash } from "../io/location.ts";
import { createMemoryFileIo } from "../io/memory-file-io.ts";
import { clockAndIdsOf } from "./catalog-components.ts";
import type { CatalogComponents } from "./catalog-components.ts";
import type { Catalog } from "./catalog.ts";
import { createHadoopCatalog } from "./hadoop-catalog.ts";
import { createMemoryCatalog } from "./memory-catalog.ts";
import { connectRestCatalog } from "./rest/connect-rest-catalog.ts";
import { fetchByNodeHttp } from "./rest/node-http.ts";

/**
 * A catalog's settings under Iceberg's own names, so that those of a Spark or PyIceberg catalog
 * can be copied: `type`, `uri`, `warehouse`, `credential`, `token`, `prefix`, `header.*`,
 * `catalog-name`, `s3.*`, `client.region`, … Names that mean nothing here (`catalog-impl`,
 * `io-impl`) are ignored.
 */
export type CatalogSettings = Readonly<Record<string, string>>;

type Opener = (
  settings: CatalogSettings,
  components: CatalogComponents,
  options: OperationOptions,
) => Catalog | Promise<Catalog>;

const openers: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  [
    "hadoop",
    (settings, components) =>
      createHadoopCatalog({
        ...clockAndIdsOf(components),
        warehouse: warehouseLocation(settings["warehouse"]),
        fileIo: components.fileIo ?? createResolvingFileIo(settings),
      }),
  ],
  [
    "rest",
    (settings, components, options) =>
      connectRestCatalog(
        {
          properties: settings,
          fetch: components.fetch ?? fetchByNodeHttp,
          ...clockAndIdsOf(components),
          fileIo: components.fileIo,
        },
        options,
      ),
  ],
  [
    "sql",
    async (settings, components, options) => {
      const { openSqlCatalogOf } = await import("./sql/open-sql-catalog.ts");
      return openSqlCatalogOf(
        settings,
        {
          ...clockAndIdsOf(components),
          database: components.database,
          warehouse: warehouseLocation(settings["warehouse"]),
          fileIo: components.fileIo ?? createResolvingFileIo(settings),
        },
        options,
      );
    },
  ],
  [
    "memory",
    (settings, components) =>
      createMemoryCatalog({
        ...clockAndIdsOf(components),
        warehouse: settings["warehouse"] ?? "memory://warehouse",
        fileIo: components.fileIo ?? createMemoryFileIo(),
      }),
  ],
]);

/**
 * Opens the catalog that the settings describe. Without a `type` it is `rest` where a `uri` with
 * http is given, `sql` where one of a database is, and `hadoop` otherwise.
 *
 * Errors: `SETTINGS_INVALID`, `UNSUPPORTED`; of REST and SQL catalogs also `CATALOG_UNAVAILABLE`
 * and `CATALOG_UNAUTHORIZED`.
 */
export async function openCatalog(
  settings: CatalogSettings,
  components: CatalogComponents = {},
  options: OperationOptions = {},
): Promise<Catalog> {
  const type = settings["type"] ?? typeOfUri(settings["uri"] ?? "");
  const opener = openers.get(type.toLowerCase());
  if (opener === undefined) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      `catalog type "${type}" is not known; known: ${[...openers.keys()].join(", ")}`,
    );
  }
  return opener(settings, components, options);
}

function typeOfUri(uri: string): string {
  if (/^https?:/u.test(uri)) return "rest";
  return /^(?:jdbc:)?(?:sqlite|postgres)/u.test(uri) ? "sql" : "hadoop";
}

/**
 * The location of a warehouse: a path becomes `file:///…`, and so does any other spelling of a
 * local file; everything else stays as it is given.
 */
export function warehouseLocation(warehouse: string | undefined): string {
  if (warehouse === undefined || warehouse === "") {
    throw new IcebergError("SETTINGS_INVALID", "the catalog needs a property warehouse");
  }
  const hasScheme = /^[A-Za-z][A-Za-z0-9+.-]+:/u.test(warehouse);
  const location = stripTrailingSlash(hasScheme ? warehouse : resolve(warehouse));
  const { scheme, path } = parseLocation(location);
  return scheme === "file" ? `file://${stripTrailingSlash(path)}` : location;
}
