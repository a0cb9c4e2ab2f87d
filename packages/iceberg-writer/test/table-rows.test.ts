import { columnBatch, columnFromValues } from "@salon/columns";
import { Int32, tableFromArrays, vectorFromArray, Table as ArrowTable } from "apache-arrow";
import { expect, test } from "vitest";
import type { Schema } from "../src/spec/schema.ts";
import { columnBatchesOf, type RowChunk, type TableRows } from "../src/table-rows.ts";
import type { PlainRow } from "../src/writer/batch-from-rows.ts";

const SCHEMA: Schema = {
  schemaId: 0,
  fields: [{ id: 1, name: "id", required: true, type: { kind: "int" } }],
};

const rowsOf = (count: number): PlainRow[] => Array.from({ length: count }, (_, id) => ({ id }));
const WRONG_ROW: PlainRow = { id: "x" };

async function* streamOf(
  items: readonly (PlainRow | RowChunk)[],
): AsyncGenerator<PlainRow | RowChunk> {
  yield* items;
}

async function rowCountsOf(rows: TableRows): Promise<readonly number[]> {
  const batches = await Array.fromAsync(columnBatchesOf(SCHEMA, rows));
  return batches.map(({ rowCount }) => rowCount);
}

const THREE_ROWS = columnBatch({ id: columnFromValues({ kind: "int32" }, [1, 2, 3]) });

test("gathers rows of a stream, and keeps their order with the chunks between", async () => {
  expect(await rowCountsOf(rowsOf(5000))).toEqual([4096, 904]);
  expect(await rowCountsOf(streamOf(rowsOf(5000)))).toEqual([4096, 904]);
  const mixed = [{ id: 1 }, { id: 2 }, THREE_ROWS, [], rowsOf(4), { id: 9 }];
  expect(await rowCountsOf(streamOf(mixed))).toEqual([2, 3, 4, 1]);
});

test("takes Arrow tables and record batches, alone and in a stream of others", async () => {
  const table = tableFromArrays({ id: Int32Array.of(1, 2) });
  const [batch] = table.batches;
  expect(await rowCountsOf(table)).toEqual([2]);
  expect(await rowCountsOf(batch!)).toEqual([2]);
  expect(await rowCountsOf(streamOf([{ id: 1 }, table, batch!]))).toEqual([1, 2, 2]);
  expect(await rowCountsOf(new ArrowTable({ id: vectorFromArray([], new Int32()) }))).toEqual([]);
});

test.each<[string, () => TableRows, number]>([
  ["an array behind its first batch", () => [...rowsOf(5000), WRONG_ROW], 5000],
  ["a stream behind its first batch", () => streamOf([...rowsOf(5000), WRONG_ROW]), 5000],
  [
    "a stream of chunks, columns and rows",
    () => streamOf([rowsOf(10), THREE_ROWS, { id: 1 }, rowsOf(5), [{ id: 1 }, WRONG_ROW]]),
    20,
  ],
])("counts rows over all that is appended: %s", async (_, rows, row) => {
  await expect(rowCountsOf(rows())).rejects.toMatchObject({
    code: "VALUE_INVALID",
    message: expect.stringContaining(`row ${row}, field id: `),
    context: { row, field: "id" },
  });
});

test("tells of an item of a stream that is no row", async () => {
  const items: readonly unknown[] = [{ id: 1 }, null];
  const rows = streamOf(items as readonly PlainRow[]);
  await expect(rowCountsOf(rows)).rejects.toMatchObject({
    code: "VALUE_INVALID",
    message: "row 1: null is no row",
  });
});
