import { IcebergError } from "../../iceberg-error.ts";
import { checkIdentifier, checkNamespace } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { Properties } from "./rest-settings.ts";

/** Where a catalog's resources are, behind its `uri`. */
export interface RestPaths {
  readonly namespaces: string;
  namespace(namespace: readonly string[]): string;
  tables(namespace: readonly string[]): string;
  table(identifier: TableIdentifier): string;
  view(identifier: TableIdentifier): string;
}

/**
 * The paths of a catalog under its `prefix`, with levels of a namespace joined as its
 * `namespace-separator` says. They throw `SETTINGS_INVALID` for a name that no path can hold.
 */
export function restPathsOf(properties: Properties): RestPaths {
  const { prefix = "", "namespace-separator": encodedSeparator = "%1F" } = properties;
  const separator = decodedSeparator(encodedSeparator);
  const namespaces = prefix === "" ? "/v1/namespaces" : `/v1/${prefix}/namespaces`;
  const paths: RestPaths = {
    namespaces,
    namespace(namespace) {
      checkNamespace(namespace);
      if (namespace.length === 0) {
        throw new IcebergError(
          "SETTINGS_INVALID",
          "a REST catalog needs a namespace for each table",
        );
      }
      if (namespace.some((level) => level.includes(separator))) {
        throw new IcebergError(
          "SETTINGS_INVALID",
          `namespace "${namespace.join('", "')}" is not usable: this catalog joins levels by ` +
            JSON.stringify(separator),
        );
      }
      return `${namespaces}/${encodeURIComponent(namespace.join(separator))}`;
    },
    tables: (namespace) => `${paths.namespace(namespace)}/tables`,
    table(identifier) {
      checkIdentifier(identifier);
      return `${paths.tables(identifier.namespace)}/${encodeURIComponent(identifier.name)}`;
    },
    view(identifier) {
      checkIdentifier(identifier);
      const views = `${paths.namespace(identifier.namespace)}/views`;
      return `${views}/${encodeURIComponent(identifier.name)}`;
    },
  };
  return paths;
}

/** Servers send it percent-encoded (REST spec: namespace-separator). */
function decodedSeparator(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new IcebergError(
      "SETTINGS_INVALID",
      `namespace-separator ${encoded} is not percent-encoded text`,
    );
  }
}
