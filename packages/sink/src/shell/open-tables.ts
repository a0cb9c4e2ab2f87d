import { IcebergError } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, TableIdentifier } from "@salon/iceberg-writer";
import type { EventSchema } from "@salon/schema";
import { bronzeLayout } from "../mapping/bronze-schema.ts";
import type { TableLayout } from "../mapping/bronze-schema.ts";
import {
  DEAD_LETTER_LAYOUT,
  DEAD_LETTER_TABLE_PROPERTY,
  deadLetterIdentifier,
} from "../mapping/dead-letter-schema.ts";
import { SinkError } from "../sink-error.ts";
import type { ResolvedSinkSettings } from "./sink-settings.ts";
import { EXPIRING_TABLE_PROPERTIES } from "./snapshot-expiry.ts";

/** The tables that a sink writes. */
export interface SinkTables {
  readonly main: CatalogTable;
  /** Absent where invalid records end the sink and there is no such table yet. */
  readonly deadLetters?: CatalogTable | undefined;
}

/**
 * Loads the tables, or creates them; members that do so at the same time all go on. Throws
 * `FORMAT_VERSION_UNSUPPORTED` for a table whose format has no sequence numbers, and
 * `SETTINGS_INVALID` for one whose dead letters are elsewhere than the settings say.
 */
export async function openTables(
  catalog: Catalog,
  events: EventSchema,
  settings: ResolvedSinkSettings,
): Promise<SinkTables> {
  const {
    table: identifier,
    tableProperties,
    deadLetterTable,
    timestampType,
    onInvalid,
  } = settings;
  const layout = bronzeLayout(events, timestampType);
  const main = await loadOrCreate(catalog, identifier, layout, {
    ...tableProperties,
    ...(deadLetterTable === undefined ? {} : { [DEAD_LETTER_TABLE_PROPERTY]: deadLetterTable }),
  });
  const deadLetterName = deadLetterIdentifier(identifier, main.metadata);
  checkDeadLetterName(deadLetterName.name, settings);
  const deadLetters =
    onInvalid === "dead-letters"
      ? await loadOrCreate(catalog, deadLetterName, DEAD_LETTER_LAYOUT, tableProperties)
      : await loadIfThere(catalog, deadLetterName);
  return { main, deadLetters };
}

/** Moving them would leave behind those that are decided. */
function checkDeadLetterName(name: string, { table, deadLetterTable }: ResolvedSinkSettings): void {
  if (deadLetterTable === undefined || deadLetterTable === name) return;
  throw new SinkError(
    "SETTINGS_INVALID",
    `the dead letters of table ${table.name} are in ${name}, and not in ${deadLetterTable}: ` +
      `where they are is decided when the table is created`,
  );
}

async function loadOrCreate(
  catalog: Catalog,
  identifier: TableIdentifier,
  layout: TableLayout,
  properties: Readonly<Record<string, string>>,
): Promise<CatalogTable> {
  const found = await loadIfThere(catalog, identifier);
  if (found !== undefined) return checkFormat(found);
  await catalog.ensureNamespace(identifier.namespace);
  try {
    const all = { ...EXPIRING_TABLE_PROPERTIES, ...properties };
    return await catalog.createTable(identifier, { ...layout, properties: all });
  } catch (error) {
    // Another member was faster, and its table is as good.
    if (!hasCode(error, "TABLE_ALREADY_EXISTS")) throw error;
    return checkFormat(await catalog.loadTable(identifier));
  }
}

/** The table, or undefined where there is none. */
async function loadIfThere(
  catalog: Catalog,
  identifier: TableIdentifier,
): Promise<CatalogTable | undefined> {
  try {
    return await catalog.loadTable(identifier);
  } catch (error) {
    if (hasCode(error, "TABLE_NOT_FOUND") || hasCode(error, "NAMESPACE_NOT_FOUND"))
      return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: IcebergError["code"]): boolean {
  return error instanceof IcebergError && error.code === code;
}

function checkFormat(table: CatalogTable): CatalogTable {
  if (table.metadata.formatVersion !== 2) {
    throw new SinkError(
      "FORMAT_VERSION_UNSUPPORTED",
      `table ${table.identifier.name} has format version ${table.metadata.formatVersion}, which ` +
        `has no sequence numbers: upgrade it to version 2 first ` +
        `(ALTER TABLE … SET TBLPROPERTIES ('format-version'='2'))`,
    );
  }
  return table;
}
