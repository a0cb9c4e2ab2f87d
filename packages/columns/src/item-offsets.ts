import { NullRows } from "./null-rows.ts";

/** Where the items of each row of a growing list or map column end. */
export class ItemOffsets {
  readonly #nulls = new NullRows();
  #ends: number[] = [];

  get rowCount(): number {
    return this.#ends.length;
  }

  /** Where the next row begins. */
  get itemCount(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** Ends a row before the item of this position. */
  add(itemEnd: number): void {
    this.#ends.push(itemEnd);
  }

  addNull(): void {
    this.#nulls.add(this.rowCount);
    this.add(this.itemCount);
  }

  truncate(rowCount: number): void {
    this.#ends.length = Math.min(this.rowCount, rowCount);
    this.#nulls.truncate(rowCount);
  }

  /** The rows as a column has them; then empty again. */
  finish(): {
    length: number;
    offsets: Int32Array;
    nullCount: number;
    validity: Uint8Array | undefined;
  } {
    const length = this.rowCount;
    const offsets = new Int32Array(length + 1);
    offsets.set(this.#ends, 1);
    this.#ends = [];
    return { length, offsets, ...this.#nulls.finish(length) };
  }
}
