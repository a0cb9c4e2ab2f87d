import { IcebergError } from "../../iceberg-error.ts";
import type { AvroSchema } from "./avro-schema.ts";

/** Types of a schema, where one that is named counts as often as it stands for something. */
const TYPES_MAX = 100_000;

/**
 * Refuses a schema of few words that stands for very many types, as named types make it possible,
 * before anything is made of each of them. `METADATA_INVALID`.
 */
export function checkTypeCount(schema: AvroSchema): void {
  const count = typeCount(schema, new Map());
  if (count <= TYPES_MAX) return;
  throw new IcebergError("METADATA_INVALID", `an Avro schema stands for ${count} types`);
}

function typeCount(schema: AvroSchema, counted: Map<AvroSchema, number>): number {
  const known = counted.get(schema);
  if (known !== undefined) return known;
  const count = innerTypes(schema).reduce((sum, each) => sum + typeCount(each, counted), 1);
  counted.set(schema, count);
  return count;
}

function innerTypes(schema: AvroSchema): readonly AvroSchema[] {
  switch (schema.kind) {
    case "record":
      return schema.fields.map(({ type }) => type);
    case "union":
      return schema.branches;
    case "array":
      return [schema.items];
    case "map":
      return [schema.values];
    case "map-array":
      return [schema.entry];
    default:
      return [];
  }
}
