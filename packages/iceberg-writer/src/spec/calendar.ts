/** A day of the proleptic Gregorian calendar. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_HOUR: bigint = 3_600n * MICROS_PER_SECOND;
export const MICROS_PER_DAY: bigint = 24n * MICROS_PER_HOUR;

const DAYS_PER_ERA = 146_097;
/** From 0000-03-01, where eras of 400 years start, to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;

/** The calendar day of a day number since 1970-01-01; any 32-bit number, unlike `Date`. */
export function calendarDayOf(epochDay: number): CalendarDay {
  const days = epochDay + DAYS_TO_EPOCH;
  const era = Math.floor(days / DAYS_PER_ERA);
  const dayOfEra = days - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / (DAYS_PER_ERA - 1))) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Years start in March here, so that the leap day is their last day.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** Division that rounds towards minus infinity, as times before 1970 need it. */
export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
