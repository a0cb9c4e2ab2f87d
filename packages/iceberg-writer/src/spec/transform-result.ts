import { IcebergError } from "../iceberg-error.ts";
import { type Transform, transformToString } from "./transform.ts";
import { type PrimitiveType, primitiveTypeToString } from "./type.ts";

const BUCKETED = new Set<PrimitiveType["kind"]>([
  "int",
  "long",
  "decimal",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "string",
  "uuid",
  "fixed",
  "binary",
]);
const TRUNCATED = new Set<PrimitiveType["kind"]>(["int", "long", "decimal", "string", "binary"]);
const DATED = new Set<PrimitiveType["kind"]>(["date", "timestamp", "timestamptz"]);
const TIMED = new Set<PrimitiveType["kind"]>(["timestamp", "timestamptz"]);

/**
 * Whether a transform takes values of a type (spec: Partition Transforms, column "Source types").
 */
export function canTransform(transform: Transform, source: PrimitiveType): boolean {
  switch (transform.kind) {
    case "identity":
    case "void":
    case "unknown":
      return true;
    case "bucket":
      return BUCKETED.has(source.kind);
    case "truncate":
      return TRUNCATED.has(source.kind);
    case "year":
    case "month":
    case "day":
      return DATED.has(source.kind);
    case "hour":
      return TIMED.has(source.kind);
    default:
      return transform satisfies never;
  }
}

/**
 * The type of a transform's results (spec: Partition Transforms, column "Result type"). An unknown
 * transform yields strings, as readers take it. `METADATA_INVALID` where it does not take the
 * source.
 */
export function transformResultType(transform: Transform, source: PrimitiveType): PrimitiveType {
  if (!canTransform(transform, source)) {
    throw new IcebergError(
      "METADATA_INVALID",
      `transform ${transformToString(transform)} takes no ${primitiveTypeToString(source)}`,
    );
  }
  switch (transform.kind) {
    case "identity":
    case "truncate":
    case "void":
      return source;
    case "bucket":
    case "year":
    case "month":
    case "hour":
      return { kind: "int" };
    case "day":
      return { kind: "date" };
    case "unknown":
      return { kind: "string" };
    default:
      return transform satisfies never;
  }
}
