import { ByteWriter } from "hyparquet-writer";
import { bitWidthOf } from "./bit-packing.ts";
import { writeHybrid } from "./hybrid-encoding.ts";
import type { EncodedLevels, PageLevels } from "./page-levels.ts";
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

  encode(): EncodedLevels {
    const { rowCount, valueCount, nullCount } = this;
    const { repetitionLevelMax, definitionLevelMax } = this.#leaf;
    return {
      rowCount,
      valueCount,
      nullCount,
      repetition: encodeLevels(this.#repetition, valueCount, repetitionLevelMax),
      definition: encodeLevels(this.#definition, valueCount, definitionLevelMax),
    };
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

function encodeLevels(levels: Int32Array, count: number, max: number): Uint8Array {
  const writer = new ByteWriter(16);
  if (max > 0) writeHybrid(writer, levels, count, bitWidthOf(max));
  return writer.getBytes();
}
