import { createColumnBuilder, type Column, type ColumnValue } from "@salon/columns";
import type { DecodedArray, SchemaTree } from "hyparquet";
import { IcebergError } from "../../iceberg-error.ts";
import {
  isPrimitiveType,
  type NestedField,
  type PrimitiveType,
  type Type,
} from "../../spec/type.ts";
import { columnTypeOf } from "../column-type.ts";
import { converterOf } from "./decoded-values.ts";

/**
 * The column of a nested type from rows as they were assembled without annotations: groups as
 * objects, repeated nodes as arrays, nothing where a node is null. Fields are found by their ids;
 * one that the file does not have is null. `UNSUPPORTED` where the file stores another type.
 */
export function columnOfAssembled(type: Type, node: SchemaTree, rows: DecodedArray): Column {
  const read = readerOf(type, node);
  const builder = createColumnBuilder(columnTypeOf(type), rows.length);
  for (const row of rows as Iterable<unknown>) {
    const value = read(row);
    if (value === null) builder.appendNull();
    else builder.append(value);
  }
  return builder.finish();
}

type NestedType = Exclude<Type, PrimitiveType>;

type Reader = (assembled: unknown) => ColumnValue | null;

const readNothing: Reader = () => null;

function readerOf(type: Type, node: SchemaTree): Reader {
  const read = isPrimitiveType(type)
    ? primitiveReader(converterOf(type, node.element))
    : nestedReader(type, node);
  return (assembled) => (assembled === null || assembled === undefined ? null : read(assembled));
}

/** Leaves were decoded to what columns take. */
function primitiveReader(convert: ReturnType<typeof converterOf>): Reader {
  return (assembled) => convert(assembled as Parameters<typeof convert>[0]);
}

function nestedReader(type: NestedType, node: SchemaTree): Reader {
  switch (type.kind) {
    case "struct":
      return structReader(type.fields, node);
    case "list": {
      const repeated = repeatedChild(node);
      const { elementId } = type;
      // Of old writers the repeated node is the element itself (Parquet: LogicalTypes, Lists).
      if (repeated.element.field_id === elementId) {
        const read = readerOf(type.element, repeated);
        return (list) => itemsOf(list, repeated).map(read);
      }
      const read = memberReader(elementId, type.element, repeated);
      return (list) => itemsOf(list, repeated).map(read);
    }
    case "map": {
      const repeated = repeatedChild(node);
      const readKey = memberReader(type.keyId, type.key, repeated);
      const readValue = memberReader(type.valueId, type.value, repeated);
      return (map) => itemsOf(map, repeated).map((entry) => [readKey(entry), readValue(entry)]);
    }
    default:
      return type satisfies never;
  }
}

function structReader(fields: readonly NestedField[], node: SchemaTree): Reader {
  if (node.children.length === 0) throw storedOtherwise(node);
  const readers = fields.map(({ id, name, type }) => [name, memberReader(id, type, node)] as const);
  return (struct) => Object.fromEntries(readers.map(([name, read]) => [name, read(struct)]));
}

/** Reads the child of a field id out of its group. */
function memberReader(id: number, type: Type, group: SchemaTree): Reader {
  const child = group.children.find(({ element }) => element.field_id === id);
  if (child === undefined) return readNothing;
  const read = readerOf(type, child);
  return (assembled) => read(partOf(assembled, child));
}

function repeatedChild(node: SchemaTree): SchemaTree {
  const [child, ...others] = node.children;
  const isRepeated = child?.element.repetition_type === "REPEATED" && others.length === 0;
  if (isRepeated) return child;
  throw storedOtherwise(node);
}

function itemsOf(assembled: unknown, repeated: SchemaTree): readonly unknown[] {
  const items = partOf(assembled, repeated);
  return Array.isArray(items) ? items : [];
}

function partOf(assembled: unknown, { element }: SchemaTree): unknown {
  return (assembled as Readonly<Record<string, unknown>>)[element.name];
}

function storedOtherwise({ element, path }: SchemaTree): IcebergError {
  const stored = element.type ?? "a group";
  return new IcebergError(
    "UNSUPPORTED",
    `Parquet column ${path.join(".")} is ${stored}, which the table's type is not read from`,
  );
}
