import { IcebergError } from "../../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  readArray,
  readInt,
  readObject,
  readOptional,
  readString,
} from "../../spec/iceberg-json.ts";
import { checkTypeCount } from "./avro-type-count.ts";

/** The Avro types without parts of their own. */
type AvroPrimitiveKind =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "float"
  | "double"
  | "bytes"
  | "string";

/**
 * An annotation on a type: Avro's logical type, and what Iceberg adds to it (spec: Appendix A,
 * Avro).
 */
interface AvroLogicalType {
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly adjustToUtc?: boolean;
}

/** A field of a record; Iceberg finds it by `fieldId`, never by its name. */
export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly fieldId?: number;
  /** The name before it was made an Avro name. */
  readonly icebergName?: string;
  readonly doc?: string;
}

/** An Avro record. */
export interface AvroRecordSchema {
  readonly kind: "record";
  readonly name: string;
  readonly fields: readonly AvroField[];
}

/**
 * An Avro schema with Iceberg's ids (spec: Appendix A, Field IDs), references to names resolved.
 */
export type AvroSchema =
  | ({ readonly kind: AvroPrimitiveKind } & AvroLogicalType)
  | ({ readonly kind: "fixed"; readonly name: string; readonly size: number } & AvroLogicalType)
  | { readonly kind: "enum"; readonly name: string; readonly symbols: readonly string[] }
  | AvroRecordSchema
  | { readonly kind: "array"; readonly items: AvroSchema; readonly elementId?: number }
  /** An array of records of a key and a value, as Iceberg stores maps whose keys are no strings. */
  | { readonly kind: "map-array"; readonly entry: AvroRecordSchema }
  | {
      readonly kind: "map";
      readonly values: AvroSchema;
      readonly keyId?: number;
      readonly valueId?: number;
    }
  | { readonly kind: "union"; readonly branches: readonly AvroSchema[] };

/** A type that may be null; readers find the default of its fields to be null. */
export function optionalAvro(schema: AvroSchema): AvroSchema {
  return { kind: "union", branches: [{ kind: "null" }, schema] };
}

/** The two fields of a map's entry, or undefined where a record is none. */
export function mapEntryFields(
  record: AvroRecordSchema,
): { readonly key: AvroField; readonly value: AvroField } | undefined {
  const [key, value] = record.fields;
  if (record.fields.length !== 2 || key?.name !== "key" || value?.name !== "value")
    return undefined;
  return { key, value };
}

/**
 * The JSON form of a schema; a named type is spelled out where it first occurs, and named after.
 */
export function avroSchemaToJson(schema: AvroSchema): JsonValue {
  return toJson(schema, new Set());
}

function toJson(schema: AvroSchema, seen: Set<string>): JsonValue {
  switch (schema.kind) {
    case "record":
      return named(schema.name, seen, () => recordToJson(schema, seen));
    case "fixed":
      return named(schema.name, seen, () => ({
        type: "fixed",
        name: schema.name,
        size: schema.size,
        ...logicalToJson(schema),
      }));
    case "enum":
      return named(schema.name, seen, () => ({
        type: "enum",
        name: schema.name,
        symbols: schema.symbols,
      }));
    case "array":
      return { type: "array", items: toJson(schema.items, seen), "element-id": schema.elementId };
    case "map-array":
      return { type: "array", items: toJson(schema.entry, seen), logicalType: "map" };
    case "map":
      return {
        type: "map",
        values: toJson(schema.values, seen),
        "key-id": schema.keyId,
        "value-id": schema.valueId,
      };
    case "union":
      return schema.branches.map((branch) => toJson(branch, seen));
    case "null":
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "bytes":
    case "string":
      return schema.logicalType === undefined
        ? schema.kind
        : { type: schema.kind, ...logicalToJson(schema) };
    default:
      return schema satisfies never;
  }
}

function named(name: string, seen: Set<string>, define: () => JsonValue): JsonValue {
  if (seen.has(name)) return name;
  seen.add(name);
  return define();
}

function recordToJson(schema: AvroRecordSchema, seen: Set<string>): JsonObject {
  return {
    type: "record",
    name: schema.name,
    fields: schema.fields.map((field) => ({
      name: field.name,
      type: toJson(field.type, seen),
      doc: field.doc,
      default: field.type.kind === "union" ? null : undefined,
      "field-id": field.fieldId,
      "iceberg-field-name": field.icebergName,
    })),
  };
}

function logicalToJson(schema: AvroLogicalType): JsonObject {
  return {
    logicalType: schema.logicalType,
    precision: schema.precision,
    scale: schema.scale,
    "adjust-to-utc": schema.adjustToUtc,
  };
}

