import type { PrimitiveValue } from "../spec/value.ts";

/** A text that is equal for equal partition values and for no others. */
export function partitionKey(values: readonly (PrimitiveValue | null)[]): string {
  return JSON.stringify(values.map((value) => valueKey(value)));
}

function valueKey(value: PrimitiveValue | null): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return Object.is(value, -0) ? "-0" : String(value);
}
