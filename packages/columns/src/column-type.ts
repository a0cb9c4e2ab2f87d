/** A type whose values have no parts: Arrow's counterparts of Iceberg's primitive types. */
export type FlatColumnType =
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

/** A named part of a struct. */
export interface ColumnField {
  readonly name: string;
  readonly type: ColumnType;
}

/** Fields side by side; names are unique. */
export interface StructColumnType {
  readonly kind: "struct";
  readonly fields: readonly ColumnField[];
}

/** Any number of elements a row. */
export interface ListColumnType {
  readonly kind: "list";
  readonly element: ColumnType;
}

/** Any number of entries a row, each a key that is not null and a value. */
export interface MapColumnType {
  readonly kind: "map";
  readonly key: ColumnType;
  readonly value: ColumnType;
}

/** A type whose values have parts. */
export type NestedColumnType = StructColumnType | ListColumnType | MapColumnType;

/** The logical type of a column: the subset of Arrow's types that Iceberg's types map to. */
export type ColumnType = FlatColumnType | NestedColumnType;

/** The layouts that hold a flat type's values one by one, without a dictionary or runs. */
export type PlainLayout = "boolean" | "primitive" | "fixed-size-binary" | "variable-size-binary";

/** Whether the values of a type have no parts. */
export function isFlatColumnType(type: ColumnType): type is FlatColumnType {
  return type.kind !== "struct" && type.kind !== "list" && type.kind !== "map";
}

/** A type in words, as messages name it: `int32`, `decimal128(9, 2)`, `list<struct<a: utf8>>`. */
export function describeColumnType(type: ColumnType): string {
  switch (type.kind) {
    case "decimal128":
      return `decimal128(${type.precision}, ${type.scale})`;
    case "fixed-size-binary":
      return `fixed-size-binary(${type.byteWidth})`;
    case "timestamp":
      return type.utc ? "timestamp(utc)" : "timestamp";
    case "struct": {
      const fields = type.fields.map((field) => `${field.name}: ${describeColumnType(field.type)}`);
      return `struct<${fields.join(", ")}>`;
    }
    case "list":
      return `list<${describeColumnType(type.element)}>`;
    case "map":
      return `map<${describeColumnType(type.key)}, ${describeColumnType(type.value)}>`;
    default:
      return type.kind;
  }
}

/** Whether two types are the same, parameters and the names and order of fields included. */
export function isSameColumnType(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === "struct" && right.kind === "struct") {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every(({ name, type }, index) => {
        const other = right.fields[index]!;
        return name === other.name && isSameColumnType(type, other.type);
      })
    );
  }
  if (left.kind === "list" && right.kind === "list") {
    return isSameColumnType(left.element, right.element);
  }
  if (left.kind === "map" && right.kind === "map") {
    return isSameColumnType(left.key, right.key) && isSameColumnType(left.value, right.value);
  }
  return left.kind === right.kind && describeColumnType(left) === describeColumnType(right);
}

/** The plain layout that holds values of a type. */
export function plainLayoutOf(type: FlatColumnType): PlainLayout;
/** For a nested type it is the one of the type's own name. */
export function plainLayoutOf(type: ColumnType): PlainLayout | NestedColumnType["kind"];
export function plainLayoutOf(type: ColumnType): PlainLayout | NestedColumnType["kind"] {
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
    case "struct":
    case "list":
    case "map":
      return type.kind;
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
