import type { ColumnField, ColumnType } from "@salon/columns";
import { arrowDataError, arrowTypeError } from "./arrow-error.ts";
import { isArrowField, isArrowType, type ArrowField, type ArrowType } from "./arrow-structure.ts";

/** The kinds of Arrow's types that are read (`Type` of the package `apache-arrow`). */
export const ARROW_TYPE = {
  dictionary: -1,
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
} as const;

/** How many of a unit of Arrow's (second, milli-, micro-, nanosecond) are in a second. */
const UNITS_PER_SECOND: readonly bigint[] = [1n, 1000n, 1_000_000n, 1_000_000_000n];

/** Half, single and double precision. */
const FLOAT_KINDS = ["float32", "float32", "float64"] as const;

/**
 * The type of the column that an Arrow column becomes; undefined for Arrow's null type, whose
 * columns hold nothing. Narrower integers and half floats are widened; a dictionary is of its
 * values' type.
 *
 * Errors: `UNSUPPORTED` for unions, intervals, durations, views and what else Iceberg lacks,
 * `VALUE_INVALID` for a type with impossible parameters.
 */
export function columnTypeOfArrow(type: ArrowType, path: string): ColumnType | undefined {
  switch (type.typeId) {
    case ARROW_TYPE.null:
      return undefined;
    case ARROW_TYPE.int:
      return { kind: isWide(type, path) ? "int64" : "int32" };
    case ARROW_TYPE.float: {
      const kind = FLOAT_KINDS[numberParameter(type, "precision", path)];
      if (kind === undefined) throw arrowTypeError(path, arrowTypeName(type));
      return { kind };
    }
    case ARROW_TYPE.binary:
    case ARROW_TYPE.largeBinary:
      return { kind: "binary" };
    case ARROW_TYPE.utf8:
    case ARROW_TYPE.largeUtf8:
      return { kind: "utf8" };
    case ARROW_TYPE.bool:
      return { kind: "boolean" };
    case ARROW_TYPE.decimal:
      return decimalType(type, path);
    case ARROW_TYPE.date:
      return { kind: "date32" };
    case ARROW_TYPE.time:
      return { kind: "time64" };
    case ARROW_TYPE.timestamp:
      return { kind: "timestamp", utc: typeof parameter(type, "timezone") === "string" };
    case ARROW_TYPE.fixedSizeBinary:
      return {
        kind: "fixed-size-binary",
        byteWidth: numberParameter(type, "byteWidth", path),
      };
    case ARROW_TYPE.list:
    case ARROW_TYPE.fixedSizeList:
      return { kind: "list", element: partType(arrowChildren(type, 1, path)[0]!, path) };
    case ARROW_TYPE.struct:
      return { kind: "struct", fields: structFields(arrowChildren(type, undefined, path), path) };
    case ARROW_TYPE.map: {
      const [entries] = arrowChildren(type, 1, path);
      const [key, value] = arrowChildren(entries!.type, 2, path);
      return { kind: "map", key: partType(key!, path), value: partType(value!, path) };
    }
    case ARROW_TYPE.dictionary:
      return columnTypeOfArrow(typeParameter(type, "dictionary", path), path);
    default:
      throw arrowTypeError(path, arrowTypeName(type));
  }
}

/** The fields of a type with parts; `count` of them where that is given. */
export function arrowChildren(
  type: ArrowType,
  count: number | undefined,
  path: string,
): readonly ArrowField[] {
  const children = parameter(type, "children");
  const isRight =
    Array.isArray(children) &&
    children.every(isArrowField) &&
    (count === undefined || children.length === count);
  if (!isRight) throw arrowDataError(path, `its type ${arrowTypeName(type)} lacks its parts`);
  return children;
}

/** Units in a second of a time or timestamp. */
export function unitsPerSecond(type: ArrowType, path: string): bigint {
  const units = UNITS_PER_SECOND[numberParameter(type, "unit", path)];
  if (units === undefined) throw arrowTypeError(path, arrowTypeName(type));
  return units;
}

/** What Arrow calls a type: `Int32`, `Union<...>`. */
function arrowTypeName(type: ArrowType): string {
  const { typeId } = type;
  const text: unknown = Reflect.get(type, "toString");
  const name: unknown = typeof text === "function" ? Reflect.apply(text, type, []) : undefined;
  return typeof name === "string" ? name : `of type ${typeId}`;
}

/** A parameter that is a number; `VALUE_INVALID` where it is none. */
export function numberParameter(type: ArrowType, name: string, path: string): number {
  const value = parameter(type, name);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw arrowDataError(path, `its type ${arrowTypeName(type)} has the ${name} ${String(value)}`);
}

function isWide(type: ArrowType, path: string): boolean {
  const bitWidth = numberParameter(type, "bitWidth", path);
  return bitWidth === 64 || (bitWidth === 32 && parameter(type, "isSigned") === false);
}

function decimalType(type: ArrowType, path: string): ColumnType {
  const precision = numberParameter(type, "precision", path);
  const scale = numberParameter(type, "scale", path);
  if (parameter(type, "bitWidth") !== 128 || precision < 1 || precision > 38 || scale > precision) {
    throw arrowTypeError(path, arrowTypeName(type));
  }
  return { kind: "decimal128", precision, scale };
}

function structFields(children: readonly ArrowField[], path: string): ColumnField[] {
  return children.flatMap(({ name, type }) => {
    const part = columnTypeOfArrow(type, `${path}.${name}`);
    return part === undefined ? [] : [{ name, type: part }];
  });
}

/** The type of elements, keys or values; there is no column to leave out where they are null. */
function partType({ name, type }: ArrowField, path: string): ColumnType {
  const part = columnTypeOfArrow(type, `${path}.${name}`);
  if (part === undefined) throw arrowTypeError(`${path}.${name}`, "Null");
  return part;
}

function typeParameter(type: ArrowType, name: string, path: string): ArrowType {
  const value = parameter(type, name);
  if (isArrowType(value)) return value;
  throw arrowDataError(path, `its type ${arrowTypeName(type)} lacks its ${name}`);
}

function parameter(type: ArrowType, name: string): unknown {
  return Reflect.get(type, name);
}
