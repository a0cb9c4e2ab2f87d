import { IcebergError } from "../iceberg-error.ts";
import { type JsonObject, type JsonValue, readArray, readInt, readObject } from "./iceberg-json.ts";
import {
  fieldsFromJson,
  fieldsToJson,
  isPrimitiveType,
  isSameType,
  type NestedField,
  type Type,
} from "./type.ts";

/** The columns of a table under stable field ids (spec: Schemas and Data Types). */
export interface Schema {
  readonly schemaId: number;
  readonly fields: readonly NestedField[];
  readonly identifierFieldIds?: readonly number[];
}

/** A field found anywhere in a schema. */
export interface LocatedField {
  readonly id: number;
  /** Dotted from the top: `address.city`, `tags.element`, `prices.key`, `prices.value`. */
  readonly name: string;
  readonly required: boolean;
  readonly type: Type;
  /** Whether only structs lie above it, as a partition source needs (spec: Partitioning). */
  readonly isInStructsOnly: boolean;
}

/** Every field of a schema, a parent before its children. */
export function* allFields(schema: Schema): Generator<LocatedField> {
  for (const field of schema.fields) yield* locateNested(field, "", true);
}

function* locateNested(
  field: NestedField,
  prefix: string,
  isInStructsOnly: boolean,
): Generator<LocatedField> {
  const { id, required, type } = field;
  const name = prefix + field.name;
  yield { id, name, required, type, isInStructsOnly };
  for (const child of childrenOf(type)) {
    yield* locateNested(child, `${name}.`, isInStructsOnly && type.kind === "struct");
  }
}

/**
 * The direct children of a type as fields, under the names that the spec gives to list and map
 * parts.
 */
function childrenOf(type: Type): readonly NestedField[] {
  if (isPrimitiveType(type)) return [];
  switch (type.kind) {
    case "struct":
      return type.fields;
    case "list": {
      const { elementId: id, elementRequired: required, element } = type;
      return [{ id, name: "element", required, type: element }];
    }
    case "map":
      return [
        { id: type.keyId, name: "key", required: true, type: type.key },
        { id: type.valueId, name: "value", required: type.valueRequired, type: type.value },
      ];
    default:
      return type satisfies never;
  }
}

/** The field with this id at any depth. */
export function findFieldById(schema: Schema, id: number): LocatedField | undefined {
  for (const field of allFields(schema)) if (field.id === id) return field;
  return undefined;
}

/** The field with this dotted name at any depth. */
export function findFieldByName(schema: Schema, name: string): LocatedField | undefined {
  for (const field of allFields(schema)) if (field.name === name) return field;
  return undefined;
}

/** Like {@link findFieldById}, with `METADATA_INVALID` where there is none. */
function requireFieldById(schema: Schema, id: number): LocatedField {
  const field = findFieldById(schema, id);
  if (field !== undefined) return field;
  throw new IcebergError("METADATA_INVALID", `schema ${schema.schemaId} has no field of id ${id}`);
}

/** The highest field id at any depth, 0 for no fields. */
export function highestFieldId(schema: Schema): number {
  let highest = 0;
  for (const { id } of allFields(schema)) highest = Math.max(highest, id);
  return highest;
}

/**
 * Checks that ids and sibling names are unique and that identifiers are what they may be (spec:
 * Identifier Field IDs); `METADATA_INVALID` otherwise.
 */
export function checkSchema(schema: Schema): Schema {
  const ids = new Map<number, string>();
  const names = new Set<string>();
  for (const { id, name } of allFields(schema)) {
    const other = ids.get(id);
    if (other !== undefined) {
      throw new IcebergError("METADATA_INVALID", `fields ${other} and ${name} share the id ${id}`);
    }
    if (names.has(name)) {
      throw new IcebergError("METADATA_INVALID", `two fields have the name ${name}`);
    }
    ids.set(id, name);
    names.add(name);
  }
  const candidates = new Set(identifierCandidates(schema.fields));
  for (const id of schema.identifierFieldIds ?? []) {
    const { name } = requireFieldById(schema, id);
    if (candidates.has(id)) continue;
    const message = `field ${name} is no identifier: optional, a float, in a list or map, or no value`;
    throw new IcebergError("METADATA_INVALID", message);
  }
  return schema;
}

