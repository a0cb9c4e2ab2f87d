import { BooleanWriter } from "./field-writer/boolean-writer.ts";
import { LongWriter } from "./field-writer/long-writer.ts";
import { NumberWriter } from "./field-writer/number-writer.ts";
import type { RecordField } from "./record-fields.ts";
import { skipValue } from "./scan-value.ts";
import type { Template } from "./template.ts";

/** Consecutive records, and the row that the first of them is to become. */
export interface RecordSpan {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly row: number;
}

/**
 * Writes records of one template to rows and answers how many; the one behind them is another
 * template's or the general path's, and may have left values and null rows at the row behind.
 */
export type TemplateReader = (span: RecordSpan) => number;

/** Words are read no further than this behind where a value begins, whatever follows there. */
const VALUE_LOOK_AHEAD = 24;
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
 * Generates the code that reads records of a template: segments compared as constants, numbers read
 * digit by digit, strings by their writers. Only numbers are put into the code, never text.
 * Whatever it does not take it leaves; what it takes JSON.parse would read the same. Undefined
 * where the process forbids generating code.
 */
export function compileTemplate(
  template: Template,
  fields: readonly RecordField[],
): TemplateReader | undefined {
  const indexes = template.names.map((name) =>
    fields.findIndex(({ field }) => field.name === name),
  );
  const slots = indexes.map((index) => slotCode(index, fields[index]));
  const missing = fields.flatMap((_, index) => (indexes.includes(index) ? [] : [index]));
  const slack = VALUE_LOOK_AHEAD + Math.max(...template.segments.map(({ length }) => length));
  // One record a call: a loop in the generated code is compiled while it runs, and then thrown away
  // at its end each time.
  const code = `"use strict";
${fields.map((_, index) => `const field${index} = fields[${index}].writer;`).join("\n")}
return function readRecord(bytes, view, recordStart, end, row) {
  let at = recordStart, byte = 0, start = 0, digit = 0, number = 0, point = 0, negative = false;
${slots.map((slot, index) => segmentCode(template.segments[index]!) + slot).join("")}
${segmentCode(template.segments[slots.length]!)}
  if (at !== end) return false;
${missing.map((index) => `  field${index}.writeNull(row);`).join("\n")}
  return true;
};`;
  try {
    // The Function constructor, not node:vm: a process that forbids generating code means it.
    const create = Reflect.construct(Function, ["fields", "powersOfTen", "skipValue", code]);
    const readRecord = create(fields, POWERS_OF_TEN, skipValue) as RecordReader;
    return (span) => readSpan(span, readRecord, slack);
  } catch (cause) {
    // What --disallow-code-generation-from-strings throws; anything else is an error of ours.
    if (cause instanceof EvalError) return undefined;
    throw cause;
  }
}

type RecordReader = (
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  row: number,
) => boolean;

function readSpan(span: RecordSpan, readRecord: RecordReader, slack: number): number {
  const { bytes, view, starts, ends, from, to, row } = span;
  const endMax = bytes.length - slack;
  let count = 0;
  for (let index = from; index < to; index++) {
    const start = starts[index]!;
    const end = ends[index]!;
    if (start < 0 || end > endMax || !readRecord(bytes, view, start, end, row + count)) break;
    count++;
  }
  return count;
}

/** Compares a segment, eight bytes at a time, and steps over it. */
function segmentCode(segment: Uint8Array): string {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length);
  const { length } = segment;
  const differences: string[] = [];
  if (length >= 8) {
    // Segments are JSON text in UTF-8, so none of these doubles is NaN or 0: equal doubles are
    // equal bytes. The last one overlaps the one before.
    for (const offset of wordOffsets(length, 8)) {
      const word = view.getFloat64(offset, true);
      differences.push(`view.getFloat64(at + ${offset}, true) !== ${word}`);
    }
  } else if (length >= 4) {
    for (const offset of wordOffsets(length, 4)) {
      const word = view.getInt32(offset, true);
      differences.push(`view.getInt32(at + ${offset}, true) !== ${word}`);
    }
  } else {
    for (const [offset, byte] of segment.entries()) {
      differences.push(`bytes[at + ${offset}] !== ${byte}`);
    }
  }
  return `  if (${differences.join(" || ")}) return false;\n  at += ${length};\n`;
}

function wordOffsets(length: number, width: number): number[] {
  const offsets: number[] = [];
  for (let offset = 0; offset + width < length; offset += width) offsets.push(offset);
  return [...offsets, length - width];
}

/** Reads a value and steps over it; behind the record's end reading stops before it goes far. */
function slotCode(index: number, recordField: RecordField | undefined): string {
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

function intCode(index: number): string {
  return `${integerCode(10)}
    if (number > (negative ? 2147483648 : 2147483647)) return false;
    field${index}.values[row] = negative ? -number : number;`;
}

/** A mantissa of few digits by a power of ten: both are exact, so the quotient is rounded once. */
function decimalCode(index: number): string {
  return `${WHOLE_DIGITS}
    point = at;
    if (digit === -2) {
      digit = bytes[++at] - 48;
      if (!(digit >= 0 && digit <= 9)) return false;
      while (digit >= 0 && digit <= 9) { number = number * 10 + digit; digit = bytes[++at] - 48; }
      if (at - start > ${EXACT_DIGITS_MAX + 1}) return false;
      number /= powersOfTen[at - point - 1];
    } else if (at - start > ${EXACT_DIGITS_MAX}) return false;
    field${index}.values[row] = negative ? -number : number;`;
}
