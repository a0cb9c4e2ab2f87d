import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  readArray,
  readBoolean,
  readInt,
  readObject,
  readOptional,
  readString,
} from "./iceberg-json.ts";

/** A primitive type of the Iceberg spec, format v2 (spec: Primitive Types). */
export type PrimitiveType =
  | { readonly kind: "boolean" }
  | { readonly kind: "int" }
  | { readonly kind: "long" }
  | { readonly kind: "float" }
  | { readonly kind: "double" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "date" }
  | { readonly kind: "time" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "timestamptz" }
  | { readonly kind: "string" }
  | { readonly kind: "uuid" }
  | { readonly kind: "fixed"; readonly length: number }
  | { readonly kind: "binary" };

/** A field of a struct or of a schema (spec: Nested Types). */
export interface NestedField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: Type;
  readonly doc?: string;
}

/** Any type of a schema (spec: Schemas and Data Types). */
export type Type =
  | PrimitiveType
  | { readonly kind: "struct"; readonly fields: readonly NestedField[] }
  | {
      readonly kind: "list";
      readonly elementId: number;
      readonly elementRequired: boolean;
      readonly element: Type;
    }
  | {
      readonly kind: "map";
      readonly keyId: number;
      readonly key: Type;
      readonly valueId: number;
      readonly valueRequired: boolean;
      readonly value: Type;
    };

/** Whether a type has no nested types. */
export function isPrimitiveType(type: Type): type is PrimitiveType {
  return type.kind !== "struct" && type.kind !== "list" && type.kind !== "map";
}

/**
 * The narrowing of {@link isPrimitiveType} for places that take nothing else; `UNSUPPORTED`
 * otherwise.
 */
export function requirePrimitiveType(type: Type, what: string): PrimitiveType {
  if (isPrimitiveType(type)) return type;
  throw new IcebergError("UNSUPPORTED", `${what} is a ${type.kind}, not a primitive type`);
}

/**
 * A primitive type as JSON and messages write it: `int`, `decimal(9, 2)`, `fixed[16]` (spec:
 * Appendix C).
 */
export function primitiveTypeToString(type: PrimitiveType): string {
  if (type.kind === "decimal") return `decimal(${type.precision}, ${type.scale})`;
  if (type.kind === "fixed") return `fixed[${type.length}]`;
  return type.kind;
}

/** A type in one line, for messages: `list<int>`, `struct<1: a: optional int>`. */
export function describeType(type: Type): string {
  if (isPrimitiveType(type)) return primitiveTypeToString(type);
  switch (type.kind) {
    case "struct":
      return `struct<${type.fields.map(describeField).join(", ")}>`;
    case "list":
      return `list<${describeType(type.element)}>`;
    case "map":
      return `map<${describeType(type.key)}, ${describeType(type.value)}>`;
    default:
      return type satisfies never;
  }
}

function describeField(field: NestedField): string {
  const presence = field.required ? "required" : "optional";
  return `${field.id}: ${field.name}: ${presence} ${describeType(field.type)}`;
}

const DECIMAL = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/;
const FIXED = /^fixed\[\s*(\d+)\s*\]$/;

/**
 * Parses the text of a primitive type, spaces around parameters allowed (spec: Appendix C).
 * `UNSUPPORTED` for types of later format versions, `METADATA_INVALID` for impossible parameters.
 */
export function parsePrimitiveType(text: string): PrimitiveType {
  const name = text.trim().toLowerCase();
  switch (name) {
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
    case "string":
    case "uuid":
    case "binary":
      return { kind: name };
    default:
      return parseParameterizedType(name);
  }
}

function parseParameterizedType(name: string): PrimitiveType {
  const decimal = DECIMAL.exec(name);
  if (decimal !== null) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    if (precision < 1 || precision > 38 || scale > precision) {
      throw new IcebergError("METADATA_INVALID", `${name} is no decimal of 1 to 38 digits`);
    }
    return { kind: "decimal", precision, scale };
  }
  const fixed = FIXED.exec(name);
  if (fixed !== null) return { kind: "fixed", length: Number(fixed[1]) };
  throw new IcebergError("UNSUPPORTED", `type ${name} is not of format version 2`);
}

/** How deep types may be nested in one another; no engine's columns come near. */
const DEPTH_MAX = 200;

/** A type from its JSON form (spec: Appendix C). Codes: `METADATA_INVALID`, `UNSUPPORTED`. */
export function typeFromJson(json: JsonValue | undefined, depth: number = 0): Type {
  if (depth > DEPTH_MAX) {
    throw new IcebergError("METADATA_INVALID", `a type is more than ${DEPTH_MAX} deep`);
  }
  if (typeof json === "string") return parsePrimitiveType(json);
  const object = readObject(json, "type");
  const kind = readString(object["type"], "type");
  switch (kind) {
    case "struct":
      return { kind, fields: fieldsFromJson(object["fields"], depth + 1) };
    case "list":
      return {
        kind,
        elementId: readInt(object["element-id"], "element-id"),
        elementRequired: readBoolean(object["element-required"], "element-required"),
        element: typeFromJson(object["element"], depth + 1),
      };
    case "map":
      return {
        kind,
        keyId: readInt(object["key-id"], "key-id"),
        key: typeFromJson(object["key"], depth + 1),
        valueId: readInt(object["value-id"], "value-id"),
        valueRequired: readBoolean(object["value-required"], "value-required"),
        value: typeFromJson(object["value"], depth + 1),
      };
    default:
      throw new IcebergError("UNSUPPORTED", `type ${kind} is not of format version 2`);
  }
}

/** The fields of a struct or schema from their JSON form (spec: Appendix C). */
export function fieldsFromJson(
  json: JsonValue | undefined,
  depth: number = 0,
): readonly NestedField[] {
  return readArray(json, "fields").map((item) => {
    const object = readObject(item, "field");
    const doc = readOptional(object["doc"], "doc", readString);
    return {
      id: readInt(object["id"], "field id"),
      name: readString(object["name"], "field name"),
      required: readBoolean(object["required"], "required"),
      type: typeFromJson(object["type"], depth),
      ...(doc === undefined ? {} : { doc }),
    };
  });
}

/** The JSON form of a type (spec: Appendix C). */
export function typeToJson(type: Type): JsonValue {
  if (isPrimitiveType(type)) return primitiveTypeToString(type);
  switch (type.kind) {
    case "struct":
      return { type: "struct", fields: fieldsToJson(type.fields) };
    case "list":
      return {
        type: "list",
        "element-id": type.elementId,
        element: typeToJson(type.element),
        "element-required": type.elementRequired,
      };
    case "map":
      return {
        type: "map",
        "key-id": type.keyId,
        key: typeToJson(type.key),
        "value-id": type.valueId,
        value: typeToJson(type.value),
        "value-required": type.valueRequired,
      };
    default:
      return type satisfies never;
  }
}

/** The JSON form of the fields of a struct or schema (spec: Appendix C). */
export function fieldsToJson(fields: readonly NestedField[]): readonly JsonObject[] {
  return fields.map((field) => ({
    id: field.id,
    name: field.name,
    required: field.required,
    type: typeToJson(field.type),
    doc: field.doc,
  }));
}

/**
 * Whether two types are equal, field ids, names and nullability included; docs are not compared.
 */
export function isSameType(left: Type, right: Type): boolean {
  return describeWithIds(left) === describeWithIds(right);
}

function describeWithIds(type: Type): string {
  return JSON.stringify(type, (key, value: unknown) => (key === "doc" ? undefined : value));
}
