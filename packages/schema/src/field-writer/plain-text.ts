import type { VariableBinaryColumn } from "@salon/columns";
import { ColumnMemory } from "./column-memory.ts";

const OFFSET_MAX = 0x7fff_ffff;
/** Copying goes by words, so it may write this much behind a string's end. */
const SLACK = 8;
/** Memory beyond this is not kept for the next column. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

/** Strings one behind the other, as a utf8 column keeps them, while it is being written. */
export class PlainText {
  private offsets: Int32Array = new Int32Array(1);
  private data = new Uint8Array(0);
  private view = new DataView(this.data.buffer);
  /** Rows up to the last one written. */
  rowCount = 0;
  /** Of the last column: the next one is likely to be as long. */
  private bytesExpected = 1024;
  private readonly lendsColumns: boolean;
  private readonly offsetMemory: ColumnMemory<Int32Array>;

  constructor(lendsColumns: boolean) {
    this.lendsColumns = lendsColumns;
    this.offsetMemory = new ColumnMemory((length) => new Int32Array(length), lendsColumns);
  }

  begin(rowsMax: number): void {
    this.offsets = this.offsetMemory.take(rowsMax + 1);
    this.rowCount = 0;
    if (this.data.length < this.bytesExpected + SLACK) this.own(this.bytesExpected);
  }

  /** Writes `bytes[start .. end]` as the string of a row; those of earlier rows stay. */
  write(row: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.offsets[row]!;
    this.reserve(at, end - start);
    this.data.set(bytes.subarray(start, end), at);
    this.offsets[row + 1] = at + end - start;
    this.rowCount = row + 1;
  }

  /** As `write`, for short strings: copies words, and so reads up to three bytes behind the end. */
  writeWords(row: number, source: DataView, start: number, end: number): void {
    const at = this.offsets[row]!;
    this.reserve(at, end - start);
    const target = this.view;
    for (let from = start, to = at; from < end; from += 4, to += 4) {
      target.setInt32(to, source.getInt32(from, true), true);
    }
    this.offsets[row + 1] = at + end - start;
    this.rowCount = row + 1;
  }

  private reserve(at: number, byteCount: number): void {
    const needed = at + byteCount;
    if (needed + SLACK <= this.data.length) return;
    if (needed > OFFSET_MAX - SLACK) {
      throw new RangeError(`${needed} bytes of one field do not fit one batch`);
    }
    const size = Math.min(Math.max(needed, this.data.length * 2), OFFSET_MAX - SLACK);
    const written = this.data.subarray(0, at);
    this.own(size);
    this.data.set(written);
  }

  private own(byteCount: number): void {
    this.data = new Uint8Array(byteCount + SLACK);
    this.view = new DataView(this.data.buffer);
  }

  finish(rowCount: number): VariableBinaryColumn {
    const byteCount = this.offsets[rowCount]!;
    const offsets = this.offsets.subarray(0, rowCount + 1);
    const data = this.lendsColumns
      ? this.data.subarray(0, byteCount)
      : this.data.slice(0, byteCount);
    this.bytesExpected = Math.max(1024, Math.ceil(byteCount * 1.1));
    if (this.data.length > KEPT_BYTES_MAX) this.own(0);
    return {
      type: { kind: "utf8" },
      layout: "variable-size-binary",
      length: rowCount,
      nullCount: 0,
      offsets,
      data,
    };
  }
}
