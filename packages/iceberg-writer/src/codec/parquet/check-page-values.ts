import type { DataReader, ParquetType } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import { checkRuns, requireWithin } from "./check-runs.ts";

/** The values of a page, which begin where the reader is, and end with its bytes. */
export interface ValuesToCheck {
  readonly encoding: string;
  /** Without nulls. */
  readonly count: number;
  readonly type: ParquetType;
  /** Bytes of a value of a fixed length. */
  readonly typeLength: number;
  /** As pages of version 1 have them: where a boolean's runs may be called a dictionary's. */
  readonly isFirstVersion: boolean;
}

/** Bytes that the values of a page may come to. */
export const PAGE_BYTES_MAX: number = 512 * 1024 * 1024;

/** The least bits that a plain value takes; a byte array has four bytes of length before it. */
const PLAIN_BITS: Readonly<Record<ParquetType, number>> = {
  BOOLEAN: 1,
  INT32: 32,
  INT64: 64,
  INT96: 96,
  FLOAT: 32,
  DOUBLE: 64,
  BYTE_ARRAY: 32,
  FIXED_LEN_BYTE_ARRAY: 8,
};

/**
 * Holds the values of a page to its bytes, before memory is taken for them (Parquet: Encodings).
 * Encodings that nobody reads are left to the decoder. `METADATA_INVALID`.
 */
export function checkPageValues(reader: DataReader, values: ValuesToCheck): void {
  const { encoding, count, type, typeLength, isFirstVersion } = values;
  const end = reader.view.byteLength;
  if (count === 0) return;
  switch (encoding) {
    case "PLAIN":
    case "BYTE_STREAM_SPLIT": {
      checkPlainSize({ count, type, typeLength }, end - reader.offset);
      return;
    }
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
    case "RLE": {
      const isBoolean = isFirstVersion ? type === "BOOLEAN" : encoding === "RLE";
      if (isBoolean) checkLengthAndRuns(reader, { width: 1, count });
      else checkIndices(reader, count, isFirstVersion);
      return;
    }
    case "DELTA_BINARY_PACKED":
    case "DELTA_LENGTH_BYTE_ARRAY":
      checkDeltaHeader(reader, count);
      return;
    case "DELTA_BYTE_ARRAY":
      checkPrefixes(reader, count);
      return;
    default:
  }
}

/** Holds plain values to the bytes that are there for them. `METADATA_INVALID`. */
export function checkPlainSize(
  { count, type, typeLength }: Pick<ValuesToCheck, "count" | "type" | "typeLength">,
  byteLength: number,
): void {
  const bits = type === "FIXED_LEN_BYTE_ARRAY" ? typeLength * 8 : PLAIN_BITS[type];
  requireWithin("values of bits", count * bits, byteLength * 8);
}

/** As {@link checkRuns} of runs whose length stands before them; the reader is behind all of it. */
export function checkLengthAndRuns(
  reader: DataReader,
  runs: { readonly width: number; readonly count: number; readonly counted?: number },
): number {
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  const end = reader.offset + length;
  requireWithin("runs of bytes", length, reader.view.byteLength - reader.offset);
  const found = checkRuns(reader, { ...runs, end });
  reader.offset = end;
  return found;
}

function checkIndices(reader: DataReader, count: number, isFirstVersion: boolean): void {
  const width = reader.view.getUint8(reader.offset++);
  if (width === 0 && isFirstVersion) return;
  checkRuns(reader, { end: reader.view.byteLength, width, count });
}

/**
 * Blocks are whole miniblocks, of each of which a byte says how wide its values are. The first
 * value stands before them: where it is the only one there are none.
 */
function checkDeltaHeader({ view, offset }: DataReader, count: number): void {
  if (count === 1) return;
  const header = { view, offset };
  const blockSize = readVarInt(header);
  const miniblocks = readVarInt(header);
  requireWithin("miniblocks", miniblocks - 1, view.byteLength - header.offset);
  requireWithin("values of a miniblock", blockSize / miniblocks - 1, blockSize);
}

/** Each value repeats a part of the one before: few bytes may come to any number of them. */
function checkPrefixes(reader: DataReader, count: number): void {
  const lengths = [new Int32Array(count), new Int32Array(count)];
  for (const part of lengths) {
    checkDeltaHeader(reader, count);
    deltaBinaryUnpack(reader, count, part);
  }
  let byteLength = 0;
  for (const part of lengths) for (const length of part) byteLength += Math.max(0, length);
  requireWithin("values of bytes", byteLength, PAGE_BYTES_MAX);
}
