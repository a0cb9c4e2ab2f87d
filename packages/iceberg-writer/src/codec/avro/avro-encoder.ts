import { IcebergError } from "../../iceberg-error.ts";
import { encodeFixedDecimal } from "../../spec/decimal-bytes.ts";
import {
  type AvroField,
  type AvroRecordSchema,
  type AvroSchema,
  mapEntryFields,
} from "./avro-schema.ts";
import { type AvroValue, isAvroList, isAvroMap } from "./avro-value.ts";
import type { AvroWriter } from "./avro-writer.ts";

/** Writes a value of the schema that it was made for; `VALUE_INVALID` for any other value. */
export type AvroEncoder = (writer: AvroWriter, value: AvroValue) => void;

/** Prepares the encoding of one schema (Avro: Binary Encoding). */
export function avroEncoder(schema: AvroSchema): AvroEncoder {
  switch (schema.kind) {
    case "record":
      return recordEncoder(schema);
    case "union":
      return unionEncoder(schema.branches);
    case "array": {
      const items = avroEncoder(schema.items);
      return (writer, value) => {
        if (!isAvroList(value)) throw mismatch(schema.kind, value);
        writeBlock(writer, value, (item) => items(writer, item));
      };
    }
    case "map-array":
      return mapArrayEncoder(schema.entry);
    case "map": {
      const values = avroEncoder(schema.values);
      return (writer, value) => {
        if (!isAvroMap(value)) throw mismatch(schema.kind, value);
        writeBlock(writer, [...value], ([key, item]) => {
          writer.writeString(String(key));
          values(writer, item);
        });
      };
    }
    case "enum":
      return (writer, value) => {
        const index = schema.symbols.findIndex((symbol) => symbol === value);
        if (index < 0) throw mismatch(schema.name, value);
        writer.writeInt(index);
      };
    case "fixed":
      return (writer, value) => {
        const bytes = typeof value === "bigint" ? encodeFixedDecimal(value, schema.size) : value;
        if (!(bytes instanceof Uint8Array) || bytes.length !== schema.size) {
          throw mismatch(schema.name, value);
        }
        writer.writeFixed(bytes);
      };
    case "null":
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "bytes":
    case "string":
      return (writer, value) => {
        if (!writePrimitive(writer, schema.kind, value)) throw mismatch(schema.kind, value);
      };
    default:
      return schema satisfies never;
  }
}

type PrimitiveKind = Extract<
  AvroSchema,
  { readonly precision?: number; readonly kind: string }
>["kind"];

/** Whether the value was of the kind and was written. */
function writePrimitive(
  writer: AvroWriter,
  kind: Exclude<PrimitiveKind, "fixed">,
  value: AvroValue,
): boolean {
  if (kind === "null") return value === null;
  if (kind === "boolean" && typeof value === "boolean") writer.writeBoolean(value);
  else if (kind === "int" && typeof value === "number") writer.writeInt(value);
  else if (kind === "long" && typeof value === "bigint") writer.writeLong(value);
  else if (kind === "float" && typeof value === "number") writer.writeFloat(value);
  else if (kind === "double" && typeof value === "number") writer.writeDouble(value);
  else if (kind === "bytes" && value instanceof Uint8Array) writer.writeBytes(value);
  else if (kind === "string" && typeof value === "string") writer.writeString(value);
  else return false;
  return true;
}

/** Fields are taken by their ids; one that is missing is null. */
function recordEncoder(schema: AvroRecordSchema): AvroEncoder {
  const fields = schema.fields.map((field) => ({
    key: field.fieldId ?? field.name,
    encode: namedEncoder(schema, field),
  }));
  return (writer, value) => {
    if (!isAvroMap(value)) throw mismatch(schema.name, value);
    for (const { key, encode } of fields) encode(writer, value.get(key) ?? null);
  };
}

/** Says in errors which field it was. */
function namedEncoder(schema: AvroRecordSchema, field: AvroField): AvroEncoder {
  const encode = avroEncoder(field.type);
  return (writer, value) => {
    try {
      encode(writer, value);
    } catch (cause) {
      if (!(cause instanceof IcebergError)) throw cause;
      throw new IcebergError(cause.code, `${schema.name}.${field.name}: ${cause.message}`, {
        cause,
      });
    }
  };
}

/** Iceberg's unions are of null and one other type. */
function unionEncoder(branches: readonly AvroSchema[]): AvroEncoder {
  const nullIndex = branches.findIndex(({ kind }) => kind === "null");
  const valueIndex = branches.findIndex(({ kind }) => kind !== "null");
  const branch = branches[valueIndex];
  if (branch === undefined || branches.length !== 2 || nullIndex < 0) {
    throw new IcebergError("UNSUPPORTED", "an Avro union is not of null and one other type");
  }
  const encode = avroEncoder(branch);
  return (writer, value) => {
    if (value === null) {
      writer.writeInt(nullIndex);
      return;
    }
    writer.writeInt(valueIndex);
    encode(writer, value);
  };
}

function mapArrayEncoder(entry: AvroRecordSchema): AvroEncoder {
  const fields = mapEntryFields(entry);
  if (fields === undefined) {
    throw new IcebergError("METADATA_INVALID", `Avro record ${entry.name} is no entry of a map`);
  }
  const encodeKey = avroEncoder(fields.key.type);
  const encodeValue = avroEncoder(fields.value.type);
  return (writer, value) => {
    if (!isAvroMap(value)) throw mismatch(entry.name, value);
    writeBlock(writer, [...value], ([key, item]) => {
      encodeKey(writer, key);
      encodeValue(writer, item);
    });
  };
}

/** All items as one block, and the empty block that ends every array and map. */
function writeBlock<T>(writer: AvroWriter, items: readonly T[], write: (item: T) => void): void {
  if (items.length > 0) {
    writer.writeInt(items.length);
    for (const item of items) write(item);
  }
  writer.writeInt(0);
}

function mismatch(expected: string, value: AvroValue): IcebergError {
  const shown = typeof value === "object" && value !== null ? "an object" : String(value);
  return new IcebergError("VALUE_INVALID", `${shown} is no value of Avro type ${expected}`);
}
