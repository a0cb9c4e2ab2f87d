import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** No row has needed the value's id yet. */
const UNKNOWN = -1;
/** A row needs it, and it is being looked up. */
const WANTED = -2;

/**
 * The ids that a dictionary gives to the values of a column whose rows share values: each value is
 * looked up once, however many rows have it, and only if one has.
 */
export class SharedIds {
  readonly #values: PhysicalVector;
  /** Made at the first use: a column that is written plain never asks. */
  #ids: Int32Array | undefined;

  constructor(values: PhysicalVector) {
    this.#values = values;
  }

  /** As the dictionary's `encode`; for one dictionary alone. */
  encode(
    dictionary: ValueDictionary,
    positions: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    const known = (this.#ids ??= new Int32Array(this.#values.length).fill(UNKNOWN));
    const wanted = wantedPositions(positions, count, known);
    if (wanted.length > 0) {
      const found = new Int32Array(wanted.length);
      dictionary.encode(this.#values, wanted, wanted.length, found, 0);
      for (let i = 0; i < wanted.length; i++) known[wanted[i]!] = found[i]!;
    }
    copyIds(known, positions, count, ids, at);
  }
}

function wantedPositions(positions: Int32Array, count: number, known: Int32Array): Int32Array {
  const wanted: number[] = [];
  for (let i = 0; i < count; i++) {
    const position = positions[i]!;
    if (known[position] !== UNKNOWN) continue;
    known[position] = WANTED;
    wanted.push(position);
  }
  return Int32Array.from(wanted);
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
