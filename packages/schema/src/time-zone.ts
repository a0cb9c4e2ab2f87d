import { SchemaError } from "./schema-error.ts";

/** Turns local date-times of one zone into instants. */
export interface TimeZone {
  /**
   * Seconds since 1970-01-01T00:00:00Z of a local date-time, given as the seconds it would be in
   * UTC. Where clocks went back, the earlier of the two instants; where they went forward over it,
   * it moves forward by as much (as java.time's `ZonedDateTime.ofLocal`).
   */
  instantOf(epochDay: number, secondOfDay: number): number;
}

interface Transition {
  readonly atSecond: number;
  readonly offsetAfter: number;
}

/** The offsets, in seconds east of UTC, that can matter to local times of one day. */
interface DayOffsets {
  readonly offsetBefore: number;
  readonly transitions: readonly Transition[];
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
/**
 * No zone was ever further from UTC than this (Manila and Metlakatla before they changed sides).
 */
const OFFSET_HOURS_MAX = 17;
const CACHED_DAYS_MAX = 4096;

/** Zones by their names: what they know of the days serves all. */
const zones = new Map<string, TimeZone>();
const CACHED_ZONES_MAX = 64;

/** The zone of an IANA name; TIME_ZONE_UNKNOWN where this Node's data have none. */
export function createTimeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = readTimeZone(name);
  if (zones.size >= CACHED_ZONES_MAX) zones.clear();
  zones.set(name, zone);
  return zone;
}

function readTimeZone(name: string): TimeZone {
  const offsetAt = createOffsetReader(name);
  const days = new Map<number, DayOffsets>();
  const offsetsOf = (epochDay: number): DayOffsets => {
    const known = days.get(epochDay);
    if (known !== undefined) return known;
    if (days.size >= CACHED_DAYS_MAX) days.clear();
    const found = findDayOffsets(offsetAt, epochDay);
    days.set(epochDay, found);
    return found;
  };
  return {
    instantOf(epochDay, secondOfDay) {
      const { offsetBefore, transitions } = offsetsOf(epochDay);
      const localSecond = epochDay * DAY_SECONDS + secondOfDay;
      let offset = offsetBefore;
      for (const { atSecond, offsetAfter } of transitions) {
        // The offset before a change also serves the times that it skips and the first of those
        // that it repeats.
        if (localSecond - offset < atSecond || localSecond - offsetAfter < atSecond) break;
        offset = offsetAfter;
      }
      return localSecond - offset;
    },
  };
}

type OffsetReader = (epochSecond: number) => number;

function findDayOffsets(offsetAt: OffsetReader, epochDay: number): DayOffsets {
  const start = epochDay * DAY_SECONDS - OFFSET_HOURS_MAX * HOUR_SECONDS;
  const end = (epochDay + 1) * DAY_SECONDS + OFFSET_HOURS_MAX * HOUR_SECONDS;
  const offsetBefore = offsetAt(start);
  const transitions: Transition[] = [];
  let previous = offsetBefore;
  for (let second = start + HOUR_SECONDS; second <= end; second += HOUR_SECONDS) {
    const offset = offsetAt(second);
    if (offset === previous) continue;
    const atSecond = findChange(offsetAt, second - HOUR_SECONDS, second);
    transitions.push({ atSecond, offsetAfter: offset });
    previous = offset;
  }
  return { offsetBefore, transitions };
}

/** The first second that has another offset than `low`; `high` is one. */
function findChange(offsetAt: OffsetReader, low: number, high: number): number {
  const offset = offsetAt(low);
  let [before, after] = [low, high];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

function createOffsetReader(timeZone: string): OffsetReader {
  const format = openFormat(timeZone);
  return (epochSecond) => {
    const parts = new Map<string, string>();
    for (const { type, value } of format.formatToParts(epochSecond * 1000)) parts.set(type, value);
    const part = (type: string): number => Number(parts.get(type));
    const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
    // Date.UTC takes years below 100 for years of the 20th century; setUTCFullYear does not.
    const local = new Date(0);
    local.setUTCFullYear(year, part("month") - 1, part("day"));
    local.setUTCHours(part("hour"), part("minute"), part("second"));
    return local.getTime() / 1000 - epochSecond;
  };
}

function openFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    throw new SchemaError("TIME_ZONE_UNKNOWN", `no time zone is called ${timeZone}`, { cause });
  }
}
