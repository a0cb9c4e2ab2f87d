import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Up to this length a loop over bytes beats the call that copies them. */
const SHORT_COPY_MAX = 48;

/**
 * Distinct byte strings in an open-addressed table that is at most half full. Those that are known
 * to be distinct are put into the table only when others have to be looked up.
 */
export class BytesDictionary implements ValueDictionary {
  size = 0;
  /** Entries that are in the table. */
  #indexedCount = 0;
  readonly #lengthPrefixed: boolean;
  #data = new Uint8Array(1024);
  #offsets = new Int32Array(33);
  #hashes = new Int32Array(32);
  /** Id + 1; 0 is an empty slot. */
  #slots = new Int32Array(64);

  constructor(lengthPrefixed: boolean) {
    this.#lengthPrefixed = lengthPrefixed;
  }

  get plainByteLength(): number {
    return this.#offsets[this.size]! + (this.#lengthPrefixed ? 4 * this.size : 0);
  }

  values(): PhysicalVector {
    return { kind: "bytes", length: this.size, offsets: this.#offsets, data: this.#data };
  }

  encode(
    source: PhysicalVector,
    rows: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void {
    if (source.kind !== "bytes") throw new TypeError(`${source.kind} values in a bytes dictionary`);
    this.#indexAll();
    const { data, offsets } = source;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      ids[at + i] = this.#idOf(data, view, offsets[row]!, offsets[row + 1]!);
    }
  }

  addDistinct(source: PhysicalVector, rows: Int32Array, count: number, ids: Int32Array): void {
    if (source.kind !== "bytes") throw new TypeError(`${source.kind} values in a bytes dictionary`);
    const { data, offsets } = source;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      ids[i] = this.#append(data, offsets[row]!, offsets[row + 1]!);
    }
  }

  #idOf(data: Uint8Array, view: DataView, start: number, end: number): number {
    const hash = hashBytes(data, view, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = slots[slot]!;
      if (entry === 0) return this.#add(data, start, end, hash);
      if (this.#hashes[entry - 1] === hash) {
        const from = this.#offsets[entry - 1]!;
        const isEqual =
          this.#offsets[entry]! - from === end - start &&
          equalBytes(this.#data, from, data, start, end - start);
        if (isEqual) return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  #add(data: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.#append(data, start, end);
    this.#hashes[id] = hash;
    this.#indexedCount = this.size;
    occupy(this.#slots, hash, this.size);
    return id;
  }

  #append(data: Uint8Array, start: number, end: number): number {
    if (this.size === this.#hashes.length) this.#growTable();
    const from = this.#offsets[this.size]!;
    const to = from + end - start;
    if (to > this.#data.length) {
      const grown = new Uint8Array(Math.max(2 * this.#data.length, to));
      grown.set(this.#data);
      this.#data = grown;
    }
    copyBytes(data, start, end, this.#data, from);
    this.size++;
    this.#offsets[this.size] = to;
    return this.size - 1;
  }

  #growTable(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    const offsets = new Int32Array(hashes.length + 1);
    offsets.set(this.#offsets);
    this.#hashes = hashes;
    this.#offsets = offsets;
    this.#slots = new Int32Array(2 * hashes.length);
    for (let id = 0; id < this.#indexedCount; id++) occupy(this.#slots, hashes[id]!, id + 1);
  }

  #indexAll(): void {
    const data = this.#data;
    const view = new DataView(data.buffer);
    for (let id = this.#indexedCount; id < this.size; id++) {
      const hash = hashBytes(data, view, this.#offsets[id]!, this.#offsets[id + 1]!);
      this.#hashes[id] = hash;
      occupy(this.#slots, hash, id + 1);
    }
    this.#indexedCount = this.size;
  }
}

function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  if (end - start > SHORT_COPY_MAX) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = source[from]!;
}

/** Word by word, then byte by byte. */
function hashBytes(data: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ data[at]!, 0x01000193);
  return hash ^ (hash >>> 13);
}

function equalBytes(
  left: Uint8Array,
  leftAt: number,
  right: Uint8Array,
  rightAt: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (left[leftAt + i] !== right[rightAt + i]) return false;
  return true;
}

function occupy(slots: Int32Array, hash: number, entry: number): void {
  const mask = slots.length - 1;
  let slot = (hash ^ (hash >>> 15)) & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = entry;
}
