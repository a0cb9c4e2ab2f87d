import { CodecError, tooLarge } from "./codec-error.ts";

const FRAME_MAGIC = 0x184d2204;
/** The high bit of a block's size: the block is stored as it is. */
const STORED_BIT = 0x80000000;

/**
 * Inflates one LZ4 frame. Its own checksums are passed over: the record batch's CRC covers them.
 *
 * @throws CodecError where the frame is broken or inflates beyond `sizeMaxBytes`.
 */
export function inflateLz4(input: Uint8Array, sizeMaxBytes: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const frame = readFrameHeader(view);
  let output = new Uint8Array(Math.min(sizeMaxBytes, Math.max(4 * input.length, 64)));
  let from = frame.headerSize;
  let to = 0;
  for (;;) {
    if (from + 4 > input.length) throw new CodecError("LZ4 frame ends without its end mark");
    const sizeField = view.getUint32(from, true);
    from += 4;
    if (sizeField === 0) return output.subarray(0, to);
    const isStored = sizeField >= STORED_BIT;
    const size = isStored ? sizeField - STORED_BIT : sizeField;
    if (from + size > input.length) throw new CodecError(`LZ4 block of ${size} bytes is cut off`);
    if (to + frame.blockSizeMax > output.length) {
      output = grow(output, to, to + frame.blockSizeMax, sizeMaxBytes);
    }
    const limit = Math.min(output.length, to + frame.blockSizeMax);
    const block = input.subarray(from, from + size);
    to = isStored
      ? copyStored(block, output, to, limit)
      : inflateBlock(block, output, to, limit, limit < to + frame.blockSizeMax);
    from += size + frame.blockChecksumSize;
  }
}

interface FrameHeader {
  readonly headerSize: number;
  readonly blockSizeMax: number;
  readonly blockChecksumSize: number;
}

function readFrameHeader(view: DataView): FrameHeader {
  if (view.byteLength < 7 || view.getUint32(0, true) !== FRAME_MAGIC) {
    throw new CodecError("no LZ4 frame");
  }
  const flags = view.getUint8(4);
  if (flags >>> 6 !== 1) throw new CodecError(`LZ4 frame of version ${flags >>> 6}`);
  const blockSizeCode = (view.getUint8(5) >>> 4) & 7;
  if (blockSizeCode < 4) throw new CodecError(`LZ4 block size code ${blockSizeCode}`);
  const contentSize = (flags & 0x08) === 0 ? 0 : 8;
  const dictionaryId = (flags & 0x01) === 0 ? 0 : 4;
  return {
    headerSize: 7 + contentSize + dictionaryId,
    // 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB
    blockSizeMax: 2 ** (8 + 2 * blockSizeCode),
    blockChecksumSize: (flags & 0x10) === 0 ? 0 : 4,
  };
}

function grow(
  output: Uint8Array<ArrayBuffer>,
  used: number,
  wanted: number,
  sizeMaxBytes: number,
): Uint8Array<ArrayBuffer> {
  const size = Math.min(sizeMaxBytes, Math.max(wanted, 2 * output.length));
  if (size <= output.length) return output;
  const grown = new Uint8Array(size);
  grown.set(output.subarray(0, used));
  return grown;
}

function copyStored(block: Uint8Array, output: Uint8Array, to: number, limit: number): number {
  if (to + block.length > limit) throw tooLarge(limit);
  output.set(block, to);
  return to + block.length;
}

/**
 * Sequences of literals and a match. Matches may reach into earlier blocks of the frame, which lie
 * before `start` in the same output. `isCapped`: `limit` is the caller's, not the frame's.
 */
function inflateBlock(
  input: Uint8Array,
  output: Uint8Array,
  start: number,
  limit: number,
  isCapped: boolean,
): number {
  let from = 0;
  let to = start;
  const failPastLimit = (): never => {
    throw isCapped ? tooLarge(limit) : new CodecError("LZ4 block exceeds its frame's block size");
  };
  while (from < input.length) {
    const token = input[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let byte = 255;
      while (byte === 255) {
        byte = input[from++] ?? failCut();
        literals += byte;
      }
    }
    if (from + literals > input.length) failCut();
    if (to + literals > limit) failPastLimit();
    output.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from === input.length) return to;
    if (from + 2 > input.length) failCut();
    const distance = (input[from] as number) | ((input[from + 1] as number) << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let byte = 255;
      while (byte === 255) {
        byte = input[from++] ?? failCut();
        length += byte;
      }
    }
    if (distance === 0 || distance > to) {
      throw new CodecError(`LZ4 match from ${distance} back is out of range`);
    }
    if (to + length > limit) failPastLimit();
    if (distance >= length) {
      output.copyWithin(to, to - distance, to - distance + length);
    } else {
      for (let i = to; i < to + length; i++) output[i] = output[i - distance] as number;
    }
    to += length;
  }
  return to;
}

function failCut(): never {
  throw new CodecError("LZ4 block ends inside a sequence");
}
