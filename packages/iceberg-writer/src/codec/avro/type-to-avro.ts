import { decimalBytesRequired } from "../../spec/decimal-bytes.ts";
import {
  isPrimitiveType,
  type NestedField,
  type PrimitiveType,
  type Type,
} from "../../spec/type.ts";
import {
  type AvroField,
  type AvroRecordSchema,
  type AvroSchema,
  optionalAvro,
} from "./avro-schema.ts";

/** The record of a struct, with field ids; a field's name is made an Avro name where it is none. */
export function structToAvro(name: string, fields: readonly NestedField[]): AvroRecordSchema {
  return { kind: "record", name, fields: fields.map(fieldToAvro) };
}

function fieldToAvro(field: NestedField): AvroField {
  const name = toAvroName(field.name);
  const type = typeToAvro(field.type, field.id);
  return {
    name,
    type: field.required ? type : optionalAvro(type),
    fieldId: field.id,
    ...(name === field.name ? {} : { icebergName: field.name }),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
  };
}

/**
 * The Avro form of a type (spec: Appendix A, Avro). Records are named after the id of the field
 * that they are the type of, as other writers name them.
 */
export function typeToAvro(type: Type, id: number): AvroSchema {
  if (isPrimitiveType(type)) return primitiveToAvro(type);
  switch (type.kind) {
    case "struct":
      return structToAvro(`r${id}`, type.fields);
    case "list": {
      const items = typeToAvro(type.element, type.elementId);
      return {
        kind: "array",
        items: type.elementRequired ? items : optionalAvro(items),
        elementId: type.elementId,
      };
    }
    case "map": {
      const { keyId, key, valueId, valueRequired: required, value } = type;
      return {
        kind: "map-array",
        entry: structToAvro(`k${keyId}_v${valueId}`, [
          { id: keyId, name: "key", required: true, type: key },
          { id: valueId, name: "value", required, type: value },
        ]),
      };
    }
    default:
      return type satisfies never;
  }
}

function primitiveToAvro(type: PrimitiveType): AvroSchema {
  switch (type.kind) {
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "string":
      return { kind: type.kind };
    case "binary":
      return { kind: "bytes" };
    case "date":
      return { kind: "int", logicalType: "date" };
    case "time":
      return { kind: "long", logicalType: "time-micros" };
    case "timestamp":
      return { kind: "long", logicalType: "timestamp-micros", adjustToUtc: false };
    case "timestamptz":
      return { kind: "long", logicalType: "timestamp-micros", adjustToUtc: true };
    case "uuid":
      return { kind: "fixed", name: "uuid_fixed", size: 16, logicalType: "uuid" };
    case "fixed":
      return { kind: "fixed", name: `fixed_${type.length}`, size: type.length };
    case "decimal": {
      const { precision, scale } = type;
      return {
        kind: "fixed",
        name: `decimal_${precision}_${scale}`,
        size: decimalBytesRequired(precision),
        logicalType: "decimal",
        precision,
        scale,
      };
    }
    default:
      return type satisfies never;
  }
}

/**
 * Avro names are of letters, digits and underscores. Another character becomes `_x` and its code in
 * hexadecimal, a digit at the start gets an underscore before it, as other writers do it.
 */
export function toAvroName(name: string): string {
  const escaped = name.replace(/[^A-Za-z0-9_]/g, (unit) => {
    return `_x${unit.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return /^\d/.test(escaped) ? `_${escaped}` : escaped;
}
