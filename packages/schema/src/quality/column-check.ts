import type { FlatColumn } from "@salon/columns";
import type { EventField } from "../event-schema.ts";
import type { TimeZone } from "../time-zone.ts";
import { checkBooleans, checkNulls, checkNumbers, checkRange } from "./value-checks.ts";
import type { QualityCheck } from "./quality-rule.ts";
import { compilePattern } from "./pattern.ts";
import { checkTexts, countCodePoints, decodeText } from "./text-check.ts";
import { checkInstants } from "./instant-check.ts";

/**
 * Sets the flag of each row that breaks a check and answers how many do. `timestampsMs` has the
 * Kafka timestamp of each row, -1 for none.
 */
export type ColumnCheck = (
  column: FlatColumn,
  broken: Uint8Array,
  timestampsMs: Float64Array,
) => number;

/** A check compiled for the columns of a field. */
export function createColumnCheck(
  check: QualityCheck,
  { type }: EventField,
  timeZone: TimeZone,
): ColumnCheck {
  // Columns of floats hold the nearest float, so that bounds and lists have to be the nearest too.
  const asStored = type === "float" ? Math.fround : (value: number): number => value;
  switch (check.kind) {
    case "not-null":
      return checkNulls;
    case "range":
      return checkRange(asStored(check.min ?? -Infinity), asStored(check.max ?? Infinity));
    case "one-of":
    case "in-set": {
      const { values } = check;
      if (type === "boolean") return checkBooleans((value) => values.includes(value));
      if (type === "string") {
        const texts = new Set(values);
        return checkTexts((data, start, end) => texts.has(decodeText(data, start, end)));
      }
      const numbers = new Set(values.map((value) => asStored(Number(value))));
      return checkNumbers((value) => numbers.has(value));
    }
    case "pattern": {
      const matches = compilePattern(check.pattern);
      return checkTexts((data, start, end) => matches(decodeText(data, start, end)));
    }
    case "length": {
      const { min = 0, max = Infinity } = check;
      return checkTexts((data, start, end) => {
        const length = countCodePoints(data, start, end);
        return length >= min && length <= max;
      });
    }
    case "not-older-than":
      return checkInstants(timeZone, (aheadMs) => aheadMs >= -check.seconds * 1000);
    case "not-newer-than":
      return checkInstants(timeZone, (aheadMs) => aheadMs <= check.seconds * 1000);
    default:
      return check satisfies never;
  }
}
