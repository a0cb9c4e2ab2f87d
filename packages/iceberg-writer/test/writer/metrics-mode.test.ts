import { expect, test } from "vitest";
import type { NestedField } from "../../src/spec/type.ts";
import { metricsModes, parseMetricsMode } from "../../src/writer/metrics-mode.ts";

const schemaOf = (columnCount: number): { schemaId: number; fields: readonly NestedField[] } => ({
  schemaId: 0,
  fields: Array.from({ length: columnCount }, (_, i) => ({
    id: i + 1,
    name: `c${i + 1}`,
    required: false,
    type: { kind: "int" },
  })),
});

test("parses every mode", () => {
  expect(["none", "counts", "FULL", "truncate(5)"].map(parseMetricsMode)).toEqual([
    { kind: "none" },
    { kind: "counts" },
    { kind: "full" },
    { kind: "truncate", length: 5 },
  ]);
  for (const text of ["truncate", "truncate(0)", "truncate(-1)", "all"]) {
    expect(() => parseMetricsMode(text)).toThrow(
      expect.objectContaining({ code: "SETTINGS_INVALID" }),
    );
  }
});

test("records bounds of the first hundred columns by default", () => {
  const modes = metricsModes(schemaOf(102), {});
  expect(modes.get(100)).toEqual({ kind: "truncate", length: 16 });
  expect(modes.get(101)).toEqual({ kind: "none" });
});

test("obeys a column's own mode before the default, and the default in every column", () => {
  const modes = metricsModes(schemaOf(102), {
    "write.metadata.metrics.default": "counts",
    "write.metadata.metrics.column.c102": "full",
  });
  expect(modes.get(1)).toEqual({ kind: "counts" });
  expect(modes.get(101)).toEqual({ kind: "counts" });
  expect(modes.get(102)).toEqual({ kind: "full" });
  const limited = metricsModes(schemaOf(3), {
    "write.metadata.metrics.max-inferred-column-defaults": "1",
  });
  expect([...limited.values()].map(({ kind }) => kind)).toEqual(["truncate", "none", "none"]);
});
