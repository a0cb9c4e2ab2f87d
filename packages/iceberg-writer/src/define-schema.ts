import { IcebergError } from "./iceberg-error.ts";
import type { PartitionField, PartitionSpec } from "./spec/partition-spec.ts";
import { assignFreshIds, findFieldByName } from "./spec/schema.ts";
import type { Schema } from "./spec/schema.ts";
import { parseTransform } from "./spec/transform.ts";
import { parsePrimitiveType } from "./spec/type.ts";
import type { NestedField, Type } from "./spec/type.ts";

/**
 * A column: its type alone, or with more to say of it. Types are the spec's words or {@link Type}.
 */
export type ColumnDefinition =
  | string
  | {
      readonly type: string | Type;
      /** False by default. */
      readonly required?: boolean | undefined;
      readonly doc?: string | undefined;
    };

/**
 * A schema from names and types, in their order: `{ id: "long", price: "decimal(9,2)" }`. Field ids
 * count from 1, those in nested types too, whatever they were; a table that is created with it
 * assigns its own.
 *
 * Errors: `METADATA_INVALID` for a type that is none.
 */
export function defineSchema(columns: Readonly<Record<string, ColumnDefinition>>): Schema {
  const fields = Object.entries(columns).map(([name, column], index): NestedField => {
    const { type, required = false, doc } = typeof column === "string" ? { type: column } : column;
    return {
      id: index + 1,
      name,
      required,
      type: typeof type === "string" ? parsePrimitiveType(type) : type,
      ...(doc === undefined ? {} : { doc }),
    };
  });
  return assignFreshIds({ schemaId: 0, fields }, 0).schema;
}

/**
 * A partition spec from the names of its fields and what they are made of:
 * `{ day: "day(ts)", letter: "truncate[1](comment)", branch: "identity(branch_id)" }`.
 *
 * Errors: `METADATA_INVALID` for a transform or a column that is none.
 */
export function definePartitionSpec(
  schema: Schema,
  fields: Readonly<Record<string, string>>,
): PartitionSpec {
  return {
    specId: 0,
    fields: Object.entries(fields).map(([name, text], index): PartitionField => {
      const [, transform, column] = /^([^()]+)\((.+)\)$/u.exec(text.trim()) ?? [];
      const source = column === undefined ? undefined : findFieldByName(schema, column);
      if (transform === undefined || source === undefined) {
        throw new IcebergError(
          "METADATA_INVALID",
          `partition field ${name} is "${text}", not a transform of a column like "day(ts)"`,
        );
      }
      return {
        name,
        sourceId: source.id,
        fieldId: 1000 + index,
        transform: parseTransform(transform),
      };
    }),
  };
}
