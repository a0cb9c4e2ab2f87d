import type { NestedField, PrimitiveType } from "@salon/iceberg-writer";
import type { TableLayout } from "./bronze-schema.ts";

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

/** The dead-letter table: exact bytes, cause, and the main snapshot that decided each record. */
export const DEAD_LETTER_LAYOUT: TableLayout = {
  schema: {
    schemaId: 0,
    fields: Object.entries(COLUMNS).map(([name, type], index): NestedField => ({
      id: index + 1,
      name,
      required: false,
      type,
    })),
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

/** The name of a table's dead-letter table, which stands beside it. */
export function deadLetterTableName(tableName: string): string {
  return `${tableName}_dead_letters`;
}
