import { epochDayOf } from "./local-date-time.ts";

const QUOTE = 0x22;
const POINT = 0x2e;
const COLON = 0x3a;
const DIGIT_ZERO = 0x30;
const DAY_SLOTS = 64;
const NOT_DIGITS = 255;

/** The number that two ASCII digits are, by the two bytes as a little-endian word. */
const TWO_DIGITS = createTwoDigits();

/**
 * Reads a local date-time straight from the bytes of a JSON string, without a string of its own.
 * The result stays in the fields until the next scan. A day is checked once: the last ones seen
 * are remembered by their bytes.
 */
export class LocalDateTimeScanner {
  epochDay = 0;
  secondOfDay = 0;
  microOfSecond = 0;
  /** Which of the remembered days it is. A slot's day can change: compare `epochDay`. */
  daySlot = 0;

  /** Bytes 0 to 7 of `YYYY-MM-DDT`, as a double. */
  private readonly dayHeads = new Float64Array(DAY_SLOTS);
  /** Bytes 3 to 10. */
  private readonly dayTails = new Float64Array(DAY_SLOTS);
  private readonly epochDays = new Int32Array(DAY_SLOTS);

  /**
   * Reads what begins at `at`, behind the opening quote. Answers the index of the closing quote, -1
   * where it is no local date-time as it should be. Reads up to 32 bytes from `at` on, whatever
   * `end` is.
   */
  scan(bytes: Uint8Array, view: DataView, at: number, end: number): number {
    if (!this.scanDay(bytes, view, at)) return -1;
    const hour = TWO_DIGITS[view.getUint16(at + 11, true)]!;
    const minute = TWO_DIGITS[view.getUint16(at + 14, true)]!;
    const second = TWO_DIGITS[view.getUint16(at + 17, true)]!;
    if (hour > 23 || minute > 59 || second > 59) return -1;
    if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return -1;
    this.secondOfDay = hour * 3600 + minute * 60 + second;
    this.microOfSecond = 0;
    let close = at + 19;
    if (bytes[close] === POINT) close = this.scanFraction(bytes, close + 1);
    return close < end && bytes[close] === QUOTE ? close : -1;
  }

  private scanDay(bytes: Uint8Array, view: DataView, at: number): boolean {
    const head = view.getFloat64(at, true);
    const tail = view.getFloat64(at + 3, true);
    // The last digits of month and day differ most among days that come near each other.
    const slot = ((bytes[at + 6]! << 5) ^ (bytes[at + 8]! << 4) ^ bytes[at + 9]!) & (DAY_SLOTS - 1);
    this.daySlot = slot;
    // No valid day's bytes are NaN or 0, so equal doubles are equal bytes.
    if (this.dayHeads[slot] === head && this.dayTails[slot] === tail) {
      this.epochDay = this.epochDays[slot]!;
      return true;
    }
    const epochDay = readDay(bytes, at);
    if (epochDay === undefined) return false;
    this.dayHeads[slot] = head;
    this.dayTails[slot] = tail;
    this.epochDays[slot] = epochDay;
    this.epochDay = epochDay;
    return true;
  }

  /** Reads one to nine digits; answers the index behind them, or one that holds no quote. */
  private scanFraction(bytes: Uint8Array, start: number): number {
    let micros = 0;
    let index = start;
    for (; index < start + 9; index++) {
      const digit = bytes[index]! - DIGIT_ZERO;
      if (digit < 0 || digit > 9) break;
      if (index < start + 6) micros = micros * 10 + digit;
    }
    for (let digits = index - start; digits < 6; digits++) micros *= 10;
    this.microOfSecond = micros;
    // Without a digit: the point itself, which is no quote.
    return index === start ? start - 1 : index;
  }
}

/** The day of `YYYY-MM-DDT` at `at`; undefined where it has another form or is in no calendar. */
function readDay(bytes: Uint8Array, at: number): number | undefined {
  for (let index = 0; index < 11; index++) {
    const expected = DAY_FORM[index]!;
    const byte = bytes[at + index]!;
    const isDigit = byte >= DIGIT_ZERO && byte <= DIGIT_ZERO + 9;
    if (expected === DIGIT_ZERO ? !isDigit : byte !== expected) return undefined;
  }
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  return epochDayOf(year, twoDigits(bytes, at + 5), twoDigits(bytes, at + 8));
}

/** A zero stands for any digit. */
const DAY_FORM = Buffer.from("0000-00-00T");

function twoDigits(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - DIGIT_ZERO) * 10 + bytes[at + 1]! - DIGIT_ZERO;
}

function createTwoDigits(): Uint8Array {
  const table = new Uint8Array(65_536).fill(NOT_DIGITS);
  for (let value = 0; value < 100; value++) {
    const tens = Math.floor(value / 10) + DIGIT_ZERO;
    table[tens | (((value % 10) + DIGIT_ZERO) << 8)] = value;
  }
  return table;
}
