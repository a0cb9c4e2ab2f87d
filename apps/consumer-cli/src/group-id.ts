import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { CatalogArguments } from "@salon/command-line";

const HASH_CHARACTERS = 12;

/**
 * The consumer group of all members that fill one table from one topic: `salon.<table>.<hash>`.
 * Members of a group share the partitions, so two sinks with different tables must never meet in
 * one group by default; hence the hash of topic, catalog, warehouse and namespace.
 */
export function defaultGroupId(topic: string, catalog: CatalogArguments): string {
  const { properties, propertyFiles, namespace, table } = catalog;
  const identity = [
    topic,
    properties.type,
    properties["uri"] ?? propertyFiles?.["uri"] ?? "",
    absolute(properties["warehouse"] ?? ""),
    ...namespace,
    table,
  ];
  const hash = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  return `salon.${table}.${hash.slice(0, HASH_CHARACTERS)}`;
}

/** A path means another place in another working directory; a URI does not. */
function absolute(warehouse: string): string {
  return warehouse === "" || /^[A-Za-z][A-Za-z0-9+.-]+:/.test(warehouse)
    ? warehouse
    : resolve(warehouse);
}
