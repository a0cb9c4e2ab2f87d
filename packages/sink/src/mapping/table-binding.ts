import type { NestedField, Schema } from "@salon/iceberg-writer";
import type { DateTimeRepresentation, EventFieldType, EventSchema } from "@salon/schema";
import { ORIGIN_COLUMNS } from "./bronze-schema.ts";
import { SinkError } from "../sink-error.ts";

/** How events are written into a table as it is. */
export interface TableBinding {
  /** Per `local-date-time` field, what its column holds. */
  readonly dateTimes: Readonly<Record<string, DateTimeRepresentation>>;
  /** The column for the time of processing, where there is one. */
  readonly processedTimestamp?: "timestamp" | "timestamptz" | undefined;
}

type ColumnKind = NestedField["type"]["kind"];

const WRITABLE: Readonly<Record<EventFieldType, readonly ColumnKind[]>> = {
  boolean: ["boolean"],
  int: ["int", "long"],
  long: ["long"],
  float: ["float", "double"],
  double: ["double"],
  string: ["string"],
  "local-date-time": ["string", "timestamp", "timestamptz"],
};

/**
 * Matches events to a table's own schema by column name. Columns that no event fills stay null.
 * Throws `TABLE_INCOMPATIBLE` with every difference that stands in the way.
 */
export function bindTable(
  schema: Schema,
  events: EventSchema,
  timeZone: string,
  tableName: string,
): TableBinding {
  const columns = new Map(schema.fields.map((field) => [field.name, field]));
  const differences: string[] = [];
  const dateTimes: Record<string, DateTimeRepresentation> = {};

  for (const { name, type, required } of events.fields) {
    const column = columns.get(name);
    const kind = checkColumn(differences, column, name, WRITABLE[type], required === true);
    if (kind === "timestamptz") dateTimes[name] = { as: kind, timeZone };
    else if (kind === "timestamp") dateTimes[name] = { as: kind };
  }
  checkColumn(differences, columns.get("_kafka_topic"), "_kafka_topic", ["string"], true);
  checkColumn(
    differences,
    columns.get("_kafka_partition"),
    "_kafka_partition",
    ["int", "long"],
    true,
  );
  checkColumn(differences, columns.get("_kafka_offset"), "_kafka_offset", ["long"], true);
  const processed = columns.get("processed_timestamp");
  const processedTimestamp =
    processed === undefined
      ? undefined
      : checkColumn(differences, processed, processed.name, ["timestamptz", "timestamp"], true);

  const eventColumns = events.fields.map(({ name }) => name);
  const filled = new Set([...eventColumns, ...Object.keys(ORIGIN_COLUMNS)]);
  for (const { name, required } of schema.fields) {
    if (required && !filled.has(name))
      differences.push(`column ${name} is required and never filled`);
  }
  if (differences.length > 0) {
    throw new SinkError(
      "TABLE_INCOMPATIBLE",
      `events of ${events.name} cannot be written into table ${tableName}: ${differences.join("; ")}`,
      { context: { differences } },
    );
  }
  return {
    dateTimes,
    processedTimestamp:
      processedTimestamp === "timestamp" || processedTimestamp === "timestamptz"
        ? processedTimestamp
        : undefined,
  };
}

function checkColumn(
  differences: string[],
  column: NestedField | undefined,
  name: string,
  kinds: readonly ColumnKind[],
  isAlwaysFilled: boolean,
): ColumnKind | undefined {
  if (column === undefined) {
    differences.push(`there is no column ${name} (${kinds.join(" or ")})`);
    return undefined;
  }
  const { kind } = column.type;
  if (!kinds.includes(kind)) {
    differences.push(`column ${name} is ${kind} and would need to be ${kinds.join(" or ")}`);
  }
  if (column.required && !isAlwaysFilled) {
    differences.push(`column ${name} is required, and events may lack it`);
  }
  return kind;
}
