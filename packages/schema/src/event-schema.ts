import { SchemaError } from "./schema-error.ts";

/**
 * The type of an event's field and what JSON it takes: `int` and `long` numbers that are integral
 * and in range; `float` and `double` numbers that are finite as that type; `boolean`; `string`;
 * `local-date-time` a string `YYYY-MM-DDTHH:MM:SS` with up to nine fraction digits and no zone.
 */
export type EventFieldType =
  | "boolean"
  | "int"
  | "long"
  | "float"
  | "double"
  | "string"
  | "local-date-time";

/** A field of an event; where it is required, an absent or null value makes the record invalid. */
export interface EventField {
  readonly name: string;
  readonly type: EventFieldType;
  readonly required?: boolean | undefined;
}

/** What the JSON objects of a topic hold. Fields that it does not name are ignored. */
export interface EventSchema {
  readonly name: string;
  readonly fields: readonly EventField[];
}

const FIELD_TYPES: ReadonlySet<string> = new Set<EventFieldType>([
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "string",
  "local-date-time",
]);

/**
 * The schema itself, checked and frozen. Throws SCHEMA_INVALID where it has no name or no field,
 * where a field has no name or one that is no well-formed Unicode or an unknown type, or where a
 * name repeats.
 */
export function defineEventSchema(schema: EventSchema): EventSchema {
  if (schema.name === "") throw new SchemaError("SCHEMA_INVALID", "an event schema without a name");
  if (schema.fields.length === 0) {
    throw new SchemaError("SCHEMA_INVALID", `schema ${schema.name} has no fields`);
  }
  const names = new Set<string>();
  for (const { name, type } of schema.fields) {
    const problem = fieldProblem(name, type, names);
    if (problem !== undefined) {
      throw new SchemaError("SCHEMA_INVALID", `schema ${schema.name}: ${problem}`);
    }
    names.add(name);
  }
  const fields = schema.fields.map((field) => Object.freeze({ ...field }));
  return Object.freeze({ name: schema.name, fields: Object.freeze(fields) });
}

function fieldProblem(name: string, type: string, names: ReadonlySet<string>): string | undefined {
  if (name === "") return "a field without a name";
  if (!name.isWellFormed()) return `field ${JSON.stringify(name)} is no well-formed Unicode`;
  if (names.has(name)) return `field ${name} is there twice`;
  if (!FIELD_TYPES.has(type)) return `field ${name} has the unknown type ${type}`;
  return undefined;
}
