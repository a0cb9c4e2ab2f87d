import { isListValue, isStructValue, type ColumnValue } from "@salon/columns";
import type { Decision } from "./offset-account.ts";

/** What a record is by its decision, in the form in which topic and table are compared. */
export interface ComparedRecord {
  readonly decision: Decision;
  /** Of a row its event's fields; of a dead letter {@link DEAD_LETTER_VALUES}. */
  readonly values: readonly (ColumnValue | null)[];
}

/** The columns of a dead letter that come from its record. */
export const DEAD_LETTER_VALUES: readonly string[] = ["_kafka_timestamp", "_kafka_key", "value"];

/** The record as a text; two are the same text only if they are the same in every value. */
export function recordText({ decision, values }: ComparedRecord): string {
  return `${decision} ${values.map(valueText).join(" ")}`;
}

/**
 * The first difference between what the topic holds and what the tables do, as the end of a
 * sentence; undefined where there is none.
 */
export function describeDifference(
  topic: ComparedRecord,
  table: ComparedRecord,
  fieldNames: readonly string[],
): string | undefined {
  if (topic.decision !== table.decision) {
    return topic.decision === "dead"
      ? "is invalid in the topic and a row of the table"
      : "is valid in the topic and a dead letter";
  }
  const names = topic.decision === "dead" ? DEAD_LETTER_VALUES : fieldNames;
  for (const [index, name] of names.entries()) {
    const inTopic = valueText(topic.values[index] ?? null);
    const inTable = valueText(table.values[index] ?? null);
    if (inTopic !== inTable) {
      return `has ${name} ${shortened(inTable)}, and ${shortened(inTopic)} in the topic`;
    }
  }
  return undefined;
}

/** Numbers of all types are decimal, as a table may hold an int as long or a float as double. */
function valueText(value: ColumnValue | null): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (isListValue(value)) return `[${value.map(valueText).join(", ")}]`;
  if (isStructValue(value)) {
    const fields = Object.entries(value).map(([name, part]) => `${name}: ${valueText(part)}`);
    return `{${fields.join(", ")}}`;
  }
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
