import { countProperty } from "../codec/parquet/parquet-settings.ts";
import { IcebergError } from "../iceberg-error.ts";
import { allFields, type Schema } from "../spec/schema.ts";

/** What is recorded of a column (`write.metadata.metrics.*`). Its size always is. */
export type MetricsMode =
  | { readonly kind: "none" }
  | { readonly kind: "counts" }
  | { readonly kind: "truncate"; readonly length: number }
  | { readonly kind: "full" };

const MODE_DEFAULT: MetricsMode = { kind: "truncate", length: 16 };
const TRUNCATE = /^truncate\((\d+)\)$/;

/**
 * The mode of each field, by its id: the property of its dotted name, else the table's default,
 * else `truncate(16)` for the first hundred columns with all that is in them, `none` behind them.
 * `SETTINGS_INVALID` for a mode that there is not.
 */
export function metricsModes(
  schema: Schema,
  properties: Readonly<Record<string, string>>,
): ReadonlyMap<number, MetricsMode> {
  const prefix = "write.metadata.metrics.";
  const setDefault = properties[`${prefix}default`];
  const columnMax = countProperty(properties, `${prefix}max-inferred-column-defaults`, 100, 0);
  const modes = new Map<number, MetricsMode>();
  for (const [index, column] of schema.fields.entries()) {
    for (const { id, name } of allFields({ ...schema, fields: [column] })) {
      const set = properties[`${prefix}column.${name}`] ?? setDefault;
      if (set !== undefined) modes.set(id, parseMetricsMode(set));
      else modes.set(id, index < columnMax ? MODE_DEFAULT : { kind: "none" });
    }
  }
  return modes;
}

/** Parses `none`, `counts`, `full` or `truncate(16)`; `SETTINGS_INVALID` for anything else. */
export function parseMetricsMode(text: string): MetricsMode {
  const name = text.toLowerCase();
  if (name === "none" || name === "counts" || name === "full") return { kind: name };
  const length = Number(TRUNCATE.exec(name)?.[1]);
  if (length > 0) return { kind: "truncate", length };
  throw new IcebergError(
    "SETTINGS_INVALID",
    `metrics mode ${text} is not one of none, counts, truncate(length), full`,
  );
}
