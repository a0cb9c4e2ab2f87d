import { columnBatch, columnFromValues, type ColumnValue } from "@salon/columns";
import { expect, test } from "vitest";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { columnTypeOf } from "../../src/codec/column-type.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import type { PrimitiveType } from "../../src/spec/type.ts";
import { DataFileWriter } from "../../src/writer/data-file-writer.ts";

/** Each inner list is a row group. */
async function metricsOf(
  type: PrimitiveType,
  rowGroups: readonly (readonly (ColumnValue | null)[])[],
  mode = "truncate(16)",
): Promise<DataFile> {
  await using writer = new DataFileWriter({
    fileIo: createMemoryFileIo(),
    location: "memory://file",
    schema: { schemaId: 0, fields: [{ id: 3, name: "value", required: false, type }] },
    specId: 0,
    partition: [],
    properties: { "write.metadata.metrics.default": mode },
  });
  for (const values of rowGroups) {
    await writer.write(columnBatch({ value: columnFromValues(columnTypeOf(type), values) }));
    await writer.flush();
  }
  return await writer.close();
}

async function boundsOf(
  type: PrimitiveType,
  values: readonly (ColumnValue | null)[],
  mode?: string,
): Promise<readonly (string | undefined)[]> {
  const { lowerBounds, upperBounds } = await metricsOf(type, [values], mode);
  return [lowerBounds, upperBounds].map((bounds) => {
    const bound = bounds?.get(3);
    return bound && Buffer.from(bound).toString("hex");
  });
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

// Bytes by Appendix D of the spec.
test.each<[PrimitiveType, readonly ColumnValue[], string, string]>([
  [{ kind: "boolean" }, [true, false], "00", "01"],
  [{ kind: "int" }, [258, -2], "feffffff", "02010000"],
  [{ kind: "long" }, [258n, -2n], "feffffffffffffff", "0201000000000000"],
  [{ kind: "float" }, [1, -1], "000080bf", "0000803f"],
  [{ kind: "double" }, [1, -1], "000000000000f0bf", "000000000000f03f"],
  [{ kind: "date" }, [1, 2], "01000000", "02000000"],
  [{ kind: "timestamptz" }, [1n, 2n], "0100000000000000", "0200000000000000"],
  [{ kind: "decimal", precision: 9, scale: 2 }, [1420n, -1n], "ff", "058c"],
  [{ kind: "decimal", precision: 38, scale: 2 }, [128n, -129n], "ff7f", "0080"],
  [{ kind: "string" }, ["é", "a"], "61", "c3a9"],
  [{ kind: "binary" }, [Uint8Array.of(0xff), Uint8Array.of(1, 2)], "0102", "ff"],
])("bounds of %o are in the single-value encoding", async (type, values, lower, upper) => {
  expect(await boundsOf(type, values)).toEqual([lower, upper]);
});

test("truncates bounds of strings by code points, the upper one raised", async () => {
  const long = `${"é".repeat(16)}z`;
  expect(await boundsOf({ kind: "string" }, [long])).toEqual([
    hex("é".repeat(16)),
    hex(`${"é".repeat(15)}ê`),
  ]);
  expect(await boundsOf({ kind: "string" }, ["abc"], "truncate(2)")).toEqual([
    hex("ab"),
    hex("ac"),
  ]);
  expect(await boundsOf({ kind: "string" }, [long], "full")).toEqual([hex(long), hex(long)]);
});

test("has no upper bound where nothing lies above the prefix", async () => {
  expect(await boundsOf({ kind: "string" }, ["\u{10ffff}\u{10ffff}"], "truncate(1)")).toEqual([
    hex("\u{10ffff}"),
    undefined,
  ]);
  expect(await boundsOf({ kind: "binary" }, [Uint8Array.of(0xff, 0xff)], "truncate(1)")).toEqual([
    "ff",
    undefined,
  ]);
});

test("does not truncate what has a fixed length", async () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
  const text = Buffer.from(bytes).toString("hex");
  expect(await boundsOf({ kind: "fixed", length: 20 }, [bytes])).toEqual([text, text]);
});

test("adds up all row groups", async () => {
  const file = await metricsOf({ kind: "double" }, [
    [1, null, Number.NaN],
    [Number.NaN],
    [null, -0, -5],
  ]);
  expect(file.recordCount).toBe(7);
  expect(file.valueCounts).toEqual(new Map([[3, 7]]));
  expect(file.nullValueCounts).toEqual(new Map([[3, 2]]));
  expect(file.nanValueCounts).toEqual(new Map([[3, 2]]));
  const bounds = [file.lowerBounds, file.upperBounds].map((map) => Buffer.from(map!.get(3)!));
  expect(bounds.map((bound) => bound.readDoubleLE())).toEqual([-5, 1]);
  expect(file.splitOffsets![0]).toBe(4);
  expect(file.splitOffsets!.length).toBe(3);
  const size = file.columnSizes!.get(3)!;
  expect(size).toBeGreaterThan(file.splitOffsets![2]! - file.splitOffsets![0]!);
  expect(size).toBeLessThan(file.fileSizeInBytes);
});

test("records what the mode asks for, and the size always", async () => {
  const none = await metricsOf({ kind: "float" }, [[1]], "none");
  expect(none.columnSizes!.has(3)).toBe(true);
  expect(none.valueCounts).toEqual(new Map());
  expect(none.lowerBounds).toBeUndefined();
  const counts = await metricsOf({ kind: "float" }, [[1]], "counts");
  expect(counts.valueCounts).toEqual(new Map([[3, 1]]));
  expect(counts.lowerBounds).toBeUndefined();
  const nulls = await metricsOf({ kind: "float" }, [[null, Number.NaN]]);
  expect(nulls.lowerBounds).toBeUndefined();
  expect(nulls.upperBounds).toBeUndefined();
});
