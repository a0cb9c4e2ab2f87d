import {
  columnFromValues,
  gatherColumn,
  type FlatColumn,
  type FlatValue,
  valuesOf,
} from "@salon/columns";
import fc from "fast-check";
import { expect, test } from "vitest";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import { transformFunction } from "../../src/spec/transform-function.ts";
import type { Transform } from "../../src/spec/transform.ts";
import type { PrimitiveType } from "../../src/spec/type.ts";
import { classifyRows } from "../../src/writer/row-classes.ts";

const micros = fc.oneof(
  fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
  fc.bigInt({ min: -100n, max: 100n }).map((hours) => hours * 3_600_000_000n),
  fc.bigInt({ min: -100n, max: 100n }).map((hours) => hours * 3_600_000_000n - 1n),
  fc.bigInt({ min: 2n ** 52n - 10n, max: 2n ** 52n + 10n }),
);
const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀"), maxLength: 4 });

const CASES: readonly [PrimitiveType, Transform, fc.Arbitrary<FlatValue>][] = [
  [{ kind: "timestamptz" }, { kind: "hour" }, micros],
  [{ kind: "timestamp" }, { kind: "day" }, micros],
  [{ kind: "timestamp" }, { kind: "month" }, micros],
  [{ kind: "timestamp" }, { kind: "year" }, micros],
  [{ kind: "timestamp" }, { kind: "identity" }, micros],
  [{ kind: "date" }, { kind: "month" }, fc.integer({ min: -50_000, max: 50_000 })],
  [{ kind: "string" }, { kind: "truncate", width: 2 }, text],
  [{ kind: "string" }, { kind: "bucket", numBuckets: 4 }, text],
  [{ kind: "binary" }, { kind: "truncate", width: 1 }, fc.uint8Array({ maxLength: 3 })],
  [{ kind: "int" }, { kind: "truncate", width: 10 }, fc.integer({ min: -30, max: 30 })],
  [{ kind: "boolean" }, { kind: "identity" }, fc.boolean()],
  [
    { kind: "decimal", precision: 20, scale: 2 },
    { kind: "truncate", width: 50 },
    fc.bigInt({ min: -500n, max: 500n }),
  ],
];

/** The same rows as a dictionary and as runs, where the type has those layouts. */
function layoutsOf(plain: FlatColumn): FlatColumn[] {
  if (plain.layout === "boolean" || plain.length === 0) return [plain];
  if (plain.layout === "dictionary" || plain.layout === "run-end-encoded") return [plain];
  const rows = Int32Array.from({ length: plain.length }, (_, row) => row);
  const runEnds = rows.map((row) => 2 * (row + 1));
  const { type, length, validity, nullCount } = plain;
  const entries = { ...plain, nullCount: 0, validity: undefined };
  return [
    plain,
    { layout: "dictionary", type, length, nullCount, validity, indices: rows, dictionary: entries },
    {
      layout: "run-end-encoded",
      type,
      length: 2 * length,
      nullCount: 2 * nullCount,
      runEnds,
      values: plain,
    },
  ];
}

test.each(CASES)("rows of a class of %o have one result of %o", (type, transform, value) => {
  const apply = transformFunction(transform, type);
  fc.assert(
    fc.property(fc.array(fc.option(value, { nil: null })), (values) => {
      for (const column of layoutsOf(columnFromValues(columnTypeOf(type), values))) {
        const { classes, classCount } = classifyRows(column, transform);
        const results = new Map<number, unknown>();
        const rows = valuesOf(column);
        expect(classes.length).toBe(rows.length);
        for (const [row, of] of rows.entries()) {
          const rowClass = classes[row]!;
          const result = apply(of);
          if (!results.has(rowClass)) results.set(rowClass, result);
          expect([rowClass, result]).toEqual([rowClass, results.get(rowClass)]);
        }
        expect(Math.max(-1, ...classes)).toBeLessThan(classCount);
      }
    }),
    { numRuns: 50 },
  );
});

test("leaves few classes of many values", () => {
  const seconds = Array.from({ length: 1000 }, (_, i) => BigInt(i) * 7_000_000n);
  const column = columnFromValues({ kind: "timestamp", utc: true }, seconds);
  expect(classifyRows(column, { kind: "day" }).classCount).toBe(2);
  const minute = columnFromValues({ kind: "timestamp", utc: true }, [1n, null, 59_000_000n]);
  expect(classifyRows(minute, { kind: "day" })).toEqual({
    classes: Int32Array.of(0, 1, 0),
    classCount: 2,
  });
  const texts = columnFromValues({ kind: "utf8" }, ["aax", "aay", "ab"]);
  expect([...classifyRows(texts, { kind: "truncate", width: 2 }).classes]).toEqual([0, 0, 1]);
  const gathered = gatherColumn(texts, Int32Array.of(2, 0));
  expect([...classifyRows(gathered, { kind: "truncate", width: 2 }).classes]).toEqual([0, 1]);
});
