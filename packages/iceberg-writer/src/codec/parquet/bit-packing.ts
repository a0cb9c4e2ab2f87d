import { compileFunction } from "node:vm";

/** Packs 32 values from `from` on into `4 * width` bytes at `at`. */
type PackBlock = (values: Int32Array, from: number, view: DataView, at: number) => void;

const BLOCK = 32;

/** The bits that the largest of some non-negative values needs; 0 needs none. */
export function bitWidthOf(largest: number): number {
  return 32 - Math.clz32(largest);
}

/** Bytes of `count` values, which are padded to a multiple of eight. */
export function packedByteLength(count: number, width: number): number {
  return ((count + 7) >>> 3) * width;
}

/**
 * Packs `values[from..to)`, each under `2 ** width`, least significant bit first, and pads the last
 * group of eight with zeros (Parquet: Encodings, RLE / Bit-Packing Hybrid). Writes
 * {@link packedByteLength} bytes.
 */
export function packBits(
  values: Int32Array,
  from: number,
  to: number,
  width: number,
  view: DataView,
  at: number,
): void {
  const packBlock = blockPacker(width);
  let block = from;
  let byte = at;
  for (; block + BLOCK <= to; block += BLOCK, byte += 4 * width) {
    packBlock(values, block, view, byte);
  }
  packLoop(values, block, to, width, view, byte, at + packedByteLength(to - from, width));
}

/** One value after the other, for the tail of a run. */
function packLoop(
  values: Int32Array,
  from: number,
  to: number,
  width: number,
  view: DataView,
  at: number,
  end: number,
): void {
  let word = 0;
  let filled = 0;
  let byte = at;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    word |= value << filled;
    filled += width;
    if (filled >= 32) {
      view.setInt32(byte, word, true);
      byte += 4;
      filled -= 32;
      word = filled === 0 ? 0 : value >>> (width - filled);
    }
  }
  for (; byte < end; byte++) {
    view.setUint8(byte, word & 0xff);
    word >>>= 8;
  }
}

const packers: (PackBlock | undefined)[] = [];

/** Straight-line code for a width takes a third of the loop's time; made once, on first use. */
function blockPacker(width: number): PackBlock {
  return (packers[width] ??= compileBlockPacker(width));
}

function compileBlockPacker(width: number): PackBlock {
  const lines: string[] = [];
  let terms: string[] = [];
  let filled = 0;
  let wordCount = 0;
  for (let i = 0; i < BLOCK; i++) {
    lines.push(`const v${i} = values[from + ${i}];`);
    terms.push(filled === 0 ? `v${i}` : `v${i} << ${filled}`);
    filled += width;
    if (filled < 32) continue;
    lines.push(`view.setInt32(at + ${4 * wordCount}, ${terms.join(" | ")}, true);`);
    wordCount++;
    filled -= 32;
    terms = filled === 0 ? [] : [`v${i} >>> ${width - filled}`];
  }
  return compileFunction(lines.join("\n"), ["values", "from", "view", "at"]) as PackBlock;
}
