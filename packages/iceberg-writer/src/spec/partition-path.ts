import { humanValue } from "./human-value.ts";
import { bindPartitionSpec, type PartitionSpec } from "./partition-spec.ts";
import type { Schema } from "./schema.ts";
import type { PrimitiveValue } from "./value.ts";

/**
 * The folder of a partition, `day=2025-01-15/branch_bucket=3`, empty for an unpartitioned spec.
 * Names and values are form-URL-encoded as other writers do it. Readers take partition values from
 * metadata, never from here.
 */
export function partitionToPath(
  spec: PartitionSpec,
  schema: Schema,
  partition: readonly (PrimitiveValue | null)[],
): string {
  return bindPartitionSpec(spec, schema)
    .map(({ name, transform, resultType }, index) => {
      const text = humanValue(transform, resultType, partition[index] ?? null);
      return `${encodeForm(name)}=${encodeForm(text)}`;
    })
    .join("/");
}

/** `application/x-www-form-urlencoded`, which leaves letters, digits and `.-*_` as they are. */
function encodeForm(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
