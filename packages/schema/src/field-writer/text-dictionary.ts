import type { VariableBinaryColumn } from "@salon/columns";

/** More entries than this are no longer looked up from the nearest caches. */
const ENTRIES_MAX = 2048;
const ENTRY_LENGTH_MAX = 1024;
const BYTES_MAX = 512 * 1024;
const TABLE_SIZE = 4096;
const QUOTE = 0x22;

/**
 * Strings of few distinct values, as ids of the order in which they were first seen. It lives on
 * from batch to batch: entries are never changed, only added.
 *
 * Looking up guesses and verifies: a hash of the sixteen bytes at a string's start names one entry,
 * which is then compared with its closing quote. A hit so needs no search for the string's end, nor
 * a check of its bytes, which were checked when the entry was added.
 */
export class TextDictionary {
  readonly id: symbol = Symbol("texts");
  /** Entries with their closing quotes, one behind the other. */
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private readonly starts = new Int32Array(ENTRIES_MAX + 1);
  private count = 0;
  /** Entry + 1 by hash of the first sixteen bytes at a string's start, whatever follows it. */
  private readonly guesses = new Int16Array(TABLE_SIZE);
  /** Entry + 1 by hash of the whole string, the next free place where that is taken. */
  private readonly table = new Int16Array(TABLE_SIZE);
  private column: VariableBinaryColumn | undefined;

  /** The entry that stands at `at`, with its closing quote before `end`; -1 where no guess hits. */
  find(view: DataView, at: number, end: number): number {
    const entry = this.guesses[hashOfStart(view, at)]! - 1;
    if (entry < 0) return -1;
    const start = this.starts[entry]!;
    const length = this.starts[entry + 1]! - start;
    if (at + length > end) return -1;
    return isSame(view, at, this.view, start, length) ? entry : -1;
  }

  /** Bytes of an entry, its closing quote included. */
  quotedLength(entry: number): number {
    return this.starts[entry + 1]! - this.starts[entry]!;
  }

  /** The entry of the string `bytes[start .. end]`, added if need be; -1 where there is no room. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > ENTRY_LENGTH_MAX) return -1;
    let place = hashOfBytes(bytes, start, end);
    for (;;) {
      const entry = this.table[place]! - 1;
      if (entry < 0) break;
      if (this.equals(entry, bytes, start, end)) return entry;
      place = (place + 1) & (TABLE_SIZE - 1);
    }
    if (this.count === ENTRIES_MAX || this.starts[this.count]! + end - start > BYTES_MAX) return -1;
    this.add(bytes, start, end);
    this.table[place] = this.count;
    return this.count - 1;
  }

  /** Makes an entry the guess for strings that begin as the bytes at `at` do. */
  guessNextTime(view: DataView, at: number, entry: number): void {
    this.guesses[hashOfStart(view, at)] = entry + 1;
  }

  /** Copies an entry, without its quote, to `target`; answers its length. */
  copyTo(entry: number, target: Uint8Array, at: number): number {
    const start = this.starts[entry]!;
    const end = this.starts[entry + 1]! - 1;
    target.set(this.bytes.subarray(start, end), at);
    return end - start;
  }

  /** All entries; the same column as long as none is added. */
  toColumn(): VariableBinaryColumn {
    if (this.column?.length !== this.count) this.column = this.createColumn();
    return this.column;
  }

  private createColumn(): VariableBinaryColumn {
    const offsets = new Int32Array(this.count + 1);
    const data = new Uint8Array(this.starts[this.count]! - this.count);
    for (let entry = 0; entry < this.count; entry++) {
      const at = offsets[entry]!;
      offsets[entry + 1] = at + this.copyTo(entry, data, at);
    }
    return {
      type: { kind: "utf8" },
      layout: "variable-size-binary",
      length: this.count,
      nullCount: 0,
      offsets,
      data,
    };
  }

  private equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const entryStart = this.starts[entry]!;
    if (this.starts[entry + 1]! - 1 - entryStart !== end - start) return false;
    for (let index = start, at = entryStart; index < end; index++, at++) {
      if (bytes[index] !== this.bytes[at]) return false;
    }
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number): void {
    const at = this.starts[this.count]!;
    const entryEnd = at + end - start;
    if (entryEnd + 1 > this.bytes.length) {
      const grown = new Uint8Array((entryEnd + 1) * 2);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.bytes.set(bytes.subarray(start, end), at);
    this.bytes[entryEnd] = QUOTE;
    this.count++;
    this.starts[this.count] = entryEnd + 1;
  }
}

/** Reads 16 bytes, also behind the string's end: what follows is mostly the same each time. */
function hashOfStart(view: DataView, at: number): number {
  let hash = Math.imul(view.getInt32(at, true), 0x9e3779b1);
  hash = Math.imul(hash ^ view.getInt32(at + 4, true), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(at + 8, true), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13) ^ view.getInt32(at + 12, true), 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) & (TABLE_SIZE - 1);
}

function hashOfBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1);
}

/**
 * Compares eight bytes at a time, as doubles. The entry's are JSON text, so none of its doubles is
 * NaN or 0, and equal doubles are equal bytes.
 */
function isSame(
  view: DataView,
  at: number,
  entries: DataView,
  start: number,
  length: number,
): boolean {
  if (length < 8) {
    for (let index = 0; index < length; index++) {
      if (view.getUint8(at + index) !== entries.getUint8(start + index)) return false;
    }
    return true;
  }
  const last = length - 8;
  for (let index = 0; index < last; index += 8) {
    if (view.getFloat64(at + index, true) !== entries.getFloat64(start + index, true)) return false;
  }
  return view.getFloat64(at + last, true) === entries.getFloat64(start + last, true);
}
