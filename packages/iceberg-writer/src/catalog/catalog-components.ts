import { randomUUID } from "node:crypto";

import type { FileIo } from "../io/file-io.ts";
import type { Fetch } from "./rest/http-exchange.ts";
import type { SqlDatabase } from "./sql/sql-database.ts";

/** The effects of a catalog; each has its natural default. */
export interface CatalogComponents {
  /** Serves the tables' files; by default opened from the settings, by the scheme of a location. */
  readonly fileIo?: FileIo | undefined;
  /** How REST catalogs are asked; by default over `node:http`. */
  readonly fetch?: Fetch | undefined;
  /** Of a SQL catalog, which owns it then; by default opened from the settings. */
  readonly database?: SqlDatabase | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
  readonly randomUuid?: (() => string) | undefined;
}

/** The clock and the ids of a catalog. */
export interface ClockAndIds {
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
}

/** Fills in the defaults. */
export function clockAndIdsOf(components: CatalogComponents): ClockAndIds {
  return {
    nowMs: components.nowMs ?? Date.now,
    randomUuid: components.randomUuid ?? randomUUID,
  };
}
