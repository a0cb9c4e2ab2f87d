import { isValidRow } from "@salon/columns";
import type { FlatColumn, VariableBinaryColumn } from "@salon/columns";
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
  const instants = new TextInstants(timeZone);
  return (column, broken, timestampsMs) => {
    const instantAt = instantReader(column, instants);
    const validity = column.layout === "run-end-encoded" ? undefined : column.validity;
    return markRows(column, broken, (row) => {
      const timestampMs = timestampsMs[row]!;
      if (timestampMs < 0 || !isValidRow(validity, row)) return false;
      return !holds(instantAt(row) - timestampMs);
    });
  };
}

/** The instant of a row in milliseconds since 1970-01-01T00:00:00Z. */
function instantReader(column: FlatColumn, instants: TextInstants): (row: number) => number {
  if (column.layout === "primitive" && column.values instanceof BigInt64Array) {
    const { values, type } = column;
    const isInstant = type.kind === "timestamp" && type.utc;
    return (row) => {
      const ms = Number(values[row]!) / 1000;
      return isInstant ? ms : localInstantMs(ms, instants.timeZone);
    };
  }
  const { texts, indices } = textsOf(column);
  if (indices === undefined) return (row) => instants.read(texts, row);
  const known = instants.knownOf(texts);
  return (row) => {
    const entry = indices[row]!;
    const instant = known[entry]!;
    return Number.isNaN(instant) ? (known[entry] = instants.read(texts, entry)) : instant;
  };
}

/** The instants of local date-times; those of a dictionary are kept as long as it is. */
class TextInstants {
  readonly timeZone: TimeZone;
  /** NaN where no row had the entry yet. */
  readonly #known = new WeakMap<VariableBinaryColumn, Float64Array>();

  constructor(timeZone: TimeZone) {
    this.timeZone = timeZone;
  }

  knownOf(texts: VariableBinaryColumn): Float64Array {
    const known = this.#known.get(texts) ?? new Float64Array(texts.length).fill(Number.NaN);
    this.#known.set(texts, known);
    return known;
  }

  read({ data, offsets }: VariableBinaryColumn, row: number): number {
    return textInstantMs(decodeText(data, offsets[row]!, offsets[row + 1]!), this.timeZone);
  }
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
