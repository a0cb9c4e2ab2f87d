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
    const number = this.#add(value);
    this.#numbers.set(value, number);
    return number;
  }

  /** `METADATA_INVALID` for a number that stands for nothing. */
  find(number: unknown): T {
    const value = typeof number === "number" ? this.#values[number] : undefined;
    if (value !== undefined) return value;
    throw new IcebergError("METADATA_INVALID", `no handle of ${this.#what}`);
  }

  /** Of a value that is written once: each time it is another number. */
  encode(value: T): Uint8Array {
    const bytes = new Uint8Array(HANDLE_LENGTH);
    writeUint32(bytes, 0, MAGIC);
    writeUint32(bytes, 4, this.#add(value));
    return bytes;
  }

  /** `METADATA_INVALID` for what is no handle, or not all of one. */
  decode(bytes: Uint8Array): T {
    const isWhole = bytes.length === HANDLE_LENGTH && readUint32(bytes, 0) === MAGIC;
    return this.find(isWhole ? readUint32(bytes, 4) : undefined);
  }

  forget(): void {
    this.#values = [];
    this.#numbers = new WeakMap();
  }

  #add(value: T): number {
    return this.#values.push(value) - 1;
  }
}

/** Lets all values go: nothing reads files of before any more. */
export function forgetHandles(): void {
  for (const table of tables) table.forget();
}

/** Little-endian. A view for four bytes would cost more than all else of a handle. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readUint32(bytes: Uint8Array, at: number): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8);
  return (low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
