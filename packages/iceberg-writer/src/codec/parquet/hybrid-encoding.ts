import type { ByteWriter } from "hyparquet-writer";
import { packBits, packedByteLength } from "./bit-packing.ts";

/** Runs are looked for block by block: one comparison a block finds that most blocks have none. */
const BLOCK = 32;

/**
 * Appends `values[0..count)`, each under `2 ** width`, as runs and bit-packed groups (Parquet:
 * Encodings, RLE / Bit-Packing Hybrid), without a length before them.
 */
export function writeHybrid(
  writer: ByteWriter,
  values: Int32Array,
  count: number,
  width: number,
): void {
  let packedFrom = 0;
  let at = 0;
  while (at < count) {
    const blockEnd = Math.min(at + BLOCK, count);
    const runEnd = endOfRun(values, at, count);
    // A group of eight may be padded at the end alone, so a run begins where a block does.
    if (runEnd < blockEnd) {
      at = blockEnd;
      continue;
    }
    if (packedFrom < at) writePacked(writer, values, packedFrom, at, width);
    writeRun(writer, values[at]!, runEnd - at, width);
    at = runEnd;
    packedFrom = runEnd;
  }
  if (packedFrom < count) writePacked(writer, values, packedFrom, count, width);
}

/** Appends one run: `count` times `value`. */
export function writeRun(writer: ByteWriter, value: number, count: number, width: number): void {
  writer.appendVarInt(count << 1);
  for (let bits = 0; bits < width; bits += 8) writer.appendUint8((value >>> bits) & 0xff);
}

/** Appends bits that are packed already: one a value, as many as groups of eight take. */
export function writeBitmap(writer: ByteWriter, bits: Uint8Array, count: number): void {
  const groupCount = (count + 7) >>> 3;
  writer.appendVarInt((groupCount << 1) | 1);
  writer.appendBytes(bits.subarray(0, groupCount));
}

function endOfRun(values: Int32Array, from: number, count: number): number {
  const value = values[from]!;
  let end = from + 1;
  while (end < count && values[end] === value) end++;
  return end;
}

function writePacked(
  writer: ByteWriter,
  values: Int32Array,
  from: number,
  to: number,
  width: number,
): void {
  const groupCount = (to - from + 7) >>> 3;
  const byteLength = packedByteLength(to - from, width);
  writer.appendVarInt((groupCount << 1) | 1);
  writer.ensure(byteLength);
  packBits(values, from, to, width, writer.view, writer.index);
  writer.offset += byteLength;
  writer.index += byteLength;
}
