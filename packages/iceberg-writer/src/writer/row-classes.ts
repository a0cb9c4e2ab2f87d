import { isBitSet, type FlatColumn, type PlainColumn } from "@salon/columns";
import {
  physicalVector,
  type BytesVector,
  type Int32Vector,
  type PhysicalVector,
} from "../codec/parquet/physical-vector.ts";
import { createValueDictionary } from "../codec/parquet/create-value-dictionary.ts";
import { floorDivide } from "../spec/calendar.ts";
import type { Transform } from "../spec/transform.ts";

/** Rows sorted into classes; null rows have the last one for themselves. */
export interface RowClasses {
  readonly classes: Int32Array;
  readonly classCount: number;
}

/**
 * Sorts the rows of a column into classes within which a transform has one result: equal values,
 * hours or prefixes, whatever takes one pass over typed arrays and leaves few classes. Entries of a
 * dictionary and runs are sorted in place of the rows that share them. A class may have no rows.
 */
export function classifyRows(column: FlatColumn, transform: Transform): RowClasses {
  switch (column.layout) {
    case "dictionary": {
      const entries = classifyValues(column.dictionary, transform);
      const classes = classesOfEntries(entries.classes, column.indices);
      return withNullClass(classes, entries.classCount, column.validity);
    }
    case "run-end-encoded": {
      const { classes, classCount } = classifyValues(column.values, transform);
      return { classes: classesOfRuns(classes, column.runEnds, column.length), classCount };
    }
    case "boolean":
    case "primitive":
    case "fixed-size-binary":
    case "variable-size-binary":
      return classifyValues(column, transform);
    default:
      return column satisfies never;
  }
}

function classesOfEntries(classOfEntry: Int32Array, indices: Int32Array): Int32Array {
  const classes = new Int32Array(indices.length);
  for (let row = 0; row < classes.length; row++) classes[row] = classOfEntry[indices[row]!]!;
  return classes;
}

function classesOfRuns(classOfRun: Int32Array, runEnds: Int32Array, length: number): Int32Array {
  const classes = new Int32Array(length);
  let start = 0;
  for (let run = 0; start < length; run++) {
    classes.fill(classOfRun[run]!, start, runEnds[run]);
    start = runEnds[run]!;
  }
  return classes;
}

function classifyValues(column: PlainColumn, transform: Transform): RowClasses {
  const classes = new Int32Array(column.length);
  const values = valuesToCompare(column, transform);
  if (isOneValue(values)) return withNullClass(classes, 1, column.validity);
  const dictionary = createValueDictionary(values.kind, false);
  if (dictionary === undefined) return classifyBits(column, classes);
  const rows = classes.map((_, row) => row);
  dictionary.encode(values, rows, column.length, classes, 0);
  return withNullClass(classes, dictionary.size, column.validity);
}

/** As hours are of rows that came together: nothing has to be looked up then. */
function isOneValue(values: PhysicalVector): boolean {
  return values.kind === "int32" && values.values.every((value) => value === values.values[0]);
}

function classifyBits(column: PlainColumn, classes: Int32Array): RowClasses {
  if (column.layout === "boolean") {
    for (let row = 0; row < classes.length; row++) {
      classes[row] = Number(isBitSet(column.values, row));
    }
  }
  return withNullClass(classes, 2, column.validity);
}

/** Gives the null rows, whose values may be anything, the class behind the others. */
function withNullClass(
  classes: Int32Array,
  classCount: number,
  validity: Uint8Array | undefined,
): RowClasses {
  if (validity === undefined) return { classes, classCount };
  const separated = classes.slice();
  for (let row = 0; row < separated.length; row++) {
    if (((validity[row >>> 3]! >>> (row & 7)) & 1) === 0) separated[row] = classCount;
  }
  return { classes: separated, classCount: classCount + 1 };
}

function valuesToCompare(column: PlainColumn, transform: Transform): PhysicalVector {
  // Any type but a decimal leaves bytes as they are, which is all that telling them apart needs.
  const values = physicalVector(column, { kind: "binary" });
  switch (transform.kind) {
    case "year":
    case "month":
    case "day":
    case "hour":
      return values.kind === "int64" ? hoursOf(values.words, values.length) : values;
    case "truncate":
      return values.kind === "bytes" && column.layout === "variable-size-binary"
        ? prefixesOf(values, transform.width, column.type.kind === "utf8")
        : values;
    default:
      return values;
  }
}

const MICROS_PER_HOUR = 3_600_000_000;
const TWO_TO_32 = 4_294_967_296;
/** High words within it make numbers of microseconds that a double holds exactly. */
const EXACT_HIGH_WORD_MAX = 1 << 20;

/** Whole hours of microseconds, rounded towards minus infinity. */
function hoursOf(words: Int32Array, length: number): Int32Vector {
  const hours = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const low = words[2 * row]! >>> 0;
    const high = words[2 * row + 1]!;
    if (high >= EXACT_HIGH_WORD_MAX || high < -EXACT_HIGH_WORD_MAX) {
      const micros = (BigInt(high) << 32n) | BigInt(low);
      hours[row] = Number(floorDivide(micros, BigInt(MICROS_PER_HOUR)));
      continue;
    }
    const micros = high * TWO_TO_32 + low;
    const hour = Math.floor(micros / MICROS_PER_HOUR);
    // The quotient may have been rounded up to a whole number.
    hours[row] = hour * MICROS_PER_HOUR > micros ? hour - 1 : hour;
  }
  return { kind: "int32", length, values: hours };
}

/** The first `width` code points of each string, or bytes of each binary. */
function prefixesOf(
  { data, offsets, length }: BytesVector,
  width: number,
  isUtf8: boolean,
): BytesVector {
  const prefixEnds = new Int32Array(length + 1);
  let byteLength = 0;
  for (let row = 0; row < length; row++) {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    byteLength += isUtf8
      ? codePointsEnd(data, start, end, width) - start
      : Math.min(end - start, width);
    prefixEnds[row + 1] = byteLength;
  }
  const prefixes = new Uint8Array(byteLength);
  for (let row = 0; row < length; row++) {
    const to = prefixEnds[row + 1]!;
    for (let at = prefixEnds[row]!, from = offsets[row]!; at < to; at++, from++) {
      prefixes[at] = data[from]!;
    }
  }
  return { kind: "bytes", length, offsets: prefixEnds, data: prefixes };
}

/** Where the first `width` code points of UTF-8 end. */
function codePointsEnd(data: Uint8Array, start: number, end: number, width: number): number {
  let at = start;
  for (let count = 0; at < end; at++) {
    // A byte that continues a code point opens none.
    if ((data[at]! & 0xc0) !== 0x80 && count++ === width) break;
  }
  return at;
}
