import { BooleanWriter } from "./field-writer/boolean-writer.ts";
import { LongWriter } from "./field-writer/long-writer.ts";
import { NumberWriter } from "./field-writer/number-writer.ts";
import type { RecordField } from "./record-fields.ts";
import { findPlainStringEnd } from "./scan-string.ts";
import { skipSpace, skipValue } from "./scan-value.ts";

/** Words are read no further than this behind where a value begins, whatever follows there. */
export const VALUE_LOOK_AHEAD: number = 24;
/** A mantissa of so many digits, and the power of ten that it is divided by, are exact doubles. */
const EXACT_DIGITS_MAX = 15;

/** Literals as little-endian words. */
const NULL_WORD = 0x6c6c756e;
const TRUE_WORD = 0x65757274;
const FALS_WORD = 0x736c6166;

const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, i) =>
  Number(`1e${i}`),
);

/**
 * For two bytes as a little-endian word: an integer of one or two digits with `256 * digits`, 0
 * where none begins there.
 */
const SHORT_INTEGERS: Uint16Array = createShortIntegers();

function createShortIntegers(): Uint16Array {
  const table = new Uint16Array(65_536);
  for (let first = 0; first <= 9; first++) {
    for (let byte = 0; byte < 256; byte++) {
      const second = byte - 48;
      const isDigit = second >= 0 && second <= 9;
      if (isDigit && first === 0) continue;
      table[(byte << 8) | (first + 48)] = isDigit ? 512 + first * 10 + second : 256 + first;
    }
  }
  return table;
}

/** What the code of slots works with. */
export const SLOT_LOCALS: string =
  "let at = recordStart, byte = 0, word = 0, start = 0, digit = 0, number = 0, point = 0;\n" +
  "  let negative = false;";

/** What the code of slots refers to. */
export const SLOT_GLOBALS: Readonly<Record<string, unknown>> = {
  powersOfTen: POWERS_OF_TEN,
  shortIntegers: SHORT_INTEGERS,
  findPlainStringEnd,
  skipSpace,
  skipValue,
};

/** An expression: whether these bytes stand at `at`. Compares eight of them at a time. */
export function bytesMatch(expected: Uint8Array): string {
  const view = new DataView(expected.buffer, expected.byteOffset, expected.length);
  const { length } = expected;
  if (length >= 8) {
    // They are JSON text in UTF-8, so none of these doubles is NaN or 0: equal doubles are equal
    // bytes. The last one overlaps the one before.
    const doubles = wordOffsets(length, 8).map(
      (offset) => `view.getFloat64(at + ${offset}, true) === ${view.getFloat64(offset, true)}`,
    );
    return doubles.join(" && ");
  }
  if (length >= 4) {
    const words = wordOffsets(length, 4).map(
      (offset) => `view.getInt32(at + ${offset}, true) === ${view.getInt32(offset, true)}`,
    );
    return words.join(" && ");
  }
  return Array.from(expected, (byte, offset) => `bytes[at + ${offset}] === ${byte}`).join(" && ");
}

function wordOffsets(length: number, width: number): number[] {
  const offsets: number[] = [];
  for (let offset = 0; offset + width < length; offset += width) offsets.push(offset);
  return [...offsets, length - width];
}

/**
 * Statements that read a value into its field, or skip it where there is none, and step over it;
 * behind the record's end reading stops before it goes far.
 */
export function slotCode(index: number, recordField: RecordField | undefined): string {
  const bound = "  if (at > end) return false;\n";
  if (recordField === undefined) {
    return `  at = skipValue(bytes, view, at, end);\n  if (at === 0) return false;\n${bound}`;
  }
  const { field, writer } = recordField;
  const onNull =
    field.required === true
      ? "return false;"
      : `if (view.getInt32(at, true) !== ${NULL_WORD}) return false; field${index}.writeNull(row); at += 4;`;
  return `  byte = bytes[at];
  if (byte === 110) { ${onNull} } else {
${valueCode(index, writer)}
  }
${bound}`;
}

function valueCode(index: number, writer: RecordField["writer"]): string {
  if (writer instanceof BooleanWriter) return booleanCode(index);
  if (writer instanceof LongWriter) {
    return `${integerCode(EXACT_DIGITS_MAX)}
    field${index}.writeSafeInteger(row, negative ? -number : number);`;
  }
  if (writer instanceof NumberWriter) {
    return writer.type === "int" ? intCode(index) : decimalCode(index);
  }
  return `    if (byte !== 34) return false;
    at = field${index}.read(bytes, view, at + 1, end, row);
    if (at === 0) return false;`;
}

function booleanCode(index: number): string {
  return `    const word = view.getInt32(at, true);
    if (word === ${TRUE_WORD}) { field${index}.values[row] = 1; at += 4; }
    else if (word === ${FALS_WORD} && bytes[at + 4] === 101) { field${index}.values[row] = 0; at += 5; }
    else return false;`;
}

/** A sign and the digits before a point, as JSON has them: no digit may follow a leading zero. */
const WHOLE_DIGITS = `    negative = byte === 45;
    if (negative) byte = bytes[++at];
    start = at;
    number = byte - 48;
    if (!(number >= 0 && number <= 9)) return false;
    digit = bytes[++at] - 48;
    if (number === 0 && digit >= 0 && digit <= 9) return false;
    while (digit >= 0 && digit <= 9) { number = number * 10 + digit; digit = bytes[++at] - 48; }`;

/** An integer, also one with zeros behind a point. `digit` is -2 at a point. */
function integerCode(digitsMax: number): string {
  return `${WHOLE_DIGITS}
    if (at - start > ${digitsMax}) return false;
    if (digit === -2) {
      if (bytes[++at] !== 48) return false;
      while (bytes[at] === 48) at++;
    }`;
}

/** Short integers by their first two bytes: how many digits there are, in the branches' place. */
function intCode(index: number): string {
  return `    word = shortIntegers[view.getUint16(at, true)];
    digit = bytes[at + (word >>> 8)] - 46;
    if (word !== 0 && digit >>> 0 > 11) {
      at += word >>> 8;
      field${index}.values[row] = word & 255;
    } else {
${integerCode(10)}
    if (number > (negative ? 2147483648 : 2147483647)) return false;
    field${index}.values[row] = negative ? -number : number;
    }`;
}

/** Whether `word` is a digit, a point, a digit, and what is none. */
const ONE_DECIMAL =
  "(word & 0xff00) === 0x2e00 && (word & 255) - 48 >>> 0 <= 9 && " +
  "(word >>> 16 & 255) - 48 >>> 0 <= 9 && (word >>> 24) - 48 >>> 0 > 9";

/** A mantissa of few digits by a power of ten: both are exact, so the quotient is rounded once. */
function decimalCode(index: number): string {
  return `    word = view.getInt32(at, true);
    if (${ONE_DECIMAL}) {
      at += 3;
      field${index}.values[row] = ((word & 255) * 10 + (word >>> 16 & 255) - 528) / 10;
    } else {
${WHOLE_DIGITS}
    point = at;
    if (digit === -2) {
      digit = bytes[++at] - 48;
      if (!(digit >= 0 && digit <= 9)) return false;
      while (digit >= 0 && digit <= 9) { number = number * 10 + digit; digit = bytes[++at] - 48; }
      if (at - start > ${EXACT_DIGITS_MAX + 1}) return false;
      number /= powersOfTen[at - point - 1];
    } else if (at - start > ${EXACT_DIGITS_MAX}) return false;
    field${index}.values[row] = negative ? -number : number;
    }`;
}
