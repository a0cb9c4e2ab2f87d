import { IcebergError } from "../iceberg-error.ts";

/**
 * A table's name: `{ namespace: ["db"], name: "ratings" }`; the namespace may be empty (hadoop).
 */
export interface TableIdentifier {
  readonly namespace: readonly string[];
  readonly name: string;
}

/** Reads `db.ratings`; the last part is the table's name. `SETTINGS_INVALID` for an empty part. */
export function parseTableIdentifier(text: string): TableIdentifier {
  const parts = text.split(".");
  const identifier = { namespace: parts.slice(0, -1), name: parts.at(-1) ?? "" };
  checkIdentifier(identifier);
  return identifier;
}

/** `db.ratings`, for messages and keys of maps. */
export function identifierToString(identifier: TableIdentifier): string {
  return [...identifier.namespace, identifier.name].join(".");
}

/** `SETTINGS_INVALID` for a part that no catalog could keep apart from a path or another name. */
export function checkIdentifier(identifier: TableIdentifier): void {
  checkNamespace(identifier.namespace);
  checkPart(identifier.name, `table name "${identifier.name}"`);
}

/** As {@link checkIdentifier}, for a namespace alone. */
export function checkNamespace(namespace: readonly string[]): void {
  for (const part of namespace) checkPart(part, `namespace "${namespace.join(".")}"`);
}

function checkPart(part: string, what: string): void {
  const isControl = /\p{Cc}/u.test(part);
  if (part === "" || part === "." || part === ".." || part.includes("/") || isControl) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      `${what} is not usable: a part is empty, "." or "..", or holds "/" or a control character`,
    );
  }
}
