import type { ByteWriter } from "hyparquet-writer";
import { bitWidthOf } from "./bit-packing.ts";
import { writeHybrid } from "./hybrid-encoding.ts";
import type { PageLevels } from "./page-levels.ts";
import type { ParquetLeaf } from "./parquet-schema.ts";
import type { LeafStripe } from "./stripe-column.ts";

/** Repetition and definition levels of a page of a nested column (Parquet: Nested Encoding). */
export class NestedLevels implements PageLevels {
  rowCount = 0;
  valueCount = 0;
  nullCount = 0;
  readonly #leaf: ParquetLeaf;
  #repetition = new Int32Array(0);
  #definition = new Int32Array(0);

  constructor(leaf: ParquetLeaf) {
    this.#leaf = leaf;
  }

  get byteLength(): number {
    return 8 * this.valueCount;
  }

  /** Appends the levels `[start, end)` of a column, of which `presentCount` have a value. */
  append(stripe: LeafStripe, start: number, end: number, presentCount: number): void {
    const at = this.valueCount;
    const count = end - start;
    if (at + count > this.#definition.length) this.#grow(at + count);
    this.#definition.set(stripe.definitionLevels.subarray(start, end), at);
    this.#repetition.set(stripe.repetitionLevels.subarray(start, end), at);
    for (let i = start; i < end; i++) if (stripe.repetitionLevels[i] === 0) this.rowCount++;
    this.valueCount += count;
    this.nullCount += count - presentCount;
  }

  clear(): void {
    this.rowCount = 0;
    this.valueCount = 0;
    this.nullCount = 0;
  }

  /** Repetition levels first; a kind of which the column has none is left out. */
  write(writer: ByteWriter): void {
    writeLevels(writer, this.#repetition, this.valueCount, this.#leaf.repetitionLevelMax);
    writeLevels(writer, this.#definition, this.valueCount, this.#leaf.definitionLevelMax);
  }

  #grow(count: number): void {
    const capacity = Math.max(count, 2 * this.#definition.length);
    const [definition, repetition] = [new Int32Array(capacity), new Int32Array(capacity)];
    definition.set(this.#definition.subarray(0, this.valueCount));
    repetition.set(this.#repetition.subarray(0, this.valueCount));
    this.#definition = definition;
    this.#repetition = repetition;
  }
}

function writeLevels(writer: ByteWriter, levels: Int32Array, count: number, max: number): void {
  if (max === 0) return;
  const start = writer.index;
  writer.appendUint32(0);
  writeHybrid(writer, levels, count, bitWidthOf(max));
  writer.view.setUint32(start, writer.index - start - 4, true);
}
