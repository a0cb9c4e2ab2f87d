/**
 * A date and a time of day without a zone, years 0001 to 9999 of the proleptic Gregorian calendar.
 */
export interface LocalDateTime {
  /** Days since 1970-01-01. */
  readonly epochDay: number;
  /** Seconds since midnight. */
  readonly secondOfDay: number;
  /** Microseconds of the second; digits beyond are dropped. */
  readonly microOfSecond: number;
}

const FORM = "0000-00-00T00:00:00";
const FRACTION_LENGTH_MAX = 9;
const DIGIT_ZERO = 0x30;

/**
 * Parses `YYYY-MM-DDTHH:MM:SS` with one to nine fraction digits or none; undefined where the text
 * has another form, names a day that is not in the calendar, or a time beyond 23:59:59.
 */
export function parseLocalDateTime(text: string): LocalDateTime | undefined {
  const microOfSecond = parseMicros(text);
  if (microOfSecond === undefined || !hasForm(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const epochDay = epochDayOf(year, twoDigits(text, 5), twoDigits(text, 8));
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (epochDay === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return { epochDay, secondOfDay: hour * 3600 + minute * 60 + second, microOfSecond };
}

/** Of what follows the seconds: 0 for nothing, undefined where it is no fraction. */
function parseMicros(text: string): number | undefined {
  const digitCount = text.length - FORM.length - 1;
  if (digitCount === -1) return 0;
  if (digitCount < 1 || digitCount > FRACTION_LENGTH_MAX || text[FORM.length] !== ".") {
    return undefined;
  }
  for (let index = FORM.length + 1; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index))) return undefined;
  }
  return Number(text.slice(FORM.length + 1, FORM.length + 7).padEnd(6, "0"));
}

function hasForm(text: string): boolean {
  for (let index = 0; index < FORM.length; index++) {
    const expected = FORM.charCodeAt(index);
    const code = text.charCodeAt(index);
    if (expected === DIGIT_ZERO ? !isDigit(code) : code !== expected) return false;
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= DIGIT_ZERO && code <= DIGIT_ZERO + 9;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - DIGIT_ZERO) * 10 + text.charCodeAt(at + 1) - DIGIT_ZERO;
}

/** Days since 1970-01-01; undefined where year (0001 to 9999), month and day name no day. */
export function epochDayOf(year: number, month: number, day: number): number | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return undefined;
  if (day > daysOfMonth(year, month)) return undefined;
  // A year that begins in March has its leap day last: months then follow one formula.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - DAYS_FROM_MARCH_OF_YEAR_0_TO_1970;
}

const DAYS_FROM_MARCH_OF_YEAR_0_TO_1970 = 719_468;

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
