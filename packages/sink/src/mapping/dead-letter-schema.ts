import type {
  CatalogTable,
  NestedField,
  PrimitiveType,
  TableIdentifier,
  TableMetadata,
} from "@salon/iceberg-writer";
import type { TableLayout } from "./bronze-schema.ts";

/**
 * The column with a record's headers. Tables of before have none: they go on without, and get none
 * by themselves.
 */
export const HEADERS_COLUMN = "_kafka_headers";

const COLUMNS: Readonly<Record<string, PrimitiveType>> = {
  _kafka_topic: { kind: "string" },
  _kafka_partition: { kind: "int" },
  _kafka_offset: { kind: "long" },
  _kafka_timestamp: { kind: "timestamptz" },
  _kafka_key: { kind: "binary" },
  value: { kind: "binary" },
  decided_by: { kind: "long" },
  error_code: { kind: "string" },
  error_field: { kind: "string" },
  error_message: { kind: "string" },
  processed_timestamp: { kind: "timestamptz" },
};

const columnFields = Object.entries(COLUMNS).map(([name, type], index): NestedField => ({
  id: index + 1,
  name,
  required: false,
  type,
}));
const headersId = columnFields.length + 1;

/** Ids of nested fields follow those of the columns. */
const headersField: NestedField = {
  id: headersId,
  name: HEADERS_COLUMN,
  required: false,
  type: {
    kind: "list",
    elementId: headersId + 1,
    elementRequired: true,
    element: {
      kind: "struct",
      fields: [
        { id: headersId + 2, name: "name", required: true, type: { kind: "string" } },
        { id: headersId + 3, name: "value", required: false, type: { kind: "binary" } },
      ],
    },
  },
};

/** The dead-letter table: exact bytes, cause, and the main snapshot that decided each record. */
export const DEAD_LETTER_LAYOUT: TableLayout = {
  schema: {
    schemaId: 0,
    fields: [...columnFields, headersField],
  },
  partitionSpec: {
    specId: 0,
    fields: [
      {
        sourceId: Object.keys(COLUMNS).indexOf("processed_timestamp") + 1,
        fieldId: 1000,
        name: "processed_timestamp_day",
        transform: { kind: "day" },
      },
    ],
  },
};

/**
 * The property of a main table that names its dead-letter table, in the same namespace. It is in
 * the table so that all who look for dead letters look at the same place.
 */
export const DEAD_LETTER_TABLE_PROPERTY = "salon.dead-letters.table";

/** The property of a dead-letter table that names the main table which it was created for. */
export const MAIN_TABLE_PROPERTY = "salon.dead-letters.main";

/**
 * The property of a dead-letter table with the id of the source whose sink created it: the main
 * table may have no position of it yet.
 */
export const FIRST_SOURCE_PROPERTY = "salon.dead-letters.source";

/** Whether a dead-letter table is that of a main table; older ones say so by their names. */
export function isDeadLetterTableOf(
  { identifier, metadata }: Pick<CatalogTable, "identifier" | "metadata">,
  main: TableIdentifier,
): boolean {
  const owner = metadata.properties[MAIN_TABLE_PROPERTY];
  if (owner !== undefined) return owner === main.name;
  return identifier.name === deadLetterTableName(main.name);
}

/** Where the dead letters of a table are. */
export function deadLetterIdentifier(
  main: TableIdentifier,
  { properties }: Pick<TableMetadata, "properties">,
): TableIdentifier {
  const name = properties[DEAD_LETTER_TABLE_PROPERTY] ?? deadLetterTableName(main.name);
  return { ...main, name };
}

/** The name of a table's dead-letter table where its property does not say another. */
export function deadLetterTableName(tableName: string): string {
  return `${tableName}_dead_letters`;
}
