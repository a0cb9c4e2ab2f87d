/** The logical type of a column: the subset of Arrow's types that Iceberg primitives map to. */
export type ColumnType =
  | { readonly kind: "boolean" }
  | { readonly kind: "int32" }
  | { readonly kind: "int64" }
  | { readonly kind: "float32" }
  | { readonly kind: "float64" }
  /** Unscaled two's-complement integer, 16 bytes little endian per row. */
  | { readonly kind: "decimal128"; readonly precision: number; readonly scale: number }
  /** Days since 1970-01-01. */
  | { readonly kind: "date32" }
  /** Microseconds since midnight. */
  | { readonly kind: "time64" }
  /**
   * Microseconds since 1970-01-01T00:00:00; `utc` says whether that is an instant or a local
   * date-time.
   */
  | { readonly kind: "timestamp"; readonly utc: boolean }
  | { readonly kind: "utf8" }
  | { readonly kind: "binary" }
  | { readonly kind: "fixed-size-binary"; readonly byteWidth: number };

/** The layouts that hold a type's values one by one, without a dictionary or runs. */
export type PlainLayout = "boolean" | "primitive" | "fixed-size-binary" | "variable-size-binary";

/** A type in words, as messages name it: `int32`, `decimal128(9, 2)`, `timestamp(utc)`. */
export function describeColumnType(type: ColumnType): string {
  if (type.kind === "decimal128") return `decimal128(${type.precision}, ${type.scale})`;
  if (type.kind === "fixed-size-binary") return `fixed-size-binary(${type.byteWidth})`;
  return type.kind === "timestamp" && type.utc ? "timestamp(utc)" : type.kind;
}

/** Whether two types are the same, parameters included. */
export function isSameColumnType(left: ColumnType, right: ColumnType): boolean {
  return describeColumnType(left) === describeColumnType(right);
}

/** The plain layout that holds values of a type. */
export function plainLayoutOf(type: ColumnType): PlainLayout {
  switch (type.kind) {
    case "boolean":
      return "boolean";
    case "utf8":
    case "binary":
      return "variable-size-binary";
    case "decimal128":
    case "fixed-size-binary":
      return "fixed-size-binary";
    case "int32":
    case "int64":
    case "float32":
    case "float64":
    case "date32":
    case "time64":
    case "timestamp":
      return "primitive";
    default:
      return type satisfies never;
  }
}

/** Bytes a row of a `fixed-size-binary` layout; a TypeError for types of another layout. */
export function byteWidthOf(type: ColumnType): number {
  if (type.kind === "decimal128") return 16;
  if (type.kind === "fixed-size-binary") return type.byteWidth;
  throw new TypeError(`${describeColumnType(type)} has no fixed byte width`);
}
