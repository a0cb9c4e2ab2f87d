import type { ByteWriter } from "hyparquet-writer";
import type { PhysicalVector } from "./physical-vector.ts";

/**
 * Appends `source[rows[0..count)]` in the PLAIN encoding (Parquet: Encodings, PLAIN = 0), byte
 * strings with their length before them where `lengthPrefixed`. Booleans are written by
 * {@link writePlainBits}: their bytes are shared by eight.
 */
export function writePlain(
  writer: ByteWriter,
  source: Exclude<PhysicalVector, { kind: "boolean" }>,
  rows: Int32Array,
  count: number,
  lengthPrefixed: boolean,
): void {
  switch (source.kind) {
    case "int32":
      advance(writer, 4 * count, (view, at) => {
        if (isStretch(rows, count)) copyWords(source.values, rows[0]!, count, view, at);
        else writeInt32(source.values, rows, count, view, at);
      });
      return;
    case "int64":
      advance(writer, 8 * count, (view, at) => {
        if (isStretch(rows, count)) copyWords(source.words, 2 * rows[0]!, 2 * count, view, at);
        else writeInt64(source.words, rows, count, view, at);
      });
      return;
    case "bytes":
      writeBytes(writer, source.data, source.offsets, rows, count, lengthPrefixed);
      return;
    default:
      source satisfies never;
  }
}

/** Appends the bits `bits[rows[0..count)]` behind the `bitCount` that the writer has. */
export function writePlainBits(
  writer: ByteWriter,
  bitCount: number,
  bits: Uint8Array,
  rows: Int32Array,
  count: number,
): void {
  const byteLength = (bitCount + count + 7) >>> 3;
  writer.ensure(byteLength - writer.index);
  const target = new Uint8Array(writer.buffer);
  target.fill(0, writer.index, byteLength);
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const at = bitCount + i;
    target[at >>> 3]! |= ((bits[row >>> 3]! >>> (row & 7)) & 1) << (at & 7);
  }
  writer.index = byteLength;
  writer.offset = byteLength;
}

function advance(
  writer: ByteWriter,
  byteLength: number,
  write: (view: DataView, at: number) => void,
): void {
  writer.ensure(byteLength);
  write(writer.view, writer.index);
  writer.offset += byteLength;
  writer.index += byteLength;
}

/** Whether the rows follow one another without a gap, as all rows of a column do. */
function isStretch(rows: Int32Array, count: number): boolean {
  if (count === 0) return false;
  const first = rows[0]!;
  if (rows[count - 1]! - first !== count - 1) return false;
  for (let i = 1; i < count; i++) if (rows[i] !== first + i) return false;
  return true;
}

function copyWords(
  words: Int32Array,
  first: number,
  count: number,
  view: DataView,
  at: number,
): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + 4 * first, 4 * count);
  new Uint8Array(view.buffer, at).set(bytes);
}

function writeInt32(
  values: Int32Array,
  rows: Int32Array,
  count: number,
  view: DataView,
  at: number,
): void {
  for (let i = 0; i < count; i++) view.setInt32(at + 4 * i, values[rows[i]!]!, true);
}

function writeInt64(
  words: Int32Array,
  rows: Int32Array,
  count: number,
  view: DataView,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    const from = 2 * rows[i]!;
    view.setInt32(at + 8 * i, words[from]!, true);
    view.setInt32(at + 8 * i + 4, words[from + 1]!, true);
  }
}

/** Up to this length a loop over words beats the call that copies bytes. */
const SHORT_COPY_MAX = 48;

function writeBytes(
  writer: ByteWriter,
  data: Uint8Array,
  offsets: Int32Array,
  rows: Int32Array,
  count: number,
  lengthPrefixed: boolean,
): void {
  let byteLength = lengthPrefixed ? 4 * count : 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    byteLength += offsets[row + 1]! - offsets[row]!;
  }
  writer.ensure(byteLength);
  const target = new Uint8Array(writer.buffer);
  const { view } = writer;
  const source = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = writer.index;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    if (lengthPrefixed) {
      view.setInt32(at, end - start, true);
      at += 4;
    }
    const length = end - start;
    if (length > SHORT_COPY_MAX) target.set(data.subarray(start, end), at);
    else copyShort(source, start, length, view, at);
    at += length;
  }
  writer.offset += byteLength;
  writer.index = at;
}

/** Copies word by word; the last word overlaps the one before. */
function copyShort(
  source: DataView,
  start: number,
  length: number,
  target: DataView,
  at: number,
): void {
  if (length < 4) {
    for (let i = 0; i < length; i++) target.setUint8(at + i, source.getUint8(start + i));
    return;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) target.setInt32(at + i, source.getInt32(start + i));
  target.setInt32(at + last, source.getInt32(start + last));
}