/**
 * Reads the schema that a file's writer put into it. Codes: `METADATA_INVALID`; `UNSUPPORTED` for
 * recursive types, which Iceberg has none of.
 */
export function avroSchemaFromJson(json: JsonValue): AvroSchema {
  const schema = fromJson(json, { types: new Map(), depth: 0 });
  checkTypeCount(schema);
  return schema;
}

/** Iceberg's own schemas are some six deep, and a table's types are as deep as its columns. */
const DEPTH_MAX = 200;
/** What is defined so far, and how deep the types around are nested. */
interface NamedTypes {
  readonly types: Map<string, AvroSchema>;
  readonly depth: number;
}

function fromJson(json: JsonValue, { types, depth }: NamedTypes): AvroSchema {
  if (depth > DEPTH_MAX) {
    throw new IcebergError("METADATA_INVALID", `an Avro schema is more than ${DEPTH_MAX} deep`);
  }
  const names = { types, depth: depth + 1 };
  if (typeof json === "string") return referenceFromJson(json, names);
  if (Array.isArray(json)) {
    return { kind: "union", branches: readArray(json, "union").map((b) => fromJson(b, names)) };
  }
  const object = readObject(json, "Avro schema");
  const type = object["type"];
  if (typeof type !== "string") return fromJson(type ?? null, names);
  switch (type) {
    case "record":
      return define(recordFromJson(object, names), names);
    case "fixed":
      return define(
        {
          kind: "fixed",
          name: readString(object["name"], "name"),
          size: readInt(object["size"], "size"),
          ...logicalFromJson(object),
        },
        names,
      );
    case "enum": {
      const symbols = readArray(object["symbols"], "symbols").map((s) => readString(s, "symbol"));
      return define({ kind: "enum", name: readString(object["name"], "name"), symbols }, names);
    }
    case "array":
      return arrayFromJson(object, names);
    case "map":
      return mapFromJson(object, names);
    default: {
      const reference = referenceFromJson(type, names);
      return "logicalType" in object ? { ...reference, ...logicalFromJson(object) } : reference;
    }
  }
}

function define<T extends AvroSchema & { readonly name: string }>(schema: T, names: NamedTypes): T {
  names.types.set(schema.name, schema);
  names.types.set(schema.name.slice(schema.name.lastIndexOf(".") + 1), schema);
  return schema;
}

function referenceFromJson(name: string, names: NamedTypes): AvroSchema {
  switch (name) {
    case "null":
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "bytes":
    case "string":
      return { kind: name };
    default:
      break;
  }
  // A reference may carry the namespace that its definition inherited, or the other way round.
  const schema = names.types.get(name) ?? names.types.get(name.slice(name.lastIndexOf(".") + 1));
  if (schema !== undefined) return schema;
  throw new IcebergError("UNSUPPORTED", `Avro type ${name} is not defined before it is used`);
}

function recordFromJson(object: JsonObject, names: NamedTypes): AvroRecordSchema {
  return {
    kind: "record",
    name: readString(object["name"], "record name"),
    fields: readArray(object["fields"], "record fields").map((item) => {
      const field = readObject(item, "record field");
      const fieldId = readOptional(field["field-id"], "field-id", readInt);
      const icebergName = readOptional(field["iceberg-field-name"], "field name", readString);
      return {
        name: readString(field["name"], "field name"),
        type: fromJson(field["type"] ?? null, names),
        ...(fieldId === undefined ? {} : { fieldId }),
        ...(icebergName === undefined ? {} : { icebergName }),
      };
    }),
  };
}

function arrayFromJson(object: JsonObject, names: NamedTypes): AvroSchema {
  const items = fromJson(object["items"] ?? null, names);
  const elementId = readOptional(object["element-id"], "element-id", readInt);
  if (items.kind === "record" && mapEntryFields(items) !== undefined) {
    return { kind: "map-array", entry: items };
  }
  return { kind: "array", items, ...(elementId === undefined ? {} : { elementId }) };
}

function mapFromJson(object: JsonObject, names: NamedTypes): AvroSchema {
  const keyId = readOptional(object["key-id"], "key-id", readInt);
  const valueId = readOptional(object["value-id"], "value-id", readInt);
  return {
    kind: "map",
    values: fromJson(object["values"] ?? null, names),
    ...(keyId === undefined ? {} : { keyId }),
    ...(valueId === undefined ? {} : { valueId }),
  };
}

function logicalFromJson(object: JsonObject): AvroLogicalType {
  const logicalType = readOptional(object["logicalType"], "logicalType", readString);
  if (logicalType !== "decimal") return logicalType === undefined ? {} : { logicalType };
  return {
    logicalType,
    precision: readInt(object["precision"], "precision"),
    scale: readInt(object["scale"] ?? 0, "scale"),
  };
}
