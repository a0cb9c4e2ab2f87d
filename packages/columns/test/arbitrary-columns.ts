import fc from "fast-check";
import { columnFromValues, sliceColumn } from "../src/index.ts";
import type { FlatColumn, FlatColumnType, FlatValue, PlainColumn } from "../src/index.ts";

/** A column with the values that it has to show, however it holds them. */
export interface ColumnCase {
  readonly column: FlatColumn;
  readonly values: readonly (FlatValue | null)[];
}

type Values = readonly (FlatValue | null)[];

const int32 = fc.integer();
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = (length: number): fc.Arbitrary<FlatValue> =>
  fc.uint8Array({ minLength: length, maxLength: length });

const VALUES: readonly [FlatColumnType, fc.Arbitrary<FlatValue>][] = [
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "int32" }, int32],
  [{ kind: "date32" }, int32],
  [{ kind: "int64" }, int64],
  [{ kind: "time64" }, int64],
  [{ kind: "timestamp", utc: true }, int64],
  [{ kind: "float32" }, fc.float()],
  [{ kind: "float64" }, fc.double()],
  [
    { kind: "decimal128", precision: 38, scale: 2 },
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
  ],
  [{ kind: "utf8" }, fc.string({ unit: "binary", maxLength: 100 })],
  [{ kind: "binary" }, fc.uint8Array({ maxLength: 100 })],
  [{ kind: "fixed-size-binary", byteWidth: 5 }, bytes(5)],
];

/** A type and lists of its values: few distinct ones, so that runs and repetitions occur. */
const typedValues: fc.Arbitrary<{ type: FlatColumnType; lists: Values[] }> = fc
  .constantFrom(...VALUES)
  .chain(([type, value]) =>
    fc.array(fc.oneof(value, fc.constant(null)), { minLength: 1, maxLength: 5 }).chain((few) =>
      fc
        .array(fc.array(fc.constantFrom(...few), { maxLength: 40 }), {
          minLength: 1,
          maxLength: 4,
        })
        .map((lists) => ({ type, lists })),
    ),
  );

/** Columns of one type, each in any layout that can hold it. */
export const columnCases: fc.Arbitrary<ColumnCase[]> = fc
  .tuple(typedValues, fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }))
  .map(([{ type, lists }, layouts]) =>
    lists.map((values, index) => createCase(type, values, layouts[index]!)),
  );

export const columnCase: fc.Arbitrary<ColumnCase> = columnCases.map(([first]) => first!);

function createCase(type: FlatColumnType, values: Values, layout: number): ColumnCase {
  const plain = columnFromValues(type, values);
  if (layout === 1) return { values, column: encodeRuns(plain, values) };
  if (layout === 2 && type.kind !== "boolean")
    return { values, column: encodeEntries(plain, values) };
  if (layout === 3) return { values, column: throughSlice(type, values) };
  return { values, column: plain };
}

/** A run for each value, joined where equal ones follow each other. */
function encodeRuns({ type }: PlainColumn, values: Values): FlatColumn {
  const ends: number[] = [];
  const kept: (FlatValue | null)[] = [];
  for (const [row, value] of values.entries()) {
    if (row > 0 && Object.is(values[row - 1], value)) ends.pop();
    else kept.push(value);
    ends.push(row + 1);
  }
  const length = values.length;
  const nullCount = values.filter((value) => value === null).length;
  return {
    type,
    layout: "run-end-encoded",
    length,
    nullCount,
    runEnds: Int32Array.from(ends),
    values: columnFromValues(type, kept),
  };
}

/**
 * A dictionary with every entry twice and in reverse; null rows point anywhere. Entries are told
 * apart by `Object.is`: zero and minus zero are two, and NaN is found.
 */
function encodeEntries(
  { type, length, nullCount, validity }: PlainColumn,
  values: Values,
): FlatColumn {
  const present = values.filter((value) => value !== null);
  const entries = present.filter((value, at) => indexOfSame(present, value) === at).reverse();
  const dictionary = columnFromValues(type, [...entries, ...entries]);
  if (dictionary.layout === "boolean") throw new TypeError("no dictionary of booleans");
  const indices = Int32Array.from(values, (value, row) =>
    value === null ? 99 : indexOfSame(entries, value) + (row % 2) * entries.length,
  );
  return { type, layout: "dictionary", length, nullCount, validity, indices, dictionary };
}

function indexOfSame(values: Values, value: FlatValue): number {
  return values.findIndex((other) => Object.is(other, value));
}

/** Offsets that do not begin at 0, and a bitmap that begins in the middle of a byte. */
function throughSlice(type: FlatColumnType, values: Values): FlatColumn {
  const longer = columnFromValues(type, [...values.slice(0, 3), ...values, ...values.slice(0, 2)]);
  const start = Math.min(values.length, 3);
  return sliceColumn(longer, start, start + values.length);
}
