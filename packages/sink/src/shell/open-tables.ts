import { IcebergError } from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, TableIdentifier } from "@salon/iceberg-writer";
import type { EventSchema } from "@salon/schema";
import { bronzeLayout } from "../mapping/bronze-schema.ts";
import type { TableLayout } from "../mapping/bronze-schema.ts";
import {
  DEAD_LETTER_LAYOUT,
  DEAD_LETTER_TABLE_PROPERTY,
  deadLetterIdentifier,
  FIRST_SOURCE_PROPERTY,
  isDeadLetterTableOf,
  MAIN_TABLE_PROPERTY,
} from "../mapping/dead-letter-schema.ts";
import { readPosition } from "../protocol/position.ts";
import { SinkError } from "../sink-error.ts";
import { DeadLetterTable } from "./dead-letter-table.ts";
import type { SinkClock } from "./sink-clock.ts";
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
 * `SETTINGS_INVALID` for one whose dead letters are elsewhere than the settings say, and
 * `DEAD_LETTERS_SHARED` for a new one whose dead letters would be among another's of this source.
 */
export async function openTables(
  catalog: Catalog,
  events: EventSchema,
  settings: ResolvedSinkSettings,
  clock: SinkClock,
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
  if (onInvalid !== "dead-letters") {
    return { main, deadLetters: await loadIfThere(catalog, deadLetterName) };
  }
  const deadLetters = await loadOrCreate(catalog, deadLetterName, DEAD_LETTER_LAYOUT, {
    ...tableProperties,
    [MAIN_TABLE_PROPERTY]: identifier.name,
    [FIRST_SOURCE_PROPERTY]: settings.sourceId,
  });
  await refuseShared(catalog, { main, deadLetters }, settings, clock);
  return { main, deadLetters };
}

/**
 * The same source in two main tables decides the same records twice, and nothing in their one
 * dead-letter table tells whose is whose once snapshots are expired. So a new main table claims its
 * source in a dead-letter table that was not created for it, before it has a position. A main table
 * that is created anew finds those of before; tables that shared one before this was refused go on.
 */
async function refuseShared(
  catalog: Catalog,
  { main, deadLetters: table }: { readonly main: CatalogTable; readonly deadLetters: CatalogTable },
  { sourceId, topic }: ResolvedSinkSettings,
  clock: SinkClock,
): Promise<void> {
  const { identifier, metadata } = main;
  const hasBegun = readPosition(metadata, sourceId).kind !== "absent";
  if (hasBegun || isDeadLetterTableOf(table, identifier)) return;
  const { tableUuid: mainTableUuid } = metadata;
  const deadLetters = new DeadLetterTable({ catalog, table, mainTableUuid, sourceId, clock });
  const isFree = !(await isOfOwner(catalog, table, sourceId)) && (await deadLetters.claim());
  if (isFree) return;
  const { name } = table.identifier;
  throw new SinkError(
    "DEAD_LETTERS_SHARED",
    `table ${name} has the dead letters that another table than ${identifier.name} decides of ` +
      `topic ${topic}: drop ${identifier.name}, which is empty, and start with ` +
      `--dead-letters table:<another>, or drop ${name} if the other table is no more`,
  );
}

/**
 * Whether the main table that a dead-letter table was created for reads a source, or is about to.
 */
async function isOfOwner(
  catalog: Catalog,
  { identifier, metadata }: CatalogTable,
  sourceId: string,
): Promise<boolean> {
  const name = metadata.properties[MAIN_TABLE_PROPERTY];
  const owner =
    name === undefined ? undefined : await loadIfThere(catalog, { ...identifier, name });
  if (owner === undefined) return false;
  const isFirst = metadata.properties[FIRST_SOURCE_PROPERTY] === sourceId;
  return isFirst || readPosition(owner.metadata, sourceId).kind !== "absent";
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
