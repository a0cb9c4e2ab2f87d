import { IcebergError } from "../../src/iceberg-error.ts";

/** Bytes of a file that stand for one value. */
export const HANDLE_LENGTH = 8;
/** "HNDL", little-endian. */
const MAGIC = 0x4c444e48;

const tables: Handles<object>[] = [];

/** Values of a kind, and the numbers that stand for them in what is written. */
export class Handles<T extends object> {
  readonly #what: string;
  #values: T[] = [];
  #numbers = new WeakMap<T, number>();

  /** `what` names the kind in errors. */
  constructor(what: string) {
    this.#what = what;
    tables.push(this);
  }

  /** The number of a value. */
  keep(value: T): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = this.#values.push(value) - 1;
    this.#numbers.set(value, number);
    return number;
  }

  /** `METADATA_INVALID` for a number that stands for nothing. */
  find(number: unknown): T {
    const value = typeof number === "number" ? this.#values[number] : undefined;
    if (value !== undefined) return value;
    throw new IcebergError("METADATA_INVALID", `no handle of ${this.#what}`);
  }

  encode(value: T): Uint8Array {
    const bytes = new Uint8Array(HANDLE_LENGTH);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, this.keep(value), true);
    return bytes;
  }

  /** `METADATA_INVALID` for what is no handle, or not all of one. */
  decode(bytes: Uint8Array): T {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isWhole = bytes.length === HANDLE_LENGTH && view.getUint32(0, true) === MAGIC;
    return this.find(isWhole ? view.getUint32(4, true) : undefined);
  }

  forget(): void {
    this.#values = [];
    this.#numbers = new WeakMap();
  }
}

/** Lets all values go: nothing reads files of before any more. */
export function forgetHandles(): void {
  for (const table of tables) table.forget();
}
