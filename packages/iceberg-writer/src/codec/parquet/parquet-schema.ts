import { IcebergError } from "../../iceberg-error.ts";
import { isPrimitiveType, type NestedField, type PrimitiveType } from "../../spec/type.ts";

interface ParquetNodeBase {
  readonly name: string;
  readonly repetition: "required" | "optional" | "repeated";
  /** Absent for the groups that only Parquet has. */
  readonly fieldId?: number;
}

/** A node of a file's schema that holds others. */
interface ParquetGroup extends ParquetNodeBase {
  readonly kind: "group";
  readonly annotation?: "LIST" | "MAP";
  readonly children: readonly ParquetNode[];
}

/** A node of a file's schema that holds values. */
interface ParquetPrimitive extends ParquetNodeBase {
  readonly kind: "primitive";
  readonly fieldId: number;
  readonly type: PrimitiveType;
}

/** A node of a file's schema below its root. */
export type ParquetNode = ParquetGroup | ParquetPrimitive;

/** A column of the file: a primitive node and the way to it. */
export interface ParquetLeaf {
  readonly fieldId: number;
  readonly type: PrimitiveType;
  readonly path: readonly string[];
  /** Optional and repeated nodes on the way, this one included (Parquet: Nested Encoding). */
  readonly definitionLevelMax: number;
  /** Repeated nodes on the way. */
  readonly repetitionLevelMax: number;
}

/**
 * The node of a field: lists have three levels, `list` and `element` within their own, maps have
 * `key_value` with `key` and `value` (Iceberg spec: Appendix A, Parquet; Parquet: LogicalTypes,
 * Nested Types). `UNSUPPORTED` for a struct without fields, which Parquet cannot say.
 */
export function parquetNodeOf({ id, name, required, type }: NestedField): ParquetNode {
  const base = { name, repetition: required ? "required" : "optional", fieldId: id } as const;
  if (isPrimitiveType(type)) return { ...base, kind: "primitive", type };
  switch (type.kind) {
    case "struct":
      if (type.fields.length === 0) {
        throw new IcebergError("UNSUPPORTED", `struct ${name} has no fields to store in Parquet`);
      }
      return { ...base, kind: "group", children: type.fields.map(parquetNodeOf) };
    case "list": {
      const { elementId, elementRequired, element } = type;
      const child = { id: elementId, name: "element", required: elementRequired, type: element };
      return { ...base, kind: "group", annotation: "LIST", children: [repeated("list", [child])] };
    }
    case "map": {
      const key = { id: type.keyId, name: "key", required: true, type: type.key };
      const { valueId, valueRequired } = type;
      const value = { id: valueId, name: "value", required: valueRequired, type: type.value };
      const entries = repeated("key_value", [key, value]);
      return { ...base, kind: "group", annotation: "MAP", children: [entries] };
    }
    default:
      return type satisfies never;
  }
}

/** The leaves of a node, in the order of the file's columns. */
export function leavesOf(node: ParquetNode): readonly ParquetLeaf[] {
  return leavesBelow(node, { path: [], definitionLevelMax: 0, repetitionLevelMax: 0 });
}

type Way = Pick<ParquetLeaf, "path" | "definitionLevelMax" | "repetitionLevelMax">;

function leavesBelow(node: ParquetNode, above: Way): readonly ParquetLeaf[] {
  const { name, repetition } = node;
  const way: Way = {
    path: [...above.path, name],
    definitionLevelMax: above.definitionLevelMax + (repetition === "required" ? 0 : 1),
    repetitionLevelMax: above.repetitionLevelMax + (repetition === "repeated" ? 1 : 0),
  };
  return node.kind === "primitive"
    ? [{ ...way, fieldId: node.fieldId, type: node.type }]
    : node.children.flatMap((child) => leavesBelow(child, way));
}

function repeated(name: string, fields: readonly NestedField[]): ParquetGroup {
  return { kind: "group", name, repetition: "repeated", children: fields.map(parquetNodeOf) };
}
