import { IcebergError } from "../iceberg-error.ts";

/**
 * A table's name: `{ namespace: ["db"], name: "ratings" }`; the namespace may be empty (hadoop).
 */
export interface TableIdentifier {
  readonly namespace: readonly string[];
  readonly name: string;
}

/**
 * Reads `db.ratings`; the last part is the table's name. A part in backticks or double quotes is
 * taken as it stands, dots included; the quote itself is doubled in it. `SETTINGS_INVALID` for a
 * part that is empty or no name, and for a quote without its end.
 */
export function parseTableIdentifier(text: string): TableIdentifier {
  const parts = splitParts(text);
  const identifier = { namespace: parts.slice(0, -1), name: parts.at(-1) ?? "" };
  checkIdentifier(identifier);
  return identifier;
}

/**
 * `db.ratings`, as {@link parseTableIdentifier} reads it: a part with a dot or a quote stands in
 * backticks.
 */
export function identifierToString(identifier: TableIdentifier): string {
  const parts = [...identifier.namespace, identifier.name];
  return parts
    .map((part) => (/[.`"]/u.test(part) ? `\`${part.replaceAll("`", "``")}\`` : part))
    .join(".");
}

/** `SETTINGS_INVALID` for a part that no catalog could keep apart from a path or another name. */
export function checkIdentifier(identifier: TableIdentifier): void {
  checkNamespace(identifier.namespace);
  checkPart(identifier.name, () => `table name "${identifier.name}"`);
}

/** As {@link checkIdentifier}, for a namespace alone. */
export function checkNamespace(namespace: readonly string[]): void {
  for (const part of namespace) checkPart(part, () => `namespace "${namespace.join(".")}"`);
}

function checkPart(part: string, what: () => string): void {
  const isControl = /\p{Cc}/u.test(part);
  if (part === "" || part === "." || part === ".." || part.includes("/") || isControl) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      `${what()} is not usable: a part is empty, "." or "..", or holds "/" or a control character`,
    );
  }
}

const QUOTED_PART = /^(["`])((?:\1\1|(?!\1).)*)\1(?=\.|$)/su;

function splitParts(text: string): readonly string[] {
  const parts: string[] = [];
  for (let rest = text; ;) {
    const [quoted, quote = "", inner = ""] = QUOTED_PART.exec(rest) ?? [];
    if (quoted === undefined && /^["`]/u.test(rest)) {
      throw new IcebergError("SETTINGS_INVALID", `a quote in table name ${text} has no end`);
    }
    const part = quoted ?? rest.split(".", 1)[0] ?? "";
    parts.push(quoted === undefined ? part : inner.replaceAll(quote + quote, quote));
    if (part.length === rest.length) return parts;
    rest = rest.slice(part.length + 1);
  }
}
