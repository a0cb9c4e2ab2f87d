import { ByteWriter } from "hyparquet-writer";
import { packBits } from "./bit-packing.ts";

/** As parquet-java has them: 128 values a block, in four miniblocks. */
const BLOCK = 128;
const MINIBLOCK = 32;
const MINIBLOCKS = BLOCK / MINIBLOCK;
/** Room for what precedes the first block, and what precedes the miniblocks of one. */
const HEADER_BYTES = 24;

/** The differences of a block, two words each, and then what they are more than the least. */
const low = new Int32Array(BLOCK);
const high = new Int32Array(BLOCK);

/** Integers of 32 bits as their differences (Parquet: Encodings, DELTA_BINARY_PACKED). */
export function encodeInt32Deltas(values: Int32Array): Uint8Array {
  const count = values.length;
  const first = count === 0 ? 0 : values[0]!;
  return encodeDeltas(count, first, first >> 31, (from, to) => {
    for (let i = from; i < to; i++) {
      const delta = (values[i]! - values[i - 1]!) | 0;
      low[i - from] = delta;
      high[i - from] = delta >> 31;
    }
    return false;
  });
}

/** The same of 64-bit integers, of which each is two words, the lower one first. */
export function encodeInt64Deltas(words: Int32Array): Uint8Array {
  const [firstLow, firstHigh] = words.length === 0 ? [0, 0] : [words[0]!, words[1]!];
  return encodeDeltas(words.length / 2, firstLow, firstHigh, (from, to) => {
    let wide = 0;
    for (let i = from; i < to; i++) {
      const [current, before] = [words[2 * i]!, words[2 * i - 2]!];
      const borrow = current >>> 0 < before >>> 0 ? 1 : 0;
      const delta = (current - before) | 0;
      const deltaHigh = (words[2 * i + 1]! - words[2 * i - 1]! - borrow) | 0;
      low[i - from] = delta;
      high[i - from] = deltaHigh;
      wide |= deltaHigh ^ (delta >> 31);
    }
    return wide !== 0;
  });
}

/**
 * Writes the header, and block by block the deltas that `subtract` leaves in `low` and `high` for
 * the values `[from, to)`; it says whether any is out of 32 bits.
 */
function encodeDeltas(
  count: number,
  firstLow: number,
  firstHigh: number,
  subtract: (from: number, to: number) => boolean,
): Uint8Array {
  const writer = new ByteWriter(HEADER_BYTES + count);
  writer.appendVarInt(BLOCK);
  writer.appendVarInt(MINIBLOCKS);
  writer.appendVarInt(count);
  appendZigZag(writer, firstLow, firstHigh);
  for (let from = 1; from < count; from += BLOCK) {
    const to = Math.min(from + BLOCK, count);
    const isWide = subtract(from, to);
    if (isWide) writeWideBlock(writer, to - from);
    else writeBlock(writer, to - from);
  }
  return writer.getBytes();
}

/** A block whose deltas have 32 bits. */
function writeBlock(writer: ByteWriter, count: number): void {
  let least = low[0]!;
  for (let i = 1; i < count; i++) if (low[i]! < least) least = low[i]!;
  appendZigZag(writer, least, least >> 31);
  // Behind the last value there is nothing more than the least.
  for (let i = 0; i < BLOCK; i++) low[i] = i < count ? (low[i]! - least) | 0 : 0;
  const widthsAt = reserveWidths(writer);
  for (let start = 0; start < count; start += MINIBLOCK) {
    let bits = 0;
    for (let i = start; i < start + MINIBLOCK; i++) bits |= low[i]!;
    const width = 32 - Math.clz32(bits);
    writer.view.setUint8(widthsAt + start / MINIBLOCK, width);
    writeMiniblock(writer, start, width);
  }
}

/** A block with deltas of up to 64 bits. */
function writeWideBlock(writer: ByteWriter, count: number): void {
  let least = 0;
  for (let i = 1; i < count; i++) if (isLess(i, least)) least = i;
  const [leastLow, leastHigh] = [low[least]!, high[least]!];
  appendZigZag(writer, leastLow, leastHigh);
  for (let i = 0; i < BLOCK; i++) {
    const borrow = low[i]! >>> 0 < leastLow >>> 0 ? 1 : 0;
    high[i] = i < count ? (high[i]! - leastHigh - borrow) | 0 : 0;
    low[i] = i < count ? (low[i]! - leastLow) | 0 : 0;
  }
  const widthsAt = reserveWidths(writer);
  for (let start = 0; start < count; start += MINIBLOCK) {
    let [bits, highBits] = [0, 0];
    for (let i = start; i < start + MINIBLOCK; i++) {
      bits |= low[i]!;
      highBits |= high[i]!;
    }
    const width = highBits === 0 ? 32 - Math.clz32(bits) : 64 - Math.clz32(highBits);
    writer.view.setUint8(widthsAt + start / MINIBLOCK, width);
    if (width <= 32) writeMiniblock(writer, start, width);
    else writeWideMiniblock(writer, start, width);
  }
}

/** As signed numbers of 64 bits. */
function isLess(a: number, b: number): boolean {
  return high[a] === high[b] ? low[a]! >>> 0 < low[b]! >>> 0 : high[a]! < high[b]!;
}

/** Where the widths of a block's miniblocks are to be written; those that are left out have 0. */
function reserveWidths(writer: ByteWriter): number {
  const at = writer.index;
  writer.appendUint32(0);
  return at;
}

function writeMiniblock(writer: ByteWriter, start: number, width: number): void {
  if (width === 0) return;
  const byteLength = (MINIBLOCK / 8) * width;
  writer.ensure(byteLength);
  packBits(low, start, start + MINIBLOCK, width, writer.view, writer.index);
  writer.offset += byteLength;
  writer.index += byteLength;
}

/** Of values wider than a word, both of whose words are packed one after the other. */
function writeWideMiniblock(writer: ByteWriter, start: number, width: number): void {
  let word = 0;
  let filled = 0;
  const append = (value: number, bits: number): void => {
    word |= value << filled;
    filled += bits;
    if (filled < 32) return;
    writer.appendInt32(word);
    filled -= 32;
    word = filled === 0 ? 0 : value >>> (bits - filled);
  };
  for (let i = start; i < start + MINIBLOCK; i++) {
    append(low[i]!, 32);
    append(high[i]!, width - 32);
  }
}

/** A number of 64 bits as a zigzag varint. */
function appendZigZag(writer: ByteWriter, lowWord: number, highWord: number): void {
  const sign = highWord >> 31;
  let [least, most] = [(lowWord << 1) ^ sign, ((highWord << 1) | (lowWord >>> 31)) ^ sign];
  while (most !== 0 || least >>> 0 > 0x7f) {
    writer.appendUint8((least & 0x7f) | 0x80);
    least = (least >>> 7) | (most << 25);
    most >>>= 7;
  }
  writer.appendUint8(least);
}
