import type { ColumnBuilder } from "./column-builder.ts";
import type { BooleanColumn } from "./column.ts";
import { NullRows } from "./null-rows.ts";
import { clearBit, createBitmap, setBit } from "./validity.ts";

/** Builds a boolean column. */
export function createBooleanBuilder(capacity = 1024): ColumnBuilder<BooleanColumn> {
  const type = { kind: "boolean" } as const;
  const nulls = new NullRows();
  let bits = createBitmap(Math.max(capacity, 8));
  let length = 0;

  const reserveRow = (): void => {
    if (length < bits.length * 8) return;
    const grown = new Uint8Array(bits.length * 2);
    grown.set(bits);
    bits = grown;
  };

  return {
    type,
    get length() {
      return length;
    },
    append(value) {
      if (typeof value !== "boolean") throw new TypeError(`boolean takes no ${typeof value}`);
      reserveRow();
      if (value) setBit(bits, length);
      length++;
    },
    appendNull() {
      reserveRow();
      nulls.add(length++);
    },
    truncate(rowCount) {
      while (length > rowCount) clearBit(bits, --length);
      nulls.truncate(length);
    },
    finish() {
      const values = bits.slice(0, (length + 7) >> 3);
      const column = { type, layout: "boolean", length, values, ...nulls.finish(length) } as const;
      bits.fill(0);
      length = 0;
      return column;
    },
  };
}
