import { valueAt } from "@salon/columns";
import { expect, test } from "vitest";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { openParquetFile } from "../../src/scan/parquet-file.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import { currentSchema } from "../../src/spec/table-metadata.ts";
import type { NestedField, Type } from "../../src/spec/type.ts";
import { batchFromRows } from "../../src/writer/batch-from-rows.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";

const HEADERS: Type = {
  kind: "list",
  elementId: 3,
  elementRequired: true,
  element: {
    kind: "struct",
    fields: [
      { id: 4, name: "name", required: true, type: { kind: "string" } },
      { id: 5, name: "value", required: false, type: { kind: "string" } },
      { id: 6, name: "size", required: false, type: { kind: "long" } },
    ],
  },
};
const FIELDS: readonly NestedField[] = [
  { id: 1, name: "id", required: true, type: { kind: "int" } },
  { id: 2, name: "headers", required: false, type: HEADERS },
];

const ROWS = 100_000;

function headersOf(id: number): { name: string; value: string; size: bigint }[] {
  return [{ name: `name ${id}`, value: `value ${id * 7}`, size: BigInt(id) * 1_000_003n }];
}

test("a column is read from the store once, with all that is nested in it", async () => {
  const memory = createMemoryFileIo();
  const metadata = newTableMetadata(
    {
      schema: { schemaId: 0, fields: FIELDS },
      location: "memory://table",
      properties: { "write.parquet.compression-codec": "uncompressed" },
    },
    { uuid: "11111111-2222-4333-8444-555555555555", nowMs: 0 },
  );
  await using writer = openTableWriter({ table: { metadata, fileIo: memory } });
  // More than what comes with the footer.
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id, headers: headersOf(id) }));
  await writer.write(batchFromRows(currentSchema(metadata), rows));
  const [dataFile] = await writer.close();
  if (dataFile === undefined) throw new Error("no file");
  const reads: [number, number][] = [];
  const fileIo: typeof memory = {
    ...memory,
    readRange(location, start, end, options) {
      reads.push([start, end]);
      return memory.readRange(location, start, end, options);
    },
  };
  const file = await openParquetFile(fileIo, dataFile.filePath, dataFile.fileSizeInBytes);
  const [range] = file.ranges;
  if (range === undefined) throw new Error("no rows");
  for (const { id, type } of FIELDS) {
    reads.length = 0;
    const column = await file.readColumn(id, type, range);
    if (column === undefined) throw new Error("no column");
    expect(column.length).toBe(ROWS);
    expect(valueAt(column, 9)).toEqual(id === 1 ? 9 : headersOf(9));
    expect(reads).toHaveLength(1);
  }
});
