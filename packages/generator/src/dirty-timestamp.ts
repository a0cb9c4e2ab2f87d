import {
  FIRST_LOCAL_SECONDS,
  formatLocalDateTime,
  LAST_LOCAL_SECONDS,
  type LocalSeconds,
} from "./local-date-time.ts";
import type { Random } from "./random.ts";

const SECONDS_PER_DAY = 86_400;
/** Bounds of how far a future or an old timestamp lies from now. */
const FUTURE_DAYS = { min: 2, max: 3_650 };
const OLD_DAYS = { min: 366, max: 100_000 };

/** Each breaks one rule of `YYYY-MM-DDTHH:MM:SS`. */
const INVALID_TEXTS: readonly string[] = [
  '"2025-02-29T10:30:00"',
  '"2025-02-30T10:30:00"',
  '"2025-04-31T10:30:00"',
  '"1900-02-29T10:30:00"',
  '"2025-13-01T10:30:00"',
  '"2025-00-10T10:30:00"',
  '"2025-01-00T10:30:00"',
  '"2025-01-15T24:00:00"',
  '"2025-01-15T10:60:00"',
  '"0000-01-01T00:00:00"',
  '"12025-01-15T10:30:00"',
  '"2025-1-15T10:30:00"',
  '"2025-01-15 10:30:00"',
  '"2025-01-15T10:30"',
  '"2025-01-15"',
  '"2025-01-15T10:30:00Z"',
  '"2025-01-15T10:30:00+01:00"',
  '"2025-01-15T10:30:00."',
  '"2025-01-15T10:30:00.1234567890"',
  '" 2025-01-15T10:30:00"',
  '"15.01.2025 10:30"',
  '"yesterday"',
  '""',
  "1736937000",
  "true",
];

/** The JSON text of a date-time days to years after the given one. */
export function futureTimestamp(now: LocalSeconds, random: Random): string {
  const distance = distanceSeconds(FUTURE_DAYS, random);
  return quote(formatLocalDateTime(Math.min(now + distance, LAST_LOCAL_SECONDS)));
}

/** The JSON text of a date-time years to centuries before the given one. */
export function oldTimestamp(now: LocalSeconds, random: Random): string {
  const distance = distanceSeconds(OLD_DAYS, random);
  return quote(formatLocalDateTime(Math.max(now - distance, FIRST_LOCAL_SECONDS)));
}

/** The JSON text of the date-time with one to nine digits of a second. */
export function fractionalTimestamp(now: LocalSeconds, random: Random): string {
  const digits = Array.from({ length: 1 + random.below(9) }, () => random.below(10));
  return quote(`${formatLocalDateTime(now)}.${digits.join("")}`);
}

/** The JSON text of something that is no local date-time. */
export function invalidTimestamp(random: Random): string {
  return random.pick(INVALID_TEXTS);
}

function distanceSeconds(days: { min: number; max: number }, random: Random): number {
  return (days.min + random.below(days.max - days.min)) * SECONDS_PER_DAY + random.below(3_600);
}

function quote(text: string): string {
  return `"${text}"`;
}
