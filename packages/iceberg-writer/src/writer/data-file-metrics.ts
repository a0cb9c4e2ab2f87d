import { mergeBounds, type ColumnBounds } from "../codec/parquet/column-bounds.ts";
import type { ColumnChunk } from "../codec/parquet/column-chunk.ts";
import type { EncodedRowGroup } from "../codec/parquet/parquet-encoder.ts";
import {
  truncateBinaryLower,
  truncateBinaryUpper,
  truncateStringLower,
  truncateStringUpper,
} from "../spec/bound-truncation.ts";
import type { DataFile } from "../spec/data-file.ts";
import { encodeSingleValue } from "../spec/single-value.ts";
import type { PrimitiveType } from "../spec/type.ts";
import type { PrimitiveValue } from "../spec/value.ts";
import type { ParquetLeaf } from "../codec/parquet/parquet-schema.ts";
import type { MetricsMode } from "./metrics-mode.ts";

/** The part of a data file's record that describes its columns (spec: Data File Fields). */
export type DataFileMetrics = Pick<
  DataFile,
  | "columnSizes"
  | "valueCounts"
  | "nullValueCounts"
  | "nanValueCounts"
  | "lowerBounds"
  | "upperBounds"
  | "splitOffsets"
>;

interface ColumnTotals {
  size: number;
  valueCount: number;
  nullCount: number;
  nanCount: number;
  bounds: ColumnBounds | undefined;
}

/**
 * Adds up the metrics of a file over all its row groups. Of leaves in lists and maps there is only
 * the size, as in files of the reference implementation.
 */
export class DataFileMetricsCollector {
  readonly #leaves: readonly ParquetLeaf[];
  readonly #totals: readonly ColumnTotals[];
  readonly #splitOffsets: number[] = [];

  constructor(leaves: readonly ParquetLeaf[]) {
    this.#leaves = leaves;
    this.#totals = leaves.map(() => ({
      size: 0,
      valueCount: 0,
      nullCount: 0,
      nanCount: 0,
      bounds: undefined,
    }));
  }

  /** Takes in a row group that was encoded. */
  add({ offset, chunks, chunkSizes }: EncodedRowGroup): void {
    this.#splitOffsets.push(offset);
    for (const [index, chunk] of chunks.entries()) {
      addChunk(this.#totals[index]!, chunk, chunkSizes[index]!);
    }
  }

  /** What is recorded of the file under the modes of its columns. */
  metrics(modes: ReadonlyMap<number, MetricsMode>): DataFileMetrics {
    const columnSizes = new Map<number, number>();
    const valueCounts = new Map<number, number>();
    const nullValueCounts = new Map<number, number>();
    const nanValueCounts = new Map<number, number>();
    const lowerBounds = new Map<number, Uint8Array>();
    const upperBounds = new Map<number, Uint8Array>();
    for (const [index, leaf] of this.#leaves.entries()) {
      const { fieldId: id, type } = leaf;
      const totals = this.#totals[index]!;
      const mode = modes.get(id) ?? { kind: "none" };
      columnSizes.set(id, totals.size);
      if (mode.kind === "none" || leaf.repetitionLevelMax > 0) continue;
      valueCounts.set(id, totals.valueCount);
      nullValueCounts.set(id, totals.nullCount);
      if (type.kind === "float" || type.kind === "double") nanValueCounts.set(id, totals.nanCount);
      if (mode.kind === "counts" || totals.bounds === undefined) continue;
      const { lower, upper } = totals.bounds;
      lowerBounds.set(id, lowerBound(type, lower, mode));
      const above = upperBound(type, upper, mode);
      if (above !== undefined) upperBounds.set(id, above);
    }
    return {
      columnSizes,
      valueCounts,
      nullValueCounts,
      ...(nanValueCounts.size > 0 && { nanValueCounts }),
      ...(lowerBounds.size > 0 && { lowerBounds }),
      ...(upperBounds.size > 0 && { upperBounds }),
      splitOffsets: this.#splitOffsets,
    };
  }
}

function addChunk(totals: ColumnTotals, chunk: ColumnChunk, size: number): void {
  totals.size += size;
  totals.valueCount += chunk.valueCount;
  totals.nullCount += chunk.nullCount;
  totals.nanCount += chunk.nanCount;
  totals.bounds = mergeBounds(totals.bounds, chunk.bounds);
}

type BoundsMode = Exclude<MetricsMode, { kind: "none" | "counts" }>;

function lowerBound(type: PrimitiveType, value: PrimitiveValue, mode: BoundsMode): Uint8Array {
  const bytes = encodeBound(type, value);
  if (mode.kind === "full") return bytes;
  if (type.kind === "string") return truncateStringLower(bytes, mode.length);
  return type.kind === "binary" ? truncateBinaryLower(bytes, mode.length) : bytes;
}

/** Undefined where nothing of the length lies above the value. */
function upperBound(
  type: PrimitiveType,
  value: PrimitiveValue,
  mode: BoundsMode,
): Uint8Array | undefined {
  const bytes = encodeBound(type, value);
  if (mode.kind === "full") return bytes;
  if (type.kind === "string") return truncateStringUpper(bytes, mode.length);
  return type.kind === "binary" ? truncateBinaryUpper(bytes, mode.length) : bytes;
}

/** Bounds of a string are UTF-8 already, as its single-value encoding is. */
function encodeBound(type: PrimitiveType, value: PrimitiveValue): Uint8Array {
  return value instanceof Uint8Array ? value : encodeSingleValue(type, value);
}
