import type { ColumnBuilder } from "./column-builder.ts";
import type { VariableBinaryColumn } from "./column.ts";
import { NullRows } from "./null-rows.ts";

/** Builds a utf8 or binary column, also straight from bytes. */
export interface VariableBinaryBuilder extends ColumnBuilder<VariableBinaryColumn> {
  /** Appends `source[start .. end]`; for utf8 the caller vouches for the bytes. */
  appendBytes(source: Uint8Array, start: number, end: number): void;
}

const textEncoder = new TextEncoder();
const OFFSET_MAX = 0x7fff_ffff;

/**
 * A builder that takes strings (utf8 only; a lone surrogate becomes U+FFFD) and bytes. RangeError
 * where a column's bytes outgrow 32-bit offsets.
 */
export function createVariableBinaryBuilder(
  kind: "utf8" | "binary",
  capacity = 1024,
): VariableBinaryBuilder {
  const nulls = new NullRows();
  let offsets = new Int32Array(Math.max(capacity, 8) + 1);
  let data = new Uint8Array(Math.max(capacity, 8) * 16);
  let length = 0;

  const reserveRow = (byteCount: number): number => {
    const end = offsets[length]!;
    if (end + byteCount > OFFSET_MAX) {
      throw new RangeError(`${end + byteCount} bytes do not fit 32-bit offsets`);
    }
    if (length + 1 === offsets.length) {
      const grown = new Int32Array((length + 1) * 2);
      grown.set(offsets);
      offsets = grown;
    }
    if (end + byteCount > data.length) {
      const grown = new Uint8Array(Math.max(data.length * 2, end + byteCount));
      grown.set(data.subarray(0, end));
      data = grown;
    }
    return end;
  };

  const appendString = (text: string): void => {
    // A UTF-16 unit takes three bytes at most.
    const end = reserveRow(text.length * 3);
    const { written } = textEncoder.encodeInto(text, data.subarray(end));
    offsets[++length] = end + written;
  };

  const appendBytes = (source: Uint8Array, from: number, to: number): void => {
    const end = reserveRow(to - from);
    data.set(source.subarray(from, to), end);
    offsets[++length] = end + to - from;
  };

  return {
    type: { kind },
    get length() {
      return length;
    },
    append(value) {
      if (value instanceof Uint8Array) appendBytes(value, 0, value.length);
      else if (typeof value === "string" && kind === "utf8") appendString(value);
      else throw new TypeError(`${kind} takes no ${typeof value}`);
    },
    appendBytes,
    appendNull() {
      const end = reserveRow(0);
      nulls.add(length);
      offsets[++length] = end;
    },
    truncate(rowCount) {
      length = Math.min(length, rowCount);
      nulls.truncate(length);
    },
    finish() {
      const column = {
        type: { kind },
        layout: "variable-size-binary",
        length,
        offsets: offsets.slice(0, length + 1),
        data: data.slice(0, offsets[length]),
        ...nulls.finish(length),
      } as const;
      length = 0;
      return column;
    },
  };
}
