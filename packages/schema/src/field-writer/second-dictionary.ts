import type { VariableBinaryColumn } from "@salon/columns";

/** Days that it can have at once: each has a place by its number's last three bits. */
const DAYS_MAX = 8;
const NO_DAY = -0x8000_0000;
const DAY_SECONDS = 86_400;
const DAY_MS = 86_400_000;
/** Length of `YYYY-MM-DDTHH:MM:SS`. */
export const SECOND_TEXT_LENGTH = 19;
const DAY_BYTES = DAY_SECONDS * SECOND_TEXT_LENGTH;
const DIGIT_ZERO = 0x30;

/**
 * The texts of all seconds of a few days, each day's in ascending order, added when the first of
 * its seconds is seen. So an id is a sum: a table of the seconds seen would miss the caches for
 * each row.
 */
export class SecondDictionary {
  readonly id: symbol = Symbol("seconds");
  /** The day that has a place, and the id of its first second. */
  private readonly days = new Int32Array(DAYS_MAX).fill(NO_DAY);
  private readonly firstIds = new Int32Array(DAYS_MAX);
  /** In the order of their ids. */
  private readonly claimed: number[] = [];
  private column = emptyColumn();

  /** Whether it has no day yet. */
  get isEmpty(): boolean {
    return this.claimed.length === 0;
  }

  /** The id of a second; -1 where another day has the place of its day. */
  idOf(epochDay: number, secondOfDay: number): number {
    const place = epochDay & (DAYS_MAX - 1);
    if (this.days[place] !== epochDay && !this.claim(place, epochDay)) return -1;
    return this.firstIds[place]! + secondOfDay;
  }

  /** Writes the text of an id to the first bytes of `target`; answers its length, 0 for none. */
  copyTo(id: number, target: Uint8Array): number {
    const secondOfDay = id % DAY_SECONDS;
    const epochDay = this.claimed[(id - secondOfDay) / DAY_SECONDS];
    if (epochDay === undefined) return 0;
    writeMidnight(target, 0, epochDay);
    writeTwoDigits(target, HOUR_AT, Math.floor(secondOfDay / 3600));
    writeTwoDigits(target, MINUTE_AT, Math.floor(secondOfDay / 60) % 60);
    writeTwoDigits(target, SECOND_AT, secondOfDay % 60);
    return SECOND_TEXT_LENGTH;
  }

  /** All texts; the same column as long as no day is added. Its bytes are never changed. */
  toColumn(): VariableBinaryColumn {
    const { claimed, column } = this;
    const length = claimed.length * DAY_SECONDS;
    if (column.length === length) return column;
    const data = new Uint8Array(claimed.length * DAY_BYTES);
    data.set(column.data);
    for (let day = column.length / DAY_SECONDS; day < claimed.length; day++) {
      writeDay(data, day * DAY_BYTES, claimed[day]!);
    }
    this.column = { ...column, length, offsets: evenOffsets(length), data };
    return this.column;
  }

  private claim(place: number, epochDay: number): boolean {
    if (this.days[place] !== NO_DAY) return false;
    this.days[place] = epochDay;
    this.firstIds[place] = this.claimed.length * DAY_SECONDS;
    this.claimed.push(epochDay);
    return true;
  }
}

function emptyColumn(): VariableBinaryColumn {
  return {
    type: { kind: "utf8" },
    layout: "variable-size-binary",
    length: 0,
    nullCount: 0,
    offsets: evenOffsets(0),
    data: new Uint8Array(0),
  };
}

function evenOffsets(length: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  for (let index = 0; index <= length; index++) offsets[index] = index * SECOND_TEXT_LENGTH;
  return offsets;
}

const HOUR_AT = 11;
const MINUTE_AT = 14;
const SECOND_AT = 17;

/** Writes the texts of a day: a minute of one second, an hour of the minute, a day of the hour. */
function writeDay(data: Uint8Array, at: number, epochDay: number): void {
  writeMidnight(data, at, epochDay);
  repeat(data, at, 1, 60, SECOND_AT);
  repeat(data, at, 60, 60, MINUTE_AT);
  repeat(data, at, 3600, 24, HOUR_AT);
}

/** Repeats `textCount` texts, `times` in all, each time with its number in the two digits there. */
function repeat(
  data: Uint8Array,
  at: number,
  textCount: number,
  times: number,
  digitsAt: number,
): void {
  const byteCount = textCount * SECOND_TEXT_LENGTH;
  for (let time = 1; time < times; time++) {
    const start = at + time * byteCount;
    data.copyWithin(start, at, at + byteCount);
    for (let text = start; text < start + byteCount; text += SECOND_TEXT_LENGTH) {
      writeTwoDigits(data, text + digitsAt, time);
    }
  }
}

/** Days of the calendar's years 0 to 9999, as `local-date-time` has them. */
function writeMidnight(data: Uint8Array, at: number, epochDay: number): void {
  const text = new Date(epochDay * DAY_MS).toISOString();
  for (let index = 0; index < SECOND_TEXT_LENGTH; index++) {
    data[at + index] = text.charCodeAt(index);
  }
}

function writeTwoDigits(data: Uint8Array, at: number, number: number): void {
  data[at] = DIGIT_ZERO + Math.floor(number / 10);
  data[at + 1] = DIGIT_ZERO + (number % 10);
}
