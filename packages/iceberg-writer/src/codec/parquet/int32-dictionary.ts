import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Values from 0 on, below it, have places of their own: most numbers that repeat are small. */
const DIRECT_VALUES = 1024;

/** Slots for each entry of a small dictionary: nearly all values are found at the first place. */
const SLOTS_OF_FEW = 16;
/** Entries of a small one. */
const FEW = 512;

/** Distinct 32-bit values in an open-addressed table that is at most half full. */
export class Int32Dictionary implements ValueDictionary {
  size = 0;
  /** Id + 1 of small values; 0 where a value has none. */
  #direct = new Int16Array(DIRECT_VALUES);
  #keys = new Int32Array(32);
  /** Id + 1; 0 is an empty slot. */
  #slots = new Int32Array(32 * SLOTS_OF_FEW);

  get plainByteLength(): number {
    return 4 * this.size;
  }

  values(): PhysicalVector {
    return { kind: "int32", length: this.size, values: this.#keys.subarray(0, this.size) };
  }

  encode(
    source: PhysicalVector,
    rows: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    if (source.kind !== "int32")
      throw new TypeError(`${source.kind} values in an int32 dictionary`);
    let done = 0;
    while (done < count) {
      const tables = { direct: this.#direct, keys: this.#keys, slots: this.#slots };
      done = lookUp(source.values, rows, done, count, ids, at, tables);
      if (done < count) this.#add(source.values[rows[done]!]!);
    }
  }

  #add(key: number): void {
    if (this.size === this.#keys.length) this.#grow();
    this.#keys[this.size] = key;
    this.size++;
    occupy(this.#slots, key, this.size);
    if (isDirect(key)) this.#direct[key] = this.size;
  }

  #grow(): void {
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Int32Array((keys.length <= FEW ? SLOTS_OF_FEW : 2) * keys.length);
    for (let id = 0; id < this.size; id++) occupy(this.#slots, keys[id]!, id + 1);
  }
}

interface Tables {
  readonly direct: Int16Array;
  readonly keys: Int32Array;
  readonly slots: Int32Array;
}

function isDirect(key: number): boolean {
  return key >>> 0 < DIRECT_VALUES;
}

/** Stops at the first value that is not in the table, and answers its place among the rows. */
function lookUp(
  values: Int32Array,
  rows: Int32Array,
  from: number,
  to: number,
  ids: Int32Array,
  at: number,
  { direct, keys, slots }: Tables,
): number {
  const mask = slots.length - 1;
  const shift = Math.clz32(mask);
  for (let i = from; i < to; i++) {
    const key = values[rows[i]!]!;
    if (isDirect(key)) {
      const known = direct[key]!;
      if (known === 0) return i;
      ids[at + i] = known - 1;
      continue;
    }
    let slot = Math.imul(key, 0x9e3779b1) >>> shift;
    let entry = slots[slot]!;
    while (entry !== 0 && keys[entry - 1] !== key) {
      slot = (slot + 1) & mask;
      entry = slots[slot]!;
    }
    if (entry === 0) return i;
    ids[at + i] = entry - 1;
  }
  return to;
}

function occupy(slots: Int32Array, key: number, entry: number): void {
  const mask = slots.length - 1;
  let slot = Math.imul(key, 0x9e3779b1) >>> Math.clz32(mask);
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = entry;
}
