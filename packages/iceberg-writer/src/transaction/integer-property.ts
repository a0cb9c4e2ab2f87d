import { IcebergError } from "../iceberg-error.ts";

/**
 * A table property that is a number ≥ 0; `SETTINGS_INVALID` where it is anything else. Java's
 * largest long, its word for "without limit", becomes the largest safe integer.
 */
export function integerProperty(
  properties: Readonly<Record<string, string>>,
  name: string,
  defaultValue: number,
): number {
  const text = properties[name];
  if (text === undefined) return defaultValue;
  if (/^\d+$/u.test(text)) return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
  throw new IcebergError("SETTINGS_INVALID", `table property ${name} is "${text}", not a number`, {
    context: { name, text },
  });
}