/** The ids of required values that are no floats, in the schema or in required structs of it. */
function* identifierCandidates(fields: readonly NestedField[]): Generator<number, void> {
  for (const { id, required, type } of fields) {
    if (!required) continue;
    if (type.kind === "struct") yield* identifierCandidates(type.fields);
    else if (isPrimitiveType(type) && type.kind !== "float" && type.kind !== "double") yield id;
  }
}

/** Whether two schemas have equal fields and identifiers; the schema id is not compared. */
export function isSameSchema(left: Schema, right: Schema): boolean {
  const leftIds = [...(left.identifierFieldIds ?? [])].sort((a, b) => a - b);
  const rightIds = [...(right.identifierFieldIds ?? [])].sort((a, b) => a - b);
  return (
    leftIds.join() === rightIds.join() &&
    left.fields.every((field, index) => field.doc === right.fields[index]?.doc) &&
    isSameType({ kind: "struct", fields: left.fields }, { kind: "struct", fields: right.fields })
  );
}

/** A schema with new ids from `firstId` on, and what each old id became. */
export interface FreshSchema {
  readonly schema: Schema;
  readonly lastColumnId: number;
  readonly newIdOf: ReadonlyMap<number, number>;
}

/**
 * Gives every field a new id: the fields of a struct first, then what is nested in each of them,
 * as the reference implementation does for a new table.
 */
export function assignFreshIds(schema: Schema, schemaId: number, firstId = 1): FreshSchema {
  const newIdOf = new Map<number, number>();
  let nextId = firstId;
  const fresh = (oldId: number): number => {
    const id = nextId++;
    newIdOf.set(oldId, id);
    return id;
  };
  const fields = freshFields(schema.fields, fresh);
  const identifiers = schema.identifierFieldIds?.map((id) => newIdOf.get(id) ?? id);
  return {
    schema: {
      schemaId,
      fields,
      ...(identifiers === undefined ? {} : { identifierFieldIds: identifiers }),
    },
    lastColumnId: nextId - 1,
    newIdOf,
  };
}

function freshFields(
  fields: readonly NestedField[],
  fresh: (oldId: number) => number,
): readonly NestedField[] {
  const ids = fields.map(({ id }) => fresh(id));
  return fields.map((field, index) => ({
    ...field,
    id: ids[index] ?? field.id,
    type: freshType(field.type, fresh),
  }));
}

function freshType(type: Type, fresh: (oldId: number) => number): Type {
  if (isPrimitiveType(type)) return type;
  switch (type.kind) {
    case "struct":
      return { kind: "struct", fields: freshFields(type.fields, fresh) };
    case "list": {
      const elementId = fresh(type.elementId);
      return { ...type, elementId, element: freshType(type.element, fresh) };
    }
    case "map": {
      const keyId = fresh(type.keyId);
      const valueId = fresh(type.valueId);
      const key = freshType(type.key, fresh);
      return { ...type, keyId, valueId, key, value: freshType(type.value, fresh) };
    }
    default:
      return type satisfies never;
  }
}

/** A schema from its JSON form; a v1 schema without an id is schema 0 (spec: Appendix C). */
export function schemaFromJson(json: JsonValue | undefined): Schema {
  const object = readObject(json, "schema");
  const identifiers = readArray(object["identifier-field-ids"] ?? [], "identifier-field-ids");
  return checkSchema({
    schemaId: readInt(object["schema-id"] ?? 0, "schema-id"),
    fields: fieldsFromJson(object["fields"]),
    ...(identifiers.length === 0
      ? {}
      : { identifierFieldIds: identifiers.map((id) => readInt(id, "identifier field id")) }),
  });
}

/** The JSON form of a schema (spec: Appendix C). */
export function schemaToJson(schema: Schema): JsonObject {
  const identifiers = schema.identifierFieldIds ?? [];
  return {
    type: "struct",
    "schema-id": schema.schemaId,
    "identifier-field-ids": identifiers.length === 0 ? undefined : identifiers,
    fields: fieldsToJson(schema.fields),
  };
}
