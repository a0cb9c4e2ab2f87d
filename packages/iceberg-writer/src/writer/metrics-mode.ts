import { countProperty } from "../codec/parquet/parquet-settings.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { Schema } from "../spec/schema.ts";

/** What is recorded of a column (`write.metadata.metrics.*`). Its size always is. */
export type MetricsMode =
  | { readonly kind: "none" }
  | { readonly kind: "counts" }
  | { readonly kind: "truncate"; readonly length: number }
  | { readonly kind: "full" };

const MODE_DEFAULT: MetricsMode = { kind: "truncate", length: 16 };
const TRUNCATE = /^truncate\((\d+)\)$/;

/**
 * The mode of each top-level column, by its field id: its own property, else the table's default,
 * else `truncate(16)` for the first hundred columns and `none` behind them.
 * `SETTINGS_INVALID` for a mode that there is not.
 */
export function metricsModes(
  schema: Schema,
  properties: Readonly<Record<string, string>>,
): ReadonlyMap<number, MetricsMode> {
  const prefix = "write.metadata.metrics.";
  const setDefault = properties[`${prefix}default`];
  const columnMax = countProperty(properties, `${prefix}max-inferred-column-defaults`, 100, 0);
  const modes = schema.fields.map(({ id, name }, index): [number, MetricsMode] => {
    const own = properties[`${prefix}column.${name}`];
    if (own !== undefined) return [id, parseMetricsMode(own)];
    if (setDefault !== undefined) return [id, parseMetricsMode(setDefault)];
    return [id, index < columnMax ? MODE_DEFAULT : { kind: "none" }];
  });
  return new Map(modes);
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
