import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Distinct 64-bit values, two words each, in an open-addressed table that is at most half full. */
export class Int64Dictionary implements ValueDictionary {
  size = 0;
  #keys = new Int32Array(64);
  /** Id + 1; 0 is an empty slot. */
  #slots = new Int32Array(64);

  get plainByteLength(): number {
    return 8 * this.size;
  }

  values(): PhysicalVector {
    return { kind: "int64", length: this.size, words: this.#keys.subarray(0, 2 * this.size) };
  }

  encode(
    source: PhysicalVector,
    rows: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    if (source.kind !== "int64")
      throw new TypeError(`${source.kind} values in an int64 dictionary`);
    let done = 0;
    while (done < count) {
      done = lookUp(source.words, rows, done, count, ids, at, this.#keys, this.#slots);
      if (done < count) this.#add(source.words, 2 * rows[done]!);
    }
  }

  #add(words: Int32Array, at: number): void {
    if (2 * this.size === this.#keys.length) this.#grow();
    const low = words[at]!;
    const high = words[at + 1]!;
    this.#keys[2 * this.size] = low;
    this.#keys[2 * this.size + 1] = high;
    this.size++;
    occupy(this.#slots, low, high, this.size);
  }

  #grow(): void {
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Int32Array(keys.length);
    for (let id = 0; id < this.size; id++) {
      occupy(this.#slots, keys[2 * id]!, keys[2 * id + 1]!, id + 1);
    }
  }
}

function hashWords(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
}

/** Stops at the first value that is not in the table, and answers its place among the rows. */
function lookUp(
  words: Int32Array,
  rows: Int32Array,
  from: number,
  to: number,
  ids: Int32Array,
  at: number,
  keys: Int32Array,
  slots: Int32Array,
): number {
  const mask = slots.length - 1;
  const shift = Math.clz32(mask);
  for (let i = from; i < to; i++) {
    const low = words[2 * rows[i]!]!;
    const high = words[2 * rows[i]! + 1]!;
    let slot = hashWords(low, high) >>> shift;
    let entry = slots[slot]!;
    while (entry !== 0 && (keys[2 * entry - 2] !== low || keys[2 * entry - 1] !== high)) {
      slot = (slot + 1) & mask;
      entry = slots[slot]!;
    }
    if (entry === 0) return i;
    ids[at + i] = entry - 1;
  }
  return to;
}

function occupy(slots: Int32Array, low: number, high: number, entry: number): void {
  const mask = slots.length - 1;
  let slot = hashWords(low, high) >>> Math.clz32(mask);
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = entry;
}
