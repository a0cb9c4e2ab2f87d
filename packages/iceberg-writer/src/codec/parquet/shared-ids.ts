import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** No row has needed the value's id yet. */
const UNKNOWN = -1;
/** A row needs it, and it is being looked up. */
const WANTED = -2;
/** Of a constant column, all rows of which share one value. */
const ONLY_POSITION = Int32Array.of(0);

/**
 * The ids that a dictionary gives to the values of a column whose rows share values: each value is
 * looked up once, however many rows have it, and only if one has. For one dictionary alone.
 */
export class SharedIds {
  /** Of the column's dictionary, if it is one that grows: its entries stay what they are. */
  readonly dictionaryId: symbol | undefined;
  #ids: Int32Array = new Int32Array(0);
  /** Entries that the dictionary has from here. */
  #addedCount = 0;

  constructor(dictionaryId: symbol | undefined) {
    this.dictionaryId = dictionaryId;
  }

  /** As the dictionary's `encode`, of values that may have grown since the last call. */
  encode(
    dictionary: ValueDictionary,
    values: PhysicalVector,
    positions: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    this.#reserve(values.length);
    const known = this.#ids;
    if (values.length === 1) {
      if (known[0] === UNKNOWN) dictionary.encode(values, ONLY_POSITION, 1, known, 0);
      ids.fill(known[0]!, at, at + count);
      return;
    }
    const wanted = collectWanted(positions, count, known);
    if (wanted.length > 0) this.#lookUp(dictionary, values, Int32Array.from(wanted));
    copyIds(known, positions, count, ids, at);
  }

  #lookUp(dictionary: ValueDictionary, values: PhysicalVector, wanted: Int32Array): void {
    const { length } = wanted;
    const found = new Int32Array(length);
    const isAlone = this.dictionaryId !== undefined && dictionary.size === this.#addedCount;
    if (isAlone && dictionary.addDistinct !== undefined) {
      dictionary.addDistinct(values, wanted, length, found);
      this.#addedCount = dictionary.size;
    } else {
      dictionary.encode(values, wanted, length, found, 0);
    }
    for (let i = 0; i < length; i++) this.#ids[wanted[i]!] = found[i]!;
  }

  #reserve(valueCount: number): void {
    if (valueCount <= this.#ids.length) return;
    const grown = new Int32Array(Math.max(valueCount, 2 * this.#ids.length)).fill(UNKNOWN);
    grown.set(this.#ids);
    this.#ids = grown;
  }
}

/** The positions of which no id is known, each once. */
function collectWanted(positions: Int32Array, count: number, known: Int32Array): number[] {
  const wanted: number[] = [];
  for (let i = 0; i < count; i++) {
    const position = positions[i]!;
    if (known[position] !== UNKNOWN) continue;
    known[position] = WANTED;
    wanted.push(position);
  }
  return wanted;
}

function copyIds(
  known: Int32Array,
  positions: Int32Array,
  count: number,
  ids: Int32Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) ids[at + i] = known[positions[i]!]!;
}
