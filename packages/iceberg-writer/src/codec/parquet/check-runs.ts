import type { DataReader } from "hyparquet";
import { readVarInt } from "hyparquet/src/thrift.js";
import { IcebergError } from "../../iceberg-error.ts";

/** Runs that stand in for so many values of so many bits each. */
export interface RunsToCheck {
  /** Where they end at the latest. */
  readonly end: number;
  readonly width: number;
  readonly count: number;
  /** The value whose occurrences are counted. */
  readonly counted?: number | undefined;
}

/** Values of a bit-packed run come in groups of eight. */
const GROUP_VALUES = 8;
const WIDTH_MAX = 32;

/**
 * Walks the runs of a hybrid encoding by their headers, as hyparquet decodes them, and holds each
 * to the values that are left and to the bytes (Parquet: Encodings, RLE / Bit-Packing Hybrid).
 * Answers how often the counted value is there; the reader is behind the runs. `METADATA_INVALID`.
 */
export function checkRuns(reader: DataReader, runs: RunsToCheck): number {
  const { end, width, count, counted } = runs;
  requireWithin("a value of bits", width, WIDTH_MAX);
  let seen = 0;
  let found = 0;
  while (seen < count) {
    const header = readVarInt(reader);
    if ((header & 1) === 0) {
      const length = header >>> 1;
      requireWithin("a run of values", length, count - seen);
      if (readValue(reader, width) === counted) found += length;
      seen += length;
    } else {
      const groups = header >> 1;
      const groupsMax = Math.ceil((count - seen) / GROUP_VALUES);
      const length = Math.min(Math.max(groups, 0) * GROUP_VALUES, count - seen);
      const byteLength = Math.ceil((length * width) / 8);
      requireWithin("packed groups", groups - 1, width === 0 ? groupsMax - 1 : 2 ** 28);
      requireWithin("a packed run of bytes", byteLength, end - reader.offset);
      if (counted !== undefined) found += countPacked(reader, { width, count: length, counted });
      // Of values without bits the decoder takes a byte all the same.
      reader.offset += Math.max(1, groups * width);
      seen += length;
    }
    if (seen < count) requireWithin("runs of bytes", 1, end - reader.offset);
  }
  return found;
}

/** Holds a count that bytes claim to what there is room for. `METADATA_INVALID`. */
export function requireWithin(what: string, count: number, max: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= max) return;
  throw new IcebergError("METADATA_INVALID", `${what}: ${count}, with room for ${max}`);
}

function readValue(reader: DataReader, width: number): number {
  let value = 0;
  for (let bits = 0; bits < width; bits += 8) {
    value |= reader.view.getUint8(reader.offset++) << bits;
  }
  return value;
}

function countPacked(
  { view, offset }: DataReader,
  { width, count, counted }: { readonly width: number; readonly count: number; counted: number },
): number {
  let found = 0;
  for (let index = 0; index < count; index++) {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      const at = index * width + bit;
      value |= ((view.getUint8(offset + (at >> 3)) >> (at & 7)) & 1) << bit;
    }
    if (value === counted) found += 1;
  }
  return found;
}
