/** A date-time without a zone, as seconds since 1970-01-01T00:00:00 on the same wall clock. */
export type LocalSeconds = number;

const SECONDS_PER_DAY = 86_400;
const DAYS_PER_400_YEARS = 146_097;
const DIGIT_ZERO = 0x30;
const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, value) =>
  String(value).padStart(2, "0"),
);

/** 0001-01-01T00:00:00. */
export const FIRST_LOCAL_SECONDS: LocalSeconds = -62_135_596_800;
/** 9999-12-31T23:59:59. */
export const LAST_LOCAL_SECONDS: LocalSeconds = 253_402_300_799;

/**
 * `YYYY-MM-DDTHH:MM:SS`, for years 0001 to 9999. By arithmetic: a `Date` would take most of the
 * time that a rating takes.
 */
export function formatLocalDateTime(seconds: LocalSeconds): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const ofDay = seconds - days * SECONDS_PER_DAY;
  const hour = Math.floor(ofDay / 3_600);
  const minute = Math.floor(ofDay / 60) % 60;
  return `${dayText(days)}T${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[ofDay % 60]}`;
}

/** Writes the same text as bytes, and returns where it ends. */
export function writeLocalDateTime(seconds: LocalSeconds, target: Uint8Array, at: number): number {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const day = dayText(days);
  for (let i = 0; i < day.length; i++) target[at + i] = day.charCodeAt(i);
  const ofDay = seconds - days * SECONDS_PER_DAY;
  const timeAt = at + day.length;
  writeTwoDigits("T", Math.floor(ofDay / 3_600), target, timeAt);
  writeTwoDigits(":", Math.floor(ofDay / 60) % 60, target, timeAt + 3);
  writeTwoDigits(":", ofDay % 60, target, timeAt + 6);
  return timeAt + 9;
}

function writeTwoDigits(before: string, value: number, target: Uint8Array, at: number): void {
  const tens = Math.floor(value / 10);
  target[at] = before.charCodeAt(0);
  target[at + 1] = DIGIT_ZERO + tens;
  target[at + 2] = DIGIT_ZERO + value - 10 * tens;
}

let latest: { readonly days: number; readonly text: string } = { days: Number.NaN, text: "" };

/** Ratings that follow each other are mostly of one day. */
function dayText(days: number): string {
  if (days !== latest.days) latest = { days, text: formatDay(days) };
  return latest.text;
}

function formatDay(days: number): string {
  // Years begin in March here, so that a leap day is the last of its year; 400 of them repeat.
  const fromMarch0000 = days + 719_468;
  const era = Math.floor(fromMarch0000 / DAYS_PER_400_YEARS);
  const dayOfEra = fromMarch0000 - era * DAYS_PER_400_YEARS;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const daysBefore = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - daysBefore;
  // Five months have 153 days in turns of 31 and 30, from March as from August.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
}

/** Undefined where the text is not `YYYY-MM-DDTHH:MM:SS` with a day and a time that exist. */
export function parseLocalDateTime(text: string): LocalSeconds | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const seconds = Date.parse(`${text}Z`) / 1_000;
  // Date.parse takes February 30th for March 2nd and 24:00:00 for the next day.
  const exists =
    seconds >= FIRST_LOCAL_SECONDS &&
    seconds <= LAST_LOCAL_SECONDS &&
    formatLocalDateTime(seconds) === text;
  return exists ? seconds : undefined;
}

/** What a wall clock in the process's time zone shows at an instant. */
export function localSecondsOf(instant: Date): LocalSeconds {
  return Math.floor(instant.getTime() / 1_000) - Math.round(instant.getTimezoneOffset() * 60);
}
