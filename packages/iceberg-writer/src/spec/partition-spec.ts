import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  readArray,
  readInt,
  readObject,
  readString,
} from "./iceberg-json.ts";
import { findFieldById, findFieldByName, type Schema } from "./schema.ts";
import { isSameTransform, parseTransform, type Transform, transformToString } from "./transform.ts";
import { transformResultType } from "./transform-result.ts";
import { isPrimitiveType, type NestedField, type PrimitiveType } from "./type.ts";

/** One value of a partition tuple (spec: Partition Specs); ids start at 1000. */
export interface PartitionField {
  readonly sourceId: number;
  readonly fieldId: number;
  readonly name: string;
  readonly transform: Transform;
}

/** How rows are grouped into files (spec: Partitioning). */
export interface PartitionSpec {
  readonly specId: number;
  readonly fields: readonly PartitionField[];
}

/** The first id of a partition field; an unpartitioned table's last assigned id is one less. */
export const FIRST_PARTITION_FIELD_ID = 1000;

/** The spec without fields. */
export const UNPARTITIONED: PartitionSpec = { specId: 0, fields: [] };

/** One field of a spec together with the types that its schema gives it. */
export interface BoundPartitionField extends PartitionField {
  readonly sourceName: string;
  readonly sourceType: PrimitiveType;
  readonly resultType: PrimitiveType;
}

/**
 * A spec's fields with their types. The source of a void field may have been dropped: then its type
 * is int, as the spec allows ("Source type or int"). `METADATA_INVALID` for any other field without
 * a primitive source outside lists and maps.
 */
export function bindPartitionSpec(
  spec: PartitionSpec,
  schema: Schema,
): readonly BoundPartitionField[] {
  return spec.fields.map((field) => bindField(spec, field, schema));
}

function bindField(
  spec: PartitionSpec,
  field: PartitionField,
  schema: Schema,
): BoundPartitionField {
  const source = findFieldById(schema, field.sourceId);
  if (source === undefined && field.transform.kind === "void") {
    const type: PrimitiveType = { kind: "int" };
    return { ...field, sourceName: field.name, sourceType: type, resultType: type };
  }
  if (source === undefined || !isPrimitiveType(source.type) || !source.isInStructsOnly) {
    throw new IcebergError(
      "METADATA_INVALID",
      `partition field ${field.name} of spec ${spec.specId} has no primitive source ` +
        `of id ${field.sourceId} in schema ${schema.schemaId}`,
    );
  }
  return {
    ...field,
    sourceName: source.name,
    sourceType: source.type,
    resultType: transformResultType(field.transform, source.type),
  };
}

/**
 * The struct of a spec's partition values: all fields optional, ids those of the partition fields.
 */
export function partitionType(spec: PartitionSpec, schema: Schema): readonly NestedField[] {
  return bindPartitionSpec(spec, schema).map(({ fieldId, name, resultType }) => ({
    id: fieldId,
    name,
    required: false,
    type: resultType,
  }));
}

/**
 * Checks a spec that is to be used with a schema: unique names that hide no column (an identity
 * field may have its source's name) and transforms of the spec. `METADATA_INVALID`, `UNSUPPORTED`.
 */
export function checkPartitionSpec(spec: PartitionSpec, schema: Schema): PartitionSpec {
  const names = new Set<string>();
  for (const field of bindPartitionSpec(spec, schema)) {
    if (field.transform.kind === "unknown") {
      throw new IcebergError("UNSUPPORTED", `no data can be written by ${field.transform.text}`);
    }
    if (names.has(field.name)) {
      throw new IcebergError("METADATA_INVALID", `two partition fields are named ${field.name}`);
    }
    names.add(field.name);
    const column = findFieldByName(schema, field.name);
    const mayShareName = field.transform.kind === "identity" || field.transform.kind === "void";
    if (column !== undefined && !(mayShareName && column.id === field.sourceId)) {
      throw new IcebergError(
        "METADATA_INVALID",
        `partition field ${field.name} has the name of another column`,
      );
    }
  }
  return spec;
}

/**
 * The highest id of a spec's fields, 999 where it has none (as the reference implementation
 * counts).
 */
export function lastPartitionFieldId(spec: PartitionSpec): number {
  const ids = spec.fields.map(({ fieldId }) => fieldId);
  return Math.max(FIRST_PARTITION_FIELD_ID - 1, ...ids);
}

/** Whether two specs have the same sources, transforms and names in the same order. */
export function isCompatibleSpec(left: PartitionSpec, right: PartitionSpec): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, index) => {
      const other = right.fields[index];
      return (
        other !== undefined &&
        field.sourceId === other.sourceId &&
        field.name === other.name &&
        isSameTransform(field.transform, other.transform)
      );
    })
  );
}

/** The fields alone, as the manifest's `partition-spec` entry holds them (spec: Manifests). */
export function partitionFieldsToJson(fields: readonly PartitionField[]): readonly JsonObject[] {
  return fields.map((field) => ({
    name: field.name,
    transform: transformToString(field.transform),
    "source-id": field.sourceId,
    "field-id": field.fieldId,
  }));
}

/** The inverse of {@link partitionFieldsToJson}; v1 fields without an id count up from 1000. */
export function partitionFieldsFromJson(json: JsonValue | undefined): readonly PartitionField[] {
  return readArray(json, "partition fields").map((item, index) => {
    const object = readObject(item, "partition field");
    return {
      sourceId: readInt(object["source-id"], "source-id"),
      fieldId: readInt(object["field-id"] ?? FIRST_PARTITION_FIELD_ID + index, "field-id"),
      name: readString(object["name"], "partition field name"),
      transform: parseTransform(readString(object["transform"], "transform")),
    };
  });
}

/** The JSON form of a spec (spec: Appendix C). */
export function partitionSpecToJson(spec: PartitionSpec): JsonObject {
  return { "spec-id": spec.specId, fields: partitionFieldsToJson(spec.fields) };
}

/** A spec from its JSON form (spec: Appendix C). */
export function partitionSpecFromJson(json: JsonValue | undefined): PartitionSpec {
  const object = readObject(json, "partition spec");
  return {
    specId: readInt(object["spec-id"] ?? 0, "spec-id"),
    fields: partitionFieldsFromJson(object["fields"]),
  };
}
