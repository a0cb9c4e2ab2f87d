import {
  isFlatColumn,
  structField,
  type Column,
  type ColumnBatch,
  type FlatColumn,
} from "@salon/columns";
import { IcebergError } from "../iceberg-error.ts";
import {
  bindPartitionSpec,
  type BoundPartitionField,
  type PartitionSpec,
} from "../spec/partition-spec.ts";
import { partitionToPath } from "../spec/partition-path.ts";
import type { Schema } from "../spec/schema.ts";
import type { NestedField } from "../spec/type.ts";
import { transformFunction } from "../spec/transform-function.ts";
import type { PrimitiveValue } from "../spec/value.ts";
import { partitionKey } from "./partition-key.ts";
import { TransformCodes, type RowResults } from "./transform-codes.ts";

/** The rows of a batch that belong to one partition. */
interface PartitionRows {
  /** Equal for equal partition values. */
  readonly key: string;
  /** The folders of the partition, empty for an unpartitioned spec. */
  readonly path: string;
  /** One value per field of the spec. */
  readonly values: readonly (PrimitiveValue | null)[];
  /** Ascending; absent when they are all rows of the batch. */
  readonly rows?: Int32Array;
}

/** Tells the partitions of rows. */
export interface PartitionSplitter {
  /** The partitions of a batch whose columns are the schema's, each row in one of them. */
  split(batch: ColumnBatch): readonly PartitionRows[];
}

interface SplitField {
  readonly field: BoundPartitionField;
  /** The way to the source: a column of the batch, then fields of structs. */
  readonly path: readonly number[];
  readonly transformCodes: TransformCodes;
}

/**
 * A splitter by the fields of a spec. `UNSUPPORTED` for a transform that is not known,
 * `METADATA_INVALID` for a source that is no column and in no struct.
 */
export function createPartitionSplitter(spec: PartitionSpec, schema: Schema): PartitionSplitter {
  const fields = bindPartitionSpec(spec, schema).map((field): SplitField => {
    const path = pathTo(field.sourceId, schema.fields) ?? [];
    if (path.length === 0 && field.transform.kind !== "void") {
      throw new IcebergError("METADATA_INVALID", `no column for partition field ${field.name}`);
    }
    const transform = transformFunction(field.transform, field.sourceType);
    return { field, path, transformCodes: new TransformCodes(field.transform, transform) };
  });
  return {
    split: (batch) => {
      if (batch.rowCount === 0) return [];
      const tuples = fields.map((field) => rowResults(field, batch)).reduce(combine, ONE_TUPLE);
      return groupRows(tuples, batch.rowCount).map(({ tuple, rows }) => ({
        key: partitionKey(tuple),
        path: partitionToPath(spec, schema, tuple),
        values: tuple,
        ...(rows && { rows }),
      }));
    },
  };
}

function pathTo(id: number, fields: readonly NestedField[]): readonly number[] | undefined {
  for (const [index, field] of fields.entries()) {
    if (field.id === id) return [index];
    if (field.type.kind !== "struct") continue;
    const below = pathTo(id, field.type.fields);
    if (below !== undefined) return [index, ...below];
  }
  return undefined;
}

/** The values of a source, null where a struct above is null. */
function sourceColumn(batch: ColumnBatch, [first = -1, ...below]: readonly number[]): FlatColumn {
  let column: Column | undefined = batch.columns[first];
  for (const index of below) {
    column = column?.layout === "struct" ? structField(column, index) : undefined;
  }
  if (column !== undefined && isFlatColumn(column)) return column;
  throw new TypeError("a batch that does not have its schema's columns");
}

function rowResults({ field, path, transformCodes }: SplitField, batch: ColumnBatch): RowResults {
  return field.transform.kind === "void"
    ? { codes: new Int32Array(batch.rowCount), results: [null] }
    : transformCodes.rowResults(sourceColumn(batch, path));
}

interface RowTuples {
  /** Absent where all rows have the only tuple. */
  readonly codes?: Int32Array;
  readonly tuples: readonly (readonly (PrimitiveValue | null)[])[];
}

const ONE_TUPLE: RowTuples = { tuples: [[]] };

function combine(
  { codes: left, tuples }: RowTuples,
  { codes: right, results }: RowResults,
): RowTuples {
  if (left === undefined) {
    const [tuple] = tuples;
    return { codes: right, tuples: results.map((result) => [...(tuple ?? []), result]) };
  }
  const width = results.length;
  const codeOfPair = new Map<number, number>();
  const combined: (readonly (PrimitiveValue | null)[])[] = [];
  const codes = new Int32Array(left.length);
  let lastPair = -1;
  let lastCode = -1;
  for (let row = 0; row < codes.length; row++) {
    const pair = left[row]! * width + right[row]!;
    if (pair !== lastPair) {
      lastPair = pair;
      lastCode = codeOfPair.get(pair) ?? -1;
      if (lastCode < 0) {
        lastCode = combined.push([...tuples[left[row]!]!, results[right[row]!]!]) - 1;
        codeOfPair.set(pair, lastCode);
      }
    }
    codes[row] = lastCode;
  }
  return { codes, tuples: combined };
}

interface TupleRows {
  readonly tuple: readonly (PrimitiveValue | null)[];
  readonly rows?: Int32Array;
}

function groupRows({ codes, tuples }: RowTuples, rowCount: number): readonly TupleRows[] {
  if (codes === undefined) return tuples.map((tuple) => ({ tuple }));
  const counts = new Int32Array(tuples.length);
  for (let row = 0; row < rowCount; row++) counts[codes[row]!]!++;
  const whole = counts.indexOf(rowCount);
  if (whole >= 0) return [{ tuple: tuples[whole]! }];
  const groups = tuples.map((_, code) => new Int32Array(counts[code]!));
  counts.fill(0);
  for (let row = 0; row < rowCount; row++) {
    const code = codes[row]!;
    groups[code]![counts[code]!++] = row;
  }
  return groups.flatMap((rows, code) =>
    rows.length === 0 ? [] : [{ tuple: tuples[code]!, rows }],
  );
}
