import { NullRows, type Column } from "@salon/columns";
import { parseExactInteger } from "../exact-integer.ts";
import type { JsonProblem, JsonRecord } from "../json-record.ts";
import { ColumnMemory } from "./column-memory.ts";
import type { FieldWriter } from "./field-writer.ts";
import { findIntegerProblem, findRoundingProblem, outOfRange } from "./number-writer.ts";

const TWO_TO_32 = 4_294_967_296;
const TEXT_LENGTH_MAX = 40;

/**
 * Writes `long` fields. Integers that a double holds exactly are stored as two halves, without a
 * BigInt; beyond 2^53 the number's own digits count.
 */
export class LongWriter implements FieldWriter {
  private readonly name: string;
  private values = new BigInt64Array(0);
  /** The same memory as `values`, low half first. */
  private halves = new Int32Array(0);
  private readonly memory: ColumnMemory<BigInt64Array<ArrayBuffer>>;
  private readonly nulls = new NullRows();

  constructor(name: string, lendsColumns: boolean) {
    this.name = name;
    this.memory = new ColumnMemory((length) => new BigInt64Array(length), lendsColumns);
  }

  begin(rowsMax: number): void {
    this.values = this.memory.take(rowsMax);
    this.halves = new Int32Array(this.values.buffer);
  }

  /** Writes an integer between -2^53 and 2^53. */
  writeSafeInteger(row: number, value: number): void {
    this.halves[row * 2] = value;
    this.halves[row * 2 + 1] = Math.floor(value / TWO_TO_32);
  }

  writeNull(row: number): void {
    this.writeSafeInteger(row, 0);
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown, record: JsonRecord): JsonProblem | undefined {
    const problem = findIntegerProblem(value, "long");
    if (problem !== undefined) return problem;
    if (Number.isSafeInteger(value)) {
      const rounded = findRoundingProblem(this.name, "long", record);
      if (rounded === undefined) this.writeSafeInteger(row, value as number);
      return rounded;
    }
    const text = record.numberText(this.name);
    const exact = parseExactInteger(text);
    const excerpt = text.slice(0, TEXT_LENGTH_MAX);
    if (exact === undefined) return { code: "WRONG_TYPE", message: `${excerpt} is no long` };
    if (BigInt.asIntN(64, exact) !== exact) return outOfRange(excerpt, "long");
    this.values[row] = exact;
    return undefined;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const values = this.values.subarray(0, rowCount);
    this.begin(0);
    const nullRows = this.nulls.finish(rowCount);
    return { type: { kind: "int64" }, layout: "primitive", length: rowCount, ...nullRows, values };
  }
}
