import {
  decodeDecimal128,
  isValidRow,
  sliceColumn,
  type Column,
  type ColumnType,
} from "@salon/columns";
import { dictionaryFromArrow } from "./arrow-dictionary.ts";
import { arrowDataError } from "./arrow-error.ts";
import {
  halfToFloat32,
  int64Values,
  isSmallIntegers,
  millisecondsToDays,
  toInt32,
  toMicroseconds,
} from "./arrow-numbers.ts";
import { rowsOfArrow, sliceArrowBitmap, type ArrowRows } from "./arrow-rows.ts";
import { isArrowData, type ArrowData } from "./arrow-structure.ts";
import {
  ARROW_TYPE,
  arrowChildren,
  columnTypeOfArrow,
  numberParameter,
  unitsPerSecond,
} from "./arrow-type.ts";

type ListType = Extract<ColumnType, { kind: "list" }>;
type MapType = Extract<ColumnType, { kind: "map" }>;
type StructType = Extract<ColumnType, { kind: "struct" }>;

const INT32_MAX = 2 ** 31 - 1;

/**
 * The column of a chunk of Arrow's, its buffers shared where the layouts agree; undefined for
 * Arrow's null type. Lengths and offsets are not all looked at here: `checkColumn` does that.
 *
 * Errors: those of `columnTypeOfArrow`, and `VALUE_INVALID` for buffers of another kind and for
 * values that the type of the column cannot hold.
 */
export function columnFromArrow(data: ArrowData, path: string): Column | undefined {
  const type = columnTypeOfArrow(data.type, path);
  if (type === undefined) return undefined;
  const rows = rowsOfArrow(data, path);
  if (data.type.typeId === ARROW_TYPE.dictionary) {
    return dictionaryFromArrow(data, type, rows, path, partFromArrow);
  }
  switch (type.kind) {
    case "boolean": {
      const bits = bytesOf(data.values, path);
      const values = sliceArrowBitmap(bits, data.offset, data.length, path);
      return { ...rows, type, layout: "boolean", values };
    }
    case "int32":
    case "int64":
    case "float32":
    case "float64":
    case "date32":
    case "time64":
    case "timestamp": {
      const values = numbersOf(data, type.kind, rows, path).subarray(0, rows.length);
      return { ...rows, type, layout: "primitive", values };
    }
    case "decimal128": {
      const values = bytesOf(data.values, path);
      const column: Column = {
        ...rows,
        type,
        layout: "fixed-size-binary",
        byteWidth: 16,
        data: values,
      };
      checkPrecision(values, rows, type.precision, path);
      return column;
    }
    case "fixed-size-binary": {
      const { byteWidth } = type;
      return { ...rows, type, layout: type.kind, byteWidth, data: bytesOf(data.values, path) };
    }
    case "utf8":
    case "binary":
      return { ...rows, type, layout: "variable-size-binary", ...variableBytes(data, path) };
    case "struct":
      return structFromArrow(data, type, rows, path);
    case "list":
      return listFromArrow(data, type, rows, path);
    case "map":
      return mapFromArrow(data, type, rows, path);
    default:
      return type satisfies never;
  }
}

/** A part that has a type, as elements, keys, values and the entries of dictionaries have. */
function partFromArrow(data: unknown, path: string): Column {
  const column = isArrowData(data) ? columnFromArrow(data, path) : undefined;
  if (column === undefined) throw arrowDataError(path, "it is not there");
  return column;
}

function structFromArrow(
  { children, type: arrowType }: ArrowData,
  type: StructType,
  rows: ArrowRows,
  path: string,
): Column {
  const named = arrowChildren(arrowType, children.length, path).map(
    ({ name }, index) => [`${path}.${name}`, children[index]] as const,
  );
  const columns = named.flatMap(([childPath, child]) => {
    if (!isArrowData(child)) throw arrowDataError(childPath, "it is not there");
    const column = columnFromArrow(child, childPath);
    return column === undefined ? [] : [firstRows(column, rows.length, childPath)];
  });
  return { ...rows, type, layout: "struct", children: columns };
}

function listFromArrow(data: ArrowData, type: ListType, rows: ArrowRows, path: string): Column {
  const element = partFromArrow(data.children[0], `${path}.element`);
  if (data.type.typeId === ARROW_TYPE.list) {
    return { ...rows, type, layout: "list", offsets: offsetsOf(data, path), element };
  }
  const listSize = numberParameter(data.type, "listSize", path);
  if (rows.length * listSize > INT32_MAX) {
    throw arrowDataError(path, `${rows.length} lists of ${listSize} are too many`);
  }
  const offsets = Int32Array.from({ length: rows.length + 1 }, (_, row) => row * listSize);
  return { ...rows, type, layout: "list", offsets, element };
}

