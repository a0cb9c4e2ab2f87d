import { isValidRow } from "@salon/columns";
import type { FlatColumn } from "@salon/columns";
import { parseLocalDateTime } from "../local-date-time.ts";
import type { TimeZone } from "../time-zone.ts";
import type { ColumnCheck } from "./column-check.ts";
import { decodeText, textsOf } from "./text-check.ts";
import { markRows } from "./value-checks.ts";

const DAY_SECONDS = 86_400;

/**
 * Date-times break it that stand in a wrong relation to the record's Kafka timestamp; `holds` gets
 * by how many milliseconds they are ahead of it. A record without a timestamp always holds.
 */
export function checkInstants(
  timeZone: TimeZone,
  holds: (aheadMs: number) => boolean,
): ColumnCheck {
  return (column, broken, timestampsMs) => {
    const instantAt = instantReader(column, timeZone);
    const validity = column.layout === "run-end-encoded" ? undefined : column.validity;
    return markRows(column, broken, (row) => {
      const timestampMs = timestampsMs[row]!;
      if (timestampMs < 0 || !isValidRow(validity, row)) return false;
      return !holds(instantAt(row) - timestampMs);
    });
  };
}

/** The instant of a row in milliseconds since 1970-01-01T00:00:00Z. */
function instantReader(column: FlatColumn, timeZone: TimeZone): (row: number) => number {
  if (column.layout === "primitive" && column.values instanceof BigInt64Array) {
    const { values, type } = column;
    const isInstant = type.kind === "timestamp" && type.utc;
    return (row) => {
      const ms = Number(values[row]!) / 1000;
      return isInstant ? ms : localInstantMs(ms, timeZone);
    };
  }
  const { texts, indices } = textsOf(column);
  const { data, offsets } = texts;
  const instantOf = (entry: number): number =>
    textInstantMs(decodeText(data, offsets[entry]!, offsets[entry + 1]!), timeZone);
  if (indices === undefined) return instantOf;
  const instants = Float64Array.from({ length: texts.length }, (_, entry) => instantOf(entry));
  return (row) => instants[indices[row]!]!;
}

function textInstantMs(text: string, timeZone: TimeZone): number {
  const local = parseLocalDateTime(text);
  if (local === undefined) throw new TypeError(`no local date-time: ${JSON.stringify(text)}`);
  const { epochDay, secondOfDay, microOfSecond } = local;
  return timeZone.instantOf(epochDay, secondOfDay) * 1000 + microOfSecond / 1000;
}

function localInstantMs(ms: number, timeZone: TimeZone): number {
  const second = Math.floor(ms / 1000);
  const epochDay = Math.floor(second / DAY_SECONDS);
  return (
    timeZone.instantOf(epochDay, second - epochDay * DAY_SECONDS) * 1000 + (ms - second * 1000)
  );
}
