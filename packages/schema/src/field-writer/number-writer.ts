import { NullRows, type Column, type FlatColumnType } from "@salon/columns";
import { describeJson, type JsonProblem, type JsonRecord } from "../json-record.ts";
import { ColumnMemory } from "./column-memory.ts";
import type { FieldWriter } from "./field-writer.ts";

type NumberFieldType = "int" | "float" | "double";
type NumberValues = Int32Array | Float32Array | Float64Array;

const COLUMN_TYPES: Readonly<Record<NumberFieldType, FlatColumnType>> = {
  int: { kind: "int32" },
  float: { kind: "float32" },
  double: { kind: "float64" },
};

const TEXT_LENGTH_MAX = 40;

/** Writes `int`, `float` and `double` fields. */
export class NumberWriter implements FieldWriter {
  /** Written to by generated code too, with numbers that it knows to be in range. */
  values: NumberValues;
  readonly type: NumberFieldType;
  private readonly name: string;
  private readonly memory: ColumnMemory<NumberValues>;
  private readonly nulls = new NullRows();

  constructor(name: string, type: NumberFieldType, lendsColumns: boolean) {
    this.name = name;
    this.type = type;
    this.memory = new ColumnMemory((length) => createValues(type, length), lendsColumns);
    this.values = this.memory.take(0);
  }

  begin(rowsMax: number): void {
    this.values = this.memory.take(rowsMax);
  }

  writeNull(row: number): void {
    this.values[row] = 0;
    this.nulls.add(row);
  }

  writeJson(row: number, value: unknown, record: JsonRecord): JsonProblem | undefined {
    const problem =
      findNumberProblem(value, this.type) ??
      (this.type === "int" ? findRoundingProblem(this.name, this.type, record) : undefined);
    if (problem === undefined) this.values[row] = value as number;
    return problem;
  }

  truncate(rowCount: number): void {
    this.nulls.truncate(rowCount);
  }

  finish(rowCount: number): Column {
    const values = this.values.subarray(0, rowCount);
    this.begin(0);
    return {
      type: COLUMN_TYPES[this.type],
      layout: "primitive",
      length: rowCount,
      values,
      ...this.nulls.finish(rowCount),
    };
  }
}

function createValues(type: NumberFieldType, length: number): NumberValues {
  if (type === "int") return new Int32Array(length);
  return type === "float" ? new Float32Array(length) : new Float64Array(length);
}

function findNumberProblem(value: unknown, type: NumberFieldType): JsonProblem | undefined {
  if (type === "int") {
    const problem = findIntegerProblem(value, type);
    if (problem !== undefined) return problem;
    const isInRange = ((value as number) | 0) === value;
    return isInRange ? undefined : outOfRange(describeJson(value), type);
  }
  if (typeof value !== "number") return wrongType(value, type);
  const stored = type === "float" ? Math.fround(value) : value;
  return Number.isFinite(stored) ? undefined : outOfRange(describeJson(value), type);
}

/** What keeps a value from being an integral number; one that is infinite no double could hold. */
export function findIntegerProblem(value: unknown, type: "int" | "long"): JsonProblem | undefined {
  if (typeof value !== "number") return wrongType(value, type);
  if (!Number.isFinite(value)) return outOfRange(describeJson(value), type);
  return Number.isInteger(value) ? undefined : wrongType(value, type);
}

/** What keeps an integer that a double holds from being the one that was sent. */
export function findRoundingProblem(
  name: string,
  type: "int" | "long",
  record: JsonRecord,
): JsonProblem | undefined {
  if (record.isIntegral(name)) return undefined;
  const excerpt = record.numberText(name).slice(0, TEXT_LENGTH_MAX);
  return { code: "WRONG_TYPE", message: `${excerpt} is no ${type}` };
}

/** The problem of a value of another type than the field takes. */
export function wrongType(value: unknown, type: string): JsonProblem {
  return { code: "WRONG_TYPE", message: `${describeJson(value)} is no ${type}` };
}

/** The problem of a number that the field's type cannot hold. */
export function outOfRange(number: string, type: string): JsonProblem {
  return { code: "OUT_OF_RANGE", message: `${number} is out of the range of ${type}` };
}
