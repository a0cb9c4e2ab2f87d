import { CodecError, tooLarge } from "./codec-error.ts";

/**
 * `0x82 "SNAPPY" 0`: the start of the framing that Java producers write (snappy-java's streams).
 */
const FRAMED_MAGIC = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00);
/** Magic, then version and compatible version, int32 each. */
const FRAMED_HEADER_SIZE = 16;

/**
 * Inflates snappy bytes: raw, as librdkafka and Go clients write them, or framed by snappy-java.
 *
 * @throws CodecError where they are broken or inflate beyond `sizeMaxBytes`.
 */
export function inflateSnappy(input: Uint8Array, sizeMaxBytes: number): Uint8Array {
  const blocks = isFramed(input) ? framedBlocks(input) : [input];
  const headers = blocks.map(readBlockHeader);
  const size = headers.reduce((sum, header) => sum + header.size, 0);
  if (size > sizeMaxBytes) throw tooLarge(sizeMaxBytes);
  const output = new Uint8Array(size);
  let at = 0;
  for (const [i, header] of headers.entries()) {
    inflateBlock(blocks[i] as Uint8Array, header.start, output, at, at + header.size);
    at += header.size;
  }
  return output;
}

function isFramed(input: Uint8Array): boolean {
  return FRAMED_MAGIC.every((byte, i) => input[i] === byte);
}

function framedBlocks(input: Uint8Array): Uint8Array[] {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const blocks: Uint8Array[] = [];
  let at = FRAMED_HEADER_SIZE;
  while (at < input.length) {
    if (at + 4 > input.length) throw new CodecError("snappy frame ends in a block's length");
    const length = view.getInt32(at);
    at += 4;
    if (length < 0 || at + length > input.length) {
      throw new CodecError(`snappy block of ${length} bytes exceeds its frame`);
    }
    blocks.push(input.subarray(at, at + length));
    at += length;
  }
  return blocks;
}

/** A raw block opens with its inflated size as an unsigned varint. */
function readBlockHeader(block: Uint8Array): { size: number; start: number } {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { size, start: i + 1 };
  }
  throw new CodecError("snappy block has no size");
}

/** Element by element, as the format's description has it; each either a literal or a copy. */
function inflateBlock(
  input: Uint8Array,
  start: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): void {
  let from = start;
  let to = outputStart;
  while (from < input.length) {
    const tag = input[from++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >>> 2) - 59);
      const length = (extra === 0 ? tag >>> 2 : readLittleEndian(input, from, extra)) + 1;
      from += extra;
      if (from + length > input.length || to + length > outputEnd) {
        throw new CodecError(`snappy literal of ${length} bytes exceeds its block`);
      }
      output.set(input.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    const offsetSize = kind === 3 ? 4 : kind;
    const low = readLittleEndian(input, from, offsetSize);
    const distance = kind === 1 ? ((tag >>> 5) << 8) | low : low;
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    from += offsetSize;
    if (distance === 0 || distance > to - outputStart || to + length > outputEnd) {
      throw new CodecError(`snappy copy of ${length} bytes from ${distance} back is out of range`);
    }
    copyWithin(output, to, distance, length);
    to += length;
  }
  if (to !== outputEnd) throw new CodecError("snappy block is shorter than it says");
}

/** A copy may overlap its own output, which then repeats: byte by byte in that case. */
function copyWithin(output: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length && length > 16) {
    output.copyWithin(to, to - distance, to - distance + length);
    return;
  }
  for (let i = to; i < to + length; i++) output[i] = output[i - distance] as number;
}

function readLittleEndian(input: Uint8Array, at: number, size: number): number {
  if (at + size > input.length) throw new CodecError("snappy block ends inside an element");
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (input[at + i] as number);
  return value;
}