function mapFromArrow(data: ArrowData, type: MapType, rows: ArrowRows, path: string): Column {
  const [entries] = data.children;
  const parts = isArrowData(entries) ? entries.children : [];
  const keys = partFromArrow(parts[0], `${path}.key`);
  const values = partFromArrow(parts[1], `${path}.value`);
  return { ...rows, type, layout: "map", offsets: offsetsOf(data, path), keys, values };
}

/** A struct's child may go on behind the struct. */
function firstRows(column: Column, length: number, path: string): Column {
  if (column.length < length) {
    throw arrowDataError(path, `${column.length} rows in a struct of ${length}`);
  }
  return column.length === length ? column : sliceColumn(column, 0, length);
}

function numbersOf(
  { values, type: arrowType }: ArrowData,
  kind: "int32" | "int64" | "float32" | "float64" | "date32" | "time64" | "timestamp",
  { length, validity }: ArrowRows,
  path: string,
): Int32Array | BigInt64Array | Float32Array | Float64Array {
  const isValid = (row: number): boolean => isValidRow(validity, row);
  const wide = (): BigInt64Array => {
    const numbers = int64Values(values, length, isValid, path);
    if (numbers.length >= length) return numbers;
    throw arrowDataError(path, `${numbers.length} values for ${length} rows`);
  };
  const narrow = (): Int32Array => {
    if (isSmallIntegers(values) && values.length >= length) return toInt32(values);
    throw arrowDataError(path, `it has not the values of ${length} rows`);
  };
  switch (kind) {
    case "int32":
      return narrow();
    case "int64":
      return wide();
    case "float32":
      if (values instanceof Float32Array) return values;
      if (values instanceof Uint16Array && values.length >= length) {
        return halfToFloat32(values, length);
      }
      throw arrowDataError(path, "it has no floats");
    case "float64":
      if (values instanceof Float64Array) return values;
      throw arrowDataError(path, "it has no doubles");
    case "date32":
      return numberParameter(arrowType, "unit", path) === 0
        ? narrow()
        : millisecondsToDays(wide(), length, isValid, path);
    case "time64":
    case "timestamp": {
      const units = unitsPerSecond(arrowType, path);
      const isNarrow = kind === "time64" && units <= 1000n;
      const times = isNarrow ? BigInt64Array.from(narrow(), BigInt) : wide();
      return toMicroseconds(times, length, units, isValid, path);
    }
    default:
      return kind satisfies never;
  }
}

/** Bytes behind each other and where each row's begin; 64-bit offsets are brought to 32 bits. */
function variableBytes(
  data: ArrowData,
  path: string,
): { readonly offsets: Int32Array; readonly data: Uint8Array } {
  const bytes = bytesOf(data.values, path);
  const { valueOffsets, length } = data;
  if (!(valueOffsets instanceof BigInt64Array) || length === 0) {
    return { offsets: offsetsOf(data, path), data: bytes };
  }
  const first = valueOffsets[0] ?? 0n;
  const last = valueOffsets[length] ?? -1n;
  if (first < 0n || last < first || last > BigInt(bytes.length)) {
    throw arrowDataError(path, `offsets from ${first} to ${last} in ${bytes.length} bytes`);
  }
  if (last - first > BigInt(INT32_MAX)) {
    throw arrowDataError(path, `${last - first} bytes in one batch are too many`);
  }
  const offsets = Int32Array.from({ length: length + 1 }, (_, row) =>
    Number(valueOffsets[row]! - first),
  );
  return { offsets, data: bytes.subarray(Number(first), Number(last)) };
}

function offsetsOf({ valueOffsets, length }: ArrowData, path: string): Int32Array {
  // No rows need no buffer.
  if (length === 0) return new Int32Array(1);
  if (valueOffsets instanceof Int32Array) return valueOffsets.subarray(0, length + 1);
  throw arrowDataError(path, "it has no offsets");
}

/** The bytes of a buffer, whatever numbers Arrow shows them as. */
function bytesOf(values: unknown, path: string): Uint8Array {
  if (values instanceof Uint8Array) return values;
  if (ArrayBuffer.isView(values)) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  throw arrowDataError(path, "it has no values");
}

/** A number with more digits would lose some in the file. */
function checkPrecision(
  bytes: Uint8Array,
  { length, validity }: ArrowRows,
  precision: number,
  path: string,
): void {
  if (bytes.length < length * 16) {
    throw arrowDataError(path, `${bytes.length} bytes for ${length} decimals`);
  }
  const limit = 10n ** BigInt(precision);
  for (let row = 0; row < length; row++) {
    if (!isValidRow(validity, row)) continue;
    const unscaled = decodeDecimal128(bytes, row * 16);
    if (unscaled >= limit || unscaled <= -limit) {
      throw arrowDataError(path, `row ${row} has more than ${precision} digits`);
    }
  }
}
