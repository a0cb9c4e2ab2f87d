import { IcebergError } from "../../iceberg-error.ts";
import { stripTrailingSlash } from "../../io/location.ts";
import type { KeptTablesSettings } from "./kept-tables.ts";

/** Properties of a catalog under Iceberg's names. */
export type Properties = Readonly<Record<string, string>>;

/** How to send requests; plain data. */
export interface RestSettings {
  /** Without `/v1` and without a slash at its end. */
  readonly uri: string;
  /** Of every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Reads `uri`, `header.*` and `rest.client.socket-timeout-ms`. `SETTINGS_INVALID`. */
export function restSettingsOf(properties: Properties): RestSettings {
  return {
    uri: catalogUri(properties),
    headers: {
      "x-iceberg-access-delegation": "vended-credentials",
      ...headerProperties(properties),
    },
    timeoutMs: wholeNumber(properties, "rest.client.socket-timeout-ms", { min: 1, unset: 60_000 }),
  };
}

/** Reads `rest-table-cache.*`. `SETTINGS_INVALID`. */
export function keptTablesSettingsOf(properties: Properties): KeptTablesSettings {
  return {
    tablesMax: wholeNumber(properties, "rest-table-cache.max-entries", { min: 0, unset: 10 }),
    ageMaxMs: wholeNumber(properties, "rest-table-cache.expire-after-write-ms", {
      min: 1,
      unset: 300_000,
    }),
  };
}

/** The `uri`, without a slash at its end. `SETTINGS_INVALID`. */
export function catalogUri(properties: Properties): string {
  const uri = properties["uri"];
  if (uri === undefined || !URL.canParse(uri)) {
    const shown = (uri ?? "").replace(/\/\/.*@/su, "//…@");
    throw new IcebergError("SETTINGS_INVALID", `uri "${shown}" of the REST catalog is no URL`);
  }
  return stripTrailingSlash(uri);
}

/** A catalog as messages name it: without what a user's part or a query could hold. */
export function catalogPlace(uri: string): string {
  const { protocol, host, pathname } = new URL(uri);
  return `catalog ${stripTrailingSlash(`${protocol}//${host}${pathname}`)}`;
}

/** What `header.<name>` properties say, by name in lower case. */
export function headerProperties(properties: Properties): Readonly<Record<string, string>> {
  const prefix = "header.";
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]),
  );
}

function wholeNumber(
  properties: Properties,
  name: string,
  { min, unset }: { readonly min: number; readonly unset: number },
): number {
  const text = properties[name] ?? String(unset);
  const number = /^\d+$/u.test(text) ? Number(text) : -1;
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new IcebergError(
    "SETTINGS_INVALID",
    `${name} "${text}" of the REST catalog is not a whole number from ${min} on`,
  );
}
