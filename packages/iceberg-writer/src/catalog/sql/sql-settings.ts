import { join, resolve } from "node:path";

import { IcebergError } from "../../iceberg-error.ts";
import { parseLocation } from "../../io/location.ts";

/** Which database a catalog is in. */
export type SqlTarget =
  | { readonly kind: "sqlite"; readonly path: string }
  /** `uri` without SQLAlchemy's driver: `postgresql://user@host/name`. */
  | { readonly kind: "postgres"; readonly uri: string };

/** The file of a catalog that lies beside its tables on local disk. */
const BESIDE_TABLES = "catalog.db";
const SQLITE = /^(?:jdbc:)?sqlite(?:\+\w+)?:(?:\/\/)?(?<path>.*)$/u;
const POSTGRES = /^(?:jdbc:)?(?:postgres|postgresql)(?:\+\w+)?:(?<rest>\/\/.*)$/u;

/**
 * Reads `uri` as PyIceberg takes it, in SQLAlchemy's form: `sqlite:////absolute/path.db`,
 * `sqlite:///relative.db`, `postgresql+psycopg2://user:password@host:5432/name`; or as Java does:
 * `jdbc:sqlite:path`, `jdbc:postgresql://…`. Without one, the database is `catalog.db` in a
 * warehouse on local disk.
 *
 * Errors: `SETTINGS_INVALID`.
 */
export function sqlTarget(uri: string | undefined, warehouse: string): SqlTarget {
  if (uri === undefined) {
    const { scheme, path } = parseLocation(warehouse);
    if (scheme === "file") return { kind: "sqlite", path: join(path, BESIDE_TABLES) };
    throw new IcebergError(
      "SETTINGS_INVALID",
      `the catalog needs a property uri, as sqlite:///catalog.db: ${warehouse} is not on local disk`,
    );
  }
  const sqlite = SQLITE.exec(uri)?.groups?.["path"];
  if (sqlite !== undefined) return { kind: "sqlite", path: sqlitePath(uri, sqlite) };
  const postgres = POSTGRES.exec(uri)?.groups?.["rest"];
  if (postgres !== undefined) return { kind: "postgres", uri: `postgresql:${postgres}` };
  throw new IcebergError(
    "SETTINGS_INVALID",
    `catalog uri "${withoutSecrets(uri)}" is neither sqlite:///… nor postgresql://…`,
  );
}

/**
 * SQLAlchemy's path begins behind the slash that ends the empty host; Java's is the rest. Behind a
 * question mark stand settings of either's driver.
 */
function sqlitePath(uri: string, rest: string): string {
  const [file = ""] = rest.split("?", 1);
  const path = uri.startsWith("jdbc:") ? file : file.replace(/^\//u, "");
  return path === "" || path === ":memory:" ? ":memory:" : resolve(path);
}

/** The user's part of a URI may hold a password, and so may its query. */
function withoutSecrets(uri: string): string {
  return uri.replace(/\/\/.*@/su, "//…@").replace(/\?.*$/su, "");
}
