import { IcebergError } from "../../iceberg-error.ts";
import { decodeDecimal } from "../../spec/decimal-bytes.ts";
import type { AvroReader } from "./avro-reader.ts";
import { type AvroRecordSchema, type AvroSchema, mapEntryFields } from "./avro-schema.ts";
import type { AvroValue } from "./avro-value.ts";

/**
 * Reads a value of the schema that it was made for; `METADATA_INVALID` for bytes that hold none.
 */
export type AvroDecoder = (reader: AvroReader) => AvroValue;

/** Prepares the decoding of one schema, the one in the file (Avro: Binary Encoding). */
export function avroDecoder(schema: AvroSchema): AvroDecoder {
  switch (schema.kind) {
    case "record":
      return recordDecoder(schema);
    case "union":
      return unionDecoder(schema.branches);
    case "array":
      return arrayDecoder(avroDecoder(schema.items));
    case "map-array":
      return mapArrayDecoder(schema.entry);
    case "map": {
      const decodeValue = avroDecoder(schema.values);
      return mapDecoder((reader) => reader.readString(), decodeValue);
    }
    case "enum":
      return (reader) => schema.symbols[reader.readInt()] ?? null;
    case "fixed":
      if (schema.logicalType === "decimal") {
        return (reader) => decodeDecimal(reader.readFixed(schema.size));
      }
      return (reader) => reader.readFixed(schema.size);
    case "bytes":
      if (schema.logicalType === "decimal") return (reader) => decodeDecimal(reader.readBytes());
      return (reader) => reader.readBytes();
    case "null":
      return () => null;
    case "boolean":
      return (reader) => reader.readBoolean();
    case "int":
      return (reader) => reader.readInt();
    case "long":
      return (reader) => reader.readLong();
    case "float":
      return (reader) => reader.readFloat();
    case "double":
      return (reader) => reader.readDouble();
    case "string":
      return (reader) => reader.readString();
    default:
      return schema satisfies never;
  }
}

function recordDecoder(schema: AvroRecordSchema): AvroDecoder {
  const fields = schema.fields.map((field) => ({
    key: field.fieldId ?? field.name,
    decode: avroDecoder(field.type),
  }));
  return (reader) => {
    const record = new Map<number | string, AvroValue>();
    for (const { key, decode } of fields) record.set(key, decode(reader));
    return record;
  };
}

function unionDecoder(branches: readonly AvroSchema[]): AvroDecoder {
  const decoders = branches.map(avroDecoder);
  return (reader) => {
    const index = reader.readInt();
    const decode = decoders[index];
    if (decode !== undefined) return decode(reader);
    throw new IcebergError("METADATA_INVALID", `an Avro union has no branch ${index}`);
  };
}

function arrayDecoder(decodeItem: AvroDecoder): AvroDecoder {
  return (reader) => {
    const items: AvroValue[] = [];
    readBlocks(reader, () => items.push(decodeItem(reader)));
    return items;
  };
}

function mapArrayDecoder(entry: AvroRecordSchema): AvroDecoder {
  const fields = mapEntryFields(entry);
  if (fields === undefined) return arrayDecoder(recordDecoder(entry));
  return mapDecoder(avroDecoder(fields.key.type), avroDecoder(fields.value.type));
}

function mapDecoder(decodeKey: AvroDecoder, decodeValue: AvroDecoder): AvroDecoder {
  return (reader) => {
    const map = new Map<number | string, AvroValue>();
    readBlocks(reader, () => {
      const key = decodeKey(reader);
      if (typeof key !== "number" && typeof key !== "string") {
        throw new IcebergError("UNSUPPORTED", `an Avro map has keys of ${typeof key}`);
      }
      map.set(key, decodeValue(reader));
    });
    return map;
  };
}

/** A block with a negative count tells its size in bytes too, which nobody here skips by. */
function readBlocks(reader: AvroReader, readItem: () => void): void {
  for (let count = reader.readInt(); count !== 0; count = reader.readInt()) {
    if (count < 0) reader.readInt();
    for (let i = reader.checkCount(Math.abs(count)); i > 0; i--) readItem();
  }
}
