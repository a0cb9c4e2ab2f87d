import { firstPositions, type BytesVector, type PhysicalVector } from "./physical-vector.ts";
import { sortedEntries } from "./sorted-entries.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Sorting a whole dictionary, for all who use it, is worth it where a chunk uses this share. */
const WHOLE_SHARE_MIN = 1 / 4;

/** The order of a whole dictionary, as long as it does not grow; undefined where it has none. */
interface WholeOrder {
  readonly length: number;
  readonly order: Int32Array | undefined;
}

/** Of the dictionaries that are lent, which outlive the chunks that use them. */
const wholeOrders = new WeakMap<symbol, WholeOrder>();

/**
 * The entries of a column's growing dictionary, used where they are: the id of an entry is its
 * position there, and it counts once a row has it.
 */
export class LentDictionary implements ValueDictionary {
  /** Names the column's dictionary, whose entries stay what they are. */
  readonly dictionaryId: symbol;
  size = 0;
  readonly #lengthPrefixed: boolean;
  #values: BytesVector;
  /** One for each entry that a row has. */
  #used: Uint8Array;
  #byteLength = 0;

  constructor(dictionaryId: symbol, values: BytesVector, lengthPrefixed: boolean) {
    this.dictionaryId = dictionaryId;
    this.#lengthPrefixed = lengthPrefixed;
    this.#values = values;
    this.#used = new Uint8Array(values.length);
  }

  get plainByteLength(): number {
    return this.#byteLength + (this.#lengthPrefixed ? 4 * this.size : 0);
  }

  values(): BytesVector {
    return this.#values;
  }

  /** The ids of the entries that count, ascending. */
  entries(): Int32Array {
    const entries = new Int32Array(this.size);
    let count = 0;
    for (let id = 0; count < entries.length; id++) if (this.#used[id] === 1) entries[count++] = id;
    return entries;
  }

  /** The same in the order of the entries, where they can be sorted. */
  sortedEntries(): Int32Array | undefined {
    if (this.size < WHOLE_SHARE_MIN * this.#values.length) {
      return sortedEntries(this.#values, this.entries());
    }
    const whole = wholeOrder(this.dictionaryId, this.#values);
    return whole && pick(whole, this.#used, this.size);
  }

  /** The ids are the rows; values are the dictionary's, which may have grown. */
  encode(
    source: PhysicalVector,
    rows: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    if (source.kind !== "bytes") throw new TypeError(`${source.kind} values in a bytes dictionary`);
    if (source.length > this.#values.length) this.#grow(source);
    const used = this.#used;
    const { offsets } = source;
    for (let i = 0; i < count; i++) {
      const id = rows[i]!;
      ids[at + i] = id;
      if (used[id] === 1) continue;
      used[id] = 1;
      this.size++;
      this.#byteLength += offsets[id + 1]! - offsets[id]!;
    }
  }

  #grow(values: BytesVector): void {
    this.#values = values;
    if (values.length <= this.#used.length) return;
    const used = new Uint8Array(Math.max(values.length, 2 * this.#used.length));
    used.set(this.#used);
    this.#used = used;
  }
}

function wholeOrder(dictionaryId: symbol, values: BytesVector): Int32Array | undefined {
  const { length } = values;
  let whole = wholeOrders.get(dictionaryId);
  if (whole?.length !== length) {
    whole = { length, order: sortedEntries(values, firstPositions(length)) };
    wholeOrders.set(dictionaryId, whole);
  }
  return whole.order;
}

/** The ids of an order that are in use. */
function pick(order: Int32Array, used: Uint8Array, size: number): Int32Array {
  const picked = new Int32Array(size);
  let count = 0;
  for (let at = 0; count < size; at++) {
    const id = order[at]!;
    if (used[id] === 1) picked[count++] = id;
  }
  return picked;
}
