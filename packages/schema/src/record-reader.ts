import type { RecordField } from "./record-fields.ts";
import { SLOT_GLOBALS, SLOT_LOCALS, VALUE_LOOK_AHEAD } from "./slot-code.ts";

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
 * Writes the first records of a span to rows and answers how many; the one behind them is another
 * reader's or the general path's, and may have left values and null rows at the row behind.
 */
export type SpanReader = (span: RecordSpan) => number;

/** Reads one record; its text is all between `start` and `end`. */
type RecordReader = (
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  row: number,
) => boolean;

/**
 * Makes a reader of generated statements, which see `bytes`, `view`, `recordStart`, `end`, `row`,
 * the writers as `field0` on and the locals and helpers of slots, and return whether the record is
 * theirs. They read up to `reach` bytes beyond a value. Undefined where the process forbids
 * generating code.
 */
export function compileReader(
  fields: readonly RecordField[],
  statements: string,
  reach: number,
): SpanReader | undefined {
  // One record a call: a loop in the generated code is compiled while it runs, and then thrown away
  // at its end each time.
  const code = `"use strict";
const { ${Object.keys(SLOT_GLOBALS).join(", ")} } = globals;
${fields.map((_, index) => `const field${index} = fields[${index}].writer;`).join("\n")}
return function readRecord(bytes, view, recordStart, end, row) {
  ${SLOT_LOCALS}
${statements}
};`;
  const slack = VALUE_LOOK_AHEAD + reach;
  try {
    // The Function constructor, not node:vm: a process that forbids generating code means it.
    const create = Reflect.construct(Function, ["fields", "globals", code]);
    const readRecord = create(fields, SLOT_GLOBALS) as RecordReader;
    return (span) => readSpan(span, readRecord, slack);
  } catch (cause) {
    // What --disallow-code-generation-from-strings throws; anything else is an error of ours.
    if (cause instanceof EvalError) return undefined;
    throw cause;
  }
}

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
