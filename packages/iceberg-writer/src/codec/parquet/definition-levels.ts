import { ByteWriter } from "hyparquet-writer";
import { writeBitmap, writeRun } from "./hybrid-encoding.ts";
import type { EncodedLevels, PageLevels } from "./page-levels.ts";

const NO_BYTES = new Uint8Array(0);

/**
 * Which rows of a page are null, for a column that is not nested: levels 1 and 0, one bit a row,
 * which is what bit-packed levels of that width look like.
 */
export class DefinitionLevels implements PageLevels {
  rowCount = 0;
  nullCount = 0;
  /** 1 = there is a value; behind `rowCount` all are 1. Absent until a null comes. */
  #bits: Uint8Array | undefined;

  get valueCount(): number {
    return this.rowCount;
  }

  get byteLength(): number {
    return this.#bits?.length ?? 0;
  }

  appendRows(count: number): void {
    this.rowCount += count;
    if (this.#bits !== undefined) this.#reserve(this.rowCount);
  }

  /** Marks a row null, which is appended before or after. */
  markNull(row: number): void {
    if (this.#bits === undefined || row >>> 3 >= this.#bits.length) this.#reserve(row + 1);
    this.#bits![row >>> 3]! &= ~(1 << (row & 7));
    this.nullCount++;
  }

  clear(): void {
    this.rowCount = 0;
    this.nullCount = 0;
    this.#bits = undefined;
  }

  encode(): EncodedLevels {
    const { rowCount, nullCount } = this;
    const writer = new ByteWriter(16 + this.byteLength);
    if (this.#bits === undefined) writeRun(writer, 1, rowCount, 1);
    else if (nullCount === rowCount) writeRun(writer, 0, rowCount, 1);
    else writeBitmap(writer, this.#bits, rowCount);
    const definition = writer.getBytes();
    return { rowCount, valueCount: rowCount, nullCount, repetition: NO_BYTES, definition };
  }

  #reserve(rowCount: number): void {
    const byteLength = (rowCount + 7) >>> 3;
    if (this.#bits !== undefined && byteLength <= this.#bits.length) return;
    const bits = new Uint8Array(Math.max(byteLength, 2 * (this.#bits?.length ?? 0))).fill(0xff);
    if (this.#bits !== undefined) bits.set(this.#bits);
    this.#bits = bits;
  }
}
