import { IcebergError } from "../iceberg-error.ts";

/** How a partition or sort value derives from its source column (spec: Partition Transforms). */
export type Transform =
  | { readonly kind: "identity" }
  | { readonly kind: "bucket"; readonly numBuckets: number }
  | { readonly kind: "truncate"; readonly width: number }
  | { readonly kind: "year" }
  | { readonly kind: "month" }
  | { readonly kind: "day" }
  | { readonly kind: "hour" }
  | { readonly kind: "void" }
  /** Of a later spec: it can be read and carried, but no data can be written with it. */
  | { readonly kind: "unknown"; readonly text: string };

const PARAMETERIZED = /^(bucket|truncate)\[(\d+)\]$/;

/** Parses `day`, `bucket[16]`, …; a name that the spec does not have is kept as `unknown`. */
export function parseTransform(text: string): Transform {
  const name = text.toLowerCase();
  switch (name) {
    case "identity":
    case "year":
    case "month":
    case "day":
    case "hour":
    case "void":
      return { kind: name };
    default:
      break;
  }
  const [, kind, parameter] = PARAMETERIZED.exec(name) ?? [];
  if (kind === undefined) return { kind: "unknown", text };
  const value = Number(parameter);
  if (value < 1 || value > 0x7fffffff) {
    throw new IcebergError("METADATA_INVALID", `transform ${text} needs a positive 32-bit integer`);
  }
  return kind === "bucket" ? { kind, numBuckets: value } : { kind: "truncate", width: value };
}

/** The inverse of {@link parseTransform}. */
export function transformToString(transform: Transform): string {
  if (transform.kind === "bucket") return `bucket[${transform.numBuckets}]`;
  if (transform.kind === "truncate") return `truncate[${transform.width}]`;
  return transform.kind === "unknown" ? transform.text : transform.kind;
}

/** Whether two transforms are the same, parameters included. */
export function isSameTransform(left: Transform, right: Transform): boolean {
  return transformToString(left) === transformToString(right);
}
