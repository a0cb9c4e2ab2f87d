import type { ColumnBuilder } from "./column-builder.ts";
import { byteWidthOf, describeColumnType, type FlatColumnType } from "./column-type.ts";
import { encodeDecimal128, type ColumnValue } from "./column-value.ts";
import type { FixedSizeBinaryColumn } from "./column.ts";
import { NullRows } from "./null-rows.ts";

/** Builds a column of decimal128 (from unscaled bigints) or fixed-size-binary (from bytes). */
export function createFixedSizeBinaryBuilder(
  type: FlatColumnType,
  capacity = 1024,
): ColumnBuilder<FixedSizeBinaryColumn> {
  const byteWidth = byteWidthOf(type);
  const nulls = new NullRows();
  let data = new Uint8Array(byteWidth * Math.max(capacity, 8));
  let length = 0;

  const reserveRow = (): void => {
    if ((length + 1) * byteWidth <= data.length) return;
    const grown = new Uint8Array(data.length * 2);
    grown.set(data);
    data = grown;
  };

  return {
    type,
    get length() {
      return length;
    },
    append(value) {
      reserveRow();
      storeValue(type, data, length * byteWidth, value);
      length++;
    },
    appendNull() {
      reserveRow();
      nulls.add(length++);
    },
    truncate(rowCount) {
      if (rowCount >= length) return;
      data.fill(0, rowCount * byteWidth, length * byteWidth);
      length = rowCount;
      nulls.truncate(length);
    },
    finish() {
      const column = {
        type,
        layout: "fixed-size-binary",
        length,
        byteWidth,
        data: data.slice(0, length * byteWidth),
        ...nulls.finish(length),
      } as const;
      data.fill(0, 0, length * byteWidth);
      length = 0;
      return column;
    },
  };
}

function storeValue(type: FlatColumnType, data: Uint8Array, at: number, value: ColumnValue): void {
  if (type.kind === "decimal128") {
    if (typeof value !== "bigint") throw wrongValue(type, value);
    const limit = 10n ** BigInt(type.precision);
    if (value >= limit || value <= -limit) {
      throw new RangeError(`unscaled ${value} is no ${describeColumnType(type)}`);
    }
    encodeDecimal128(value, data, at);
    return;
  }
  if (!(value instanceof Uint8Array)) throw wrongValue(type, value);
  if (value.length !== byteWidthOf(type)) {
    throw new RangeError(`${value.length} bytes are no ${describeColumnType(type)}`);
  }
  data.set(value, at);
}

function wrongValue(type: FlatColumnType, value: ColumnValue): TypeError {
  return new TypeError(`${describeColumnType(type)} takes no ${typeof value}`);
}
