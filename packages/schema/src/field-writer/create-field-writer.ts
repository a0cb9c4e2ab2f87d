import type { DateTimeRepresentation } from "../decoder.ts";
import type { EventField } from "../event-schema.ts";
import { LocalDateTimeScanner } from "../local-date-time-scanner.ts";
import { createTimeZone } from "../time-zone.ts";
import { BooleanWriter } from "./boolean-writer.ts";
import { DateTimeTextWriter } from "./date-time-text-writer.ts";
import { LongWriter } from "./long-writer.ts";
import { NumberWriter } from "./number-writer.ts";
import { TextWriter } from "./text-writer.ts";
import { TimestampWriter } from "./timestamp-writer.ts";

/** Every kind of writer, so that code can be generated for the one that a field has. */
export type AnyFieldWriter =
  | BooleanWriter
  | NumberWriter
  | LongWriter
  | TextWriter
  | DateTimeTextWriter
  | TimestampWriter;

/** How columns are made. */
export interface ColumnForm {
  readonly dateTime?: DateTimeRepresentation | undefined;
  /** Whether the memory of a column is written to again by the next batch. */
  readonly lendsColumns: boolean;
}

/** The writer of a field. TIME_ZONE_UNKNOWN where the representation names no zone. */
export function createFieldWriter(
  field: EventField,
  { dateTime = { as: "string" }, lendsColumns }: ColumnForm,
): AnyFieldWriter {
  switch (field.type) {
    case "boolean":
      return new BooleanWriter();
    case "int":
    case "float":
    case "double":
      return new NumberWriter(field.name, field.type, lendsColumns);
    case "long":
      return new LongWriter(field.name, lendsColumns);
    case "string":
      return new TextWriter(lendsColumns);
    case "local-date-time":
      return createDateTimeWriter(dateTime, lendsColumns);
    default:
      return field.type satisfies never;
  }
}

function createDateTimeWriter(
  dateTime: DateTimeRepresentation,
  lendsColumns: boolean,
): DateTimeTextWriter | TimestampWriter {
  const scanner = new LocalDateTimeScanner();
  if (dateTime.as === "string") return new DateTimeTextWriter(scanner, lendsColumns);
  const timeZone = dateTime.as === "timestamptz" ? createTimeZone(dateTime.timeZone) : undefined;
  return new TimestampWriter(scanner, timeZone, lendsColumns);
}
