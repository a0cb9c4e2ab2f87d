import type { NestedField, PartitionSpec, PrimitiveType, Schema } from "@salon/iceberg-writer";
import type { EventFieldType, EventSchema } from "@salon/schema";

/** How `local-date-time` fields of events become columns of a table that we create. */
export type TimestampType = "string" | "timestamp" | "timestamptz";

/** Schema and partitions of a table that is to be created. */
export interface TableLayout {
  readonly schema: Schema;
  readonly partitionSpec: PartitionSpec;
}

/**
 * The bronze table of an event schema: its fields and then the columns that say where a row comes
 * from, all optional. Rows are partitioned by the day of the first `local-date-time` field `f`, as
 * `f_day`: `truncate[10]` of the text, which names the same folders as `day` does of a timestamp.
 */
export function bronzeLayout(events: EventSchema, timestampType: TimestampType): TableLayout {
  const types = events.fields.map(
    ({ name, type }) => [name, columnType(type, timestampType)] as const,
  );
  const fields = [...types, ...Object.entries(ORIGIN_COLUMNS)].map(
    ([name, type], index): NestedField => ({ id: index + 1, name, required: false, type }),
  );
  const time = events.fields.findIndex(({ type }) => type === "local-date-time");
  const name = events.fields[time]?.name;
  const transform =
    timestampType === "string"
      ? ({ kind: "truncate", width: 10 } as const)
      : ({ kind: "day" } as const);
  return {
    schema: { schemaId: 0, fields },
    partitionSpec: {
      specId: 0,
      fields:
        name === undefined
          ? []
          : [{ sourceId: time + 1, fieldId: 1000, name: `${name}_day`, transform }],
    },
  };
}

/** The columns that say where a row comes from, after those of the event. */
export const ORIGIN_COLUMNS: Readonly<Record<OriginColumn, PrimitiveType>> = {
  processed_timestamp: { kind: "timestamptz" },
  _kafka_topic: { kind: "string" },
  _kafka_partition: { kind: "int" },
  _kafka_offset: { kind: "long" },
};

/** Names of {@link ORIGIN_COLUMNS}. */
export type OriginColumn =
  | "processed_timestamp"
  | "_kafka_topic"
  | "_kafka_partition"
  | "_kafka_offset";

function columnType(type: EventFieldType, timestampType: TimestampType): PrimitiveType {
  return type === "local-date-time" ? { kind: timestampType } : { kind: type };
}
