import {
  describeColumnType,
  isFlatColumnType,
  isSameColumnType,
  type ColumnType,
  type FlatColumnType,
} from "./column-type.ts";
import type { Column, PrimitiveColumn } from "./column.ts";

/**
 * The same values as a wider type: int32 as int64, float32 as float64, a decimal of one scale with
 * more precision (Iceberg: Schema Evolution). A column of the type is itself; TypeError for any
 * other change, and for any of a nested type.
 */
export function promoteColumn(column: Column, type: ColumnType): Column {
  if (isSameColumnType(column.type, type)) return column;
  if (!isFlatColumnType(type)) throw notPromotable(column.type, type);
  switch (column.layout) {
    case "primitive":
      return promotePrimitive(column, type);
    case "fixed-size-binary":
      checkDecimalPromotion(column.type, type);
      return { ...column, type };
    case "dictionary": {
      const { dictionary } = column;
      if (dictionary.layout === "primitive") {
        const promoted = promotePrimitive(dictionary, type);
        return { ...column, type, dictionary: promoted, dictionaryId: undefined };
      }
      checkDecimalPromotion(column.type, type);
      return { ...column, type, dictionary: { ...dictionary, type }, dictionaryId: undefined };
    }
    case "run-end-encoded": {
      const { values } = column;
      if (values.layout === "primitive") {
        return { ...column, type, values: promotePrimitive(values, type) };
      }
      checkDecimalPromotion(column.type, type);
      return { ...column, type, values: { ...values, type } };
    }
    case "boolean":
    case "variable-size-binary":
    case "struct":
    case "list":
    case "map":
      throw notPromotable(column.type, type);
    default:
      return column satisfies never;
  }
}

function promotePrimitive(column: PrimitiveColumn, type: FlatColumnType): PrimitiveColumn {
  const change = `${column.type.kind} ${type.kind}`;
  if (change === "int32 int64" && column.values instanceof Int32Array) {
    return { ...column, type, values: widenInt32(column.values) };
  }
  if (change === "float32 float64" && column.values instanceof Float32Array) {
    return { ...column, type, values: Float64Array.from(column.values) };
  }
  throw notPromotable(column.type, type);
}

/** Writes the two halves of each integer: a BigInt for each row would cost an allocation. */
function widenInt32(values: Int32Array): BigInt64Array {
  const wide = new BigInt64Array(values.length);
  const halves = new Int32Array(wide.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    halves[index * 2] = value;
    halves[index * 2 + 1] = value >> 31;
  }
  return wide;
}

function checkDecimalPromotion(from: ColumnType, to: ColumnType): void {
  const isWider =
    from.kind === "decimal128" &&
    to.kind === "decimal128" &&
    from.scale === to.scale &&
    from.precision < to.precision;
  if (!isWider) throw notPromotable(from, to);
}

function notPromotable(from: ColumnType, to: ColumnType): TypeError {
  return new TypeError(`${describeColumnType(from)} cannot become ${describeColumnType(to)}`);
}
