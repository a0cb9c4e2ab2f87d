import {
  gatherColumn,
  isBitSet,
  valueAt,
  type DictionaryColumn,
  type FlatColumn,
} from "@salon/columns";
import type { TransformFunction } from "../spec/transform-function.ts";
import { transformToString, type Transform } from "../spec/transform.ts";
import type { PrimitiveValue } from "../spec/value.ts";
import { partitionKey } from "./partition-key.ts";
import { classifyRows } from "./row-classes.ts";

/** The result of a transform for each row, as a position among distinct results. */
export interface RowResults {
  readonly codes: Int32Array;
  /** Some may be of no row. */
  readonly results: readonly (PrimitiveValue | null)[];
}

/** Applies a transform to columns. */
export class TransformCodes {
  readonly #transform: Transform;
  readonly #apply: TransformFunction;

  constructor(transform: Transform, apply: TransformFunction) {
    this.#transform = transform;
    this.#apply = apply;
  }

  /** The transform runs once for each class of rows, or once for each new entry's. */
  rowResults(column: FlatColumn): RowResults {
    if (column.layout === "dictionary" && column.dictionaryId !== undefined) {
      return this.#resultsOfEntries(column, column.dictionaryId);
    }
    const distinct = new DistinctResults();
    return { codes: this.#codes(column, distinct), results: distinct.values };
  }

  #resultsOfEntries(column: DictionaryColumn, id: symbol): RowResults {
    const entries = entryCodes(id, this.#transform);
    const codes = entries.codesOfRows(column, (found) =>
      this.#codes(gatherColumn(column.dictionary, found), entries.distinct),
    );
    return { codes, results: entries.distinct.values };
  }

  #codes(column: FlatColumn, distinct: DistinctResults): Int32Array {
    const { classes, classCount } = classifyRows(column, this.#transform);
    const codeOfClass = Int32Array.from(firstRows(classes, classCount), (row) =>
      row < 0 ? -1 : distinct.codeOf(this.#apply(valueAt(column, row))),
    );
    const codes = new Int32Array(classes.length);
    for (let row = 0; row < codes.length; row++) codes[row] = codeOfClass[classes[row]!]!;
    return codes;
  }
}

/**
 * What is known of growing dictionaries, which outlive the writers that their rows go to; by the
 * transform.
 */
const knownEntries = new WeakMap<symbol, Map<string, EntryCodes>>();

function entryCodes(dictionaryId: symbol, transform: Transform): EntryCodes {
  const byTransform = knownEntries.get(dictionaryId) ?? new Map<string, EntryCodes>();
  knownEntries.set(dictionaryId, byTransform);
  const key = transformToString(transform);
  const codes = byTransform.get(key) ?? new EntryCodes();
  byTransform.set(key, codes);
  return codes;
}

/** Distinct results in the order in which they came; a code is a position among them. */
class DistinctResults {
  readonly values: (PrimitiveValue | null)[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(result: PrimitiveValue | null): number {
    const key = partitionKey([result]);
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    this.#codes.set(key, this.values.length);
    return this.values.push(result) - 1;
  }
}

/** Codes of few results take a byte each: rows ask for them in any order, and so from the cache. */
const BYTE_CODES = 255;
const UNKNOWN = -1;

/** The codes of a dictionary's entries, found when the first row has them. */
class EntryCodes {
  readonly distinct = new DistinctResults();
  /** Code + 1, 0 where it is unknown. */
  #numbers: Uint8Array | Int32Array = new Uint8Array(0);

  /** The codes of a column's rows; `codesOf` answers those of entries that it is given. */
  codesOfRows(column: DictionaryColumn, codesOf: (entries: Int32Array) => Int32Array): Int32Array {
    this.#reserve(Math.max(1, column.dictionary.length));
    const codes = this.#knownCodes(column);
    if (!codes.includes(UNKNOWN)) return codes;
    const entries = column.indices.filter((_, row) => codes[row] === UNKNOWN);
    this.#add(entries, codesOf(entries));
    return this.#knownCodes(column);
  }

  #knownCodes({ indices, validity, length }: DictionaryColumn): Int32Array {
    const codes = new Int32Array(length);
    pickCodes(this.#numbers, indices, codes);
    if (validity === undefined) return codes;
    const codeOfNull = this.distinct.codeOf(null);
    for (let row = 0; row < length; row++) if (!isBitSet(validity, row)) codes[row] = codeOfNull;
    return codes;
  }

  #reserve(entryCount: number): void {
    if (entryCount <= this.#numbers.length) return;
    const capacity = Math.max(entryCount, 2 * this.#numbers.length);
    const grown =
      this.#numbers instanceof Int32Array ? new Int32Array(capacity) : new Uint8Array(capacity);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }

  #add(entries: Int32Array, codes: Int32Array): void {
    if (this.distinct.values.length > BYTE_CODES && this.#numbers instanceof Uint8Array) {
      this.#numbers = new Int32Array(this.#numbers);
    }
    for (let i = 0; i < entries.length; i++) this.#numbers[entries[i]!] = codes[i]! + 1;
  }
}

function pickCodes(numbers: Uint8Array | Int32Array, indices: Int32Array, codes: Int32Array): void {
  for (let row = 0; row < codes.length; row++) codes[row] = numbers[indices[row]!]! - 1;
}

/** The first row of each class, -1 where it has none. */
function firstRows(classes: Int32Array, classCount: number): Int32Array {
  const first = new Int32Array(classCount).fill(-1);
  for (let row = classes.length - 1; row >= 0; row--) first[classes[row]!] = row;
  return first;
}
