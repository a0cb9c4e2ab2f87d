import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Distinct byte strings in an open-addressed table that is at most half full. */
export class BytesDictionary implements ValueDictionary {
  size = 0;
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
    const { data, offsets } = source;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      ids[at + i] = this.#idOf(data, view, offsets[row]!, offsets[row + 1]!);
    }
  }

  #idOf(data: Uint8Array, view: DataView, start: number, end: number): number {
    const hash = hashBytes(data, view, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = slots[slot]!;
      if (entry === 0) return this.#add(data.subarray(start, end), hash);
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

  #add(value: Uint8Array, hash: number): number {
    if (this.size === this.#hashes.length) this.#growTable();
    const from = this.#offsets[this.size]!;
    const end = from + value.length;
    if (end > this.#data.length) {
      const data = new Uint8Array(Math.max(2 * this.#data.length, end));
      data.set(this.#data);
      this.#data = data;
    }
    this.#data.set(value, from);
    this.#hashes[this.size] = hash;
    this.size++;
    this.#offsets[this.size] = end;
    occupy(this.#slots, hash, this.size);
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
    for (let id = 0; id < this.size; id++) occupy(this.#slots, hashes[id]!, id + 1);
  }
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
