import { columnBatch, columnFromValues, constantColumn, type ColumnBatch } from "@salon/columns";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { createPageDecompressors } from "../../src/codec/parquet/page-decompression.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import type { PartitionSpec } from "../../src/spec/partition-spec.ts";
import type { NestedField } from "../../src/spec/type.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";

const UUID = "11111111-2222-4333-8444-555555555555";

const FIELDS: readonly NestedField[] = [
  { id: 1, name: "customer_id", required: true, type: { kind: "long" } },
  { id: 2, name: "rating_value", required: false, type: { kind: "double" } },
  { id: 3, name: "comment", required: false, type: { kind: "string" } },
];

function tableOf(
  partitionSpec?: PartitionSpec,
  properties: Record<string, string> = {},
): {
  metadata: TableMetadata;
  fileIo: FileIo;
} {
  const metadata = newTableMetadata(
    {
      schema: { schemaId: 0, fields: FIELDS },
      location: "memory://warehouse/ratings",
      properties,
      ...(partitionSpec && { partitionSpec }),
    },
    { uuid: UUID, nowMs: 0 },
  );
  return { metadata, fileIo: createMemoryFileIo() };
}

async function readRows(fileIo: FileIo, location: string): Promise<Record<string, unknown>[]> {
  const bytes = new Uint8Array(await fileIo.read(location));
  return parquetReadObjects({ file: bytes.buffer, compressors: createPageDecompressors() });
}

test("writes an unpartitioned table to one file, widening and adding what is absent", async () => {
  const table = tableOf(undefined, { "write.parquet.compression-codec": "uncompressed" });
  await using writer = openTableWriter({ table, uuid: UUID });
  await writer.write(
    columnBatch({
      rating_value: columnFromValues({ kind: "float32" }, [4.5, null]),
      customer_id: columnFromValues({ kind: "int32" }, [7, -8]),
    }),
  );
  const [dataFile, ...others] = await writer.close();
  expect(others).toEqual([]);
  expect(dataFile).toMatchObject({
    content: "data",
    filePath: `memory://warehouse/ratings/data/00000-0-${UUID}-00001.parquet`,
    fileFormat: "PARQUET",
    partition: [],
    specId: 0,
    recordCount: 2,
    valueCounts: new Map([
      [1, 2],
      [2, 2],
      [3, 2],
    ]),
    nullValueCounts: new Map([
      [1, 0],
      [2, 1],
      [3, 2],
    ]),
    nanValueCounts: new Map([[2, 0]]),
    splitOffsets: [4],
  });
  expect((await table.fileIo.stat(dataFile!.filePath))?.length).toBe(dataFile!.fileSizeInBytes);
  expect(await readRows(table.fileIo, dataFile!.filePath)).toEqual([
    { customer_id: 7n, rating_value: 4.5, comment: null },
    { customer_id: -8n, rating_value: null, comment: null },
  ]);
});

test.each([
  ["an unknown column", { customer_id: 1, other: 1 }, "SCHEMA_MISMATCH", "other"],
  ["a missing required column", {}, "SCHEMA_MISMATCH", "customer_id"],
  ["a null in a required column", { customer_id: null }, "VALUE_INVALID", "customer_id"],
  ["another type", { customer_id: 1, comment: 1 }, "SCHEMA_MISMATCH", "comment"],
])("refuses %s", async (_, row, code, name) => {
  await using writer = openTableWriter({ table: tableOf() });
  const columns = Object.entries(row).map(([key, value]) => [
    key,
    constantColumn({ kind: "int32" }, value, 1),
  ]);
  const batch = columnBatch(Object.fromEntries(columns));
  await expect(writer.write(batch)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(name),
  });
});

test("leaves nothing when it is disposed of without close", async () => {
  const table = tableOf(undefined, { "write.parquet.row-group-size-bytes": "1" });
  {
    await using writer = openTableWriter({ table, targetFileSizeBytes: 100 });
    for (let i = 0; i < 3; i++) {
      await writer.write(
        columnBatch({ customer_id: columnFromValues({ kind: "int64" }, [1n, 2n, 3n]) }),
      );
    }
    expect(await Array.fromAsync(table.fileIo.list("memory://"))).not.toEqual([]);
  }
  expect(await Array.fromAsync(table.fileIo.list("memory://"))).toEqual([]);
});

const BY_DAY_AND_ID: PartitionSpec = {
  specId: 0,
  fields: [
    { sourceId: 3, fieldId: 1000, name: "day", transform: { kind: "truncate", width: 10 } },
    { sourceId: 1, fieldId: 1001, name: "customer", transform: { kind: "identity" } },
  ],
};

test("writes each partition to files of its own, all rows in their order", async () => {
  const table = tableOf(BY_DAY_AND_ID);
  await using writer = openTableWriter({ table, uuid: UUID });
  await writer.write(
    columnBatch({
      customer_id: columnFromValues({ kind: "int64" }, [1n, 2n, 1n, 1n, 1n]),
      rating_value: columnFromValues({ kind: "float64" }, [1, 2, 3, 4, 5]),
      comment: columnFromValues({ kind: "utf8" }, [
        "2025-01-15T10:00:00",
        "2025-01-15T11:00:00",
        "2025-01-16 é",
        null,
        "2025-01-15T12:00:00",
      ]),
    }),
  );
  const dataFiles = await writer.close();
  expect(dataFiles.map(({ partition }) => partition)).toEqual([
    ["2025-01-15", 1n],
    ["2025-01-15", 2n],
    ["2025-01-16", 1n],
    [null, 1n],
  ]);
  expect(dataFiles[0]!.filePath).toBe(
    `memory://warehouse/ratings/data/day=2025-01-15/customer=1/00000-0-${UUID}-00001.parquet`,
  );
  expect(dataFiles[3]!.filePath).toContain("/day=null/customer=1/");
  const ratings = await Promise.all(
    dataFiles.map(async ({ filePath }) =>
      (await readRows(table.fileIo, filePath)).map((row) => row["rating_value"]),
    ),
  );
  expect(ratings).toEqual([[1, 5], [2], [3], [4]]);
});

test("closes the partition that got no rows for longest when too many are open", async () => {
  const table = tableOf(BY_DAY_AND_ID);
  await using writer = openTableWriter({ table, maxOpenPartitions: 2 });
  for (const id of [1n, 2n, 1n, 3n, 1n, 2n]) {
    await writer.write(columnBatch({ customer_id: columnFromValues({ kind: "int64" }, [id]) }));
  }
  const dataFiles = await writer.close();
  expect(dataFiles.map(({ partition, recordCount }) => [partition[1], recordCount])).toEqual([
    [2n, 1],
    [3n, 1],
    [1n, 3],
    [2n, 1],
  ]);
  expect(new Set(dataFiles.map(({ filePath }) => filePath)).size).toBe(4);
});

test("holds no more than its limit of memory", async () => {
  const table = tableOf(BY_DAY_AND_ID);
  const memoryLimitBytes = 100_000;
  await using writer = openTableWriter({ table, memoryLimitBytes });
  for (let i = 0; i < 50; i++) {
    const ids = Array.from({ length: 1000 }, (_, row) => BigInt(row % 3));
    await writer.write(columnBatch({ customer_id: columnFromValues({ kind: "int64" }, ids) }));
    expect(writer.bufferedBytes).toBeLessThanOrEqual(memoryLimitBytes);
  }
  const dataFiles = await writer.close();
  expect(dataFiles.length).toBe(3);
  expect(dataFiles.reduce((sum, { recordCount }) => sum + recordCount, 0)).toBe(50_000);
  expect(dataFiles[0]!.splitOffsets!.length).toBeGreaterThan(1);
});

test("rolls files at the target size", async () => {
  const table = tableOf();
  await using writer = openTableWriter({ table, targetFileSizeBytes: 20_000 });
  for (let i = 0; i < 20; i++) {
    const ids = Array.from({ length: 1000 }, (_, row) => BigInt(row * 7919 * (i + 1)) ** 3n);
    const wrapped = ids.map((id) => BigInt.asIntN(64, id));
    await writer.write(columnBatch({ customer_id: columnFromValues({ kind: "int64" }, wrapped) }));
  }
  const estimate = writer.estimatedBytes;
  const dataFiles = await writer.close();
  expect(dataFiles.length).toBeGreaterThan(4);
  expect(dataFiles.reduce((sum, { recordCount }) => sum + recordCount, 0)).toBe(20_000);
  const byteLength = dataFiles.reduce((sum, { fileSizeInBytes }) => sum + fileSizeInBytes, 0);
  expect(estimate / byteLength).toBeGreaterThan(0.7);
  expect(estimate / byteLength).toBeLessThan(1.3);
});

const batchOf = (...ids: bigint[]): ColumnBatch =>
  columnBatch({ customer_id: columnFromValues({ kind: "int64" }, ids) });

test("takes nothing more after a write that failed halfway", async () => {
  const table = tableOf(BY_DAY_AND_ID);
  const lost = new Error("lost");
  const fileIo: FileIo = Object.assign(Object.create(table.fileIo), {
    openWrite: () => Promise.reject(lost),
    delete: (location: string) => table.fileIo.delete(location),
  });
  await using writer = openTableWriter({
    table: { ...table, fileIo },
    maxOpenPartitions: 1,
  });
  await expect(writer.write(batchOf(1n, 2n))).rejects.toBe(lost);
  await expect(writer.write(batchOf(1n))).rejects.toBe(lost);
  await expect(writer.close()).rejects.toBe(lost);
});

test("stays usable after a batch that it refused", async () => {
  await using writer = openTableWriter({ table: tableOf() });
  await expect(writer.write(columnBatch({}))).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
  await writer.write(columnBatch({ customer_id: columnFromValues({ kind: "int64" }, [1n]) }));
  expect((await writer.close()).map(({ recordCount }) => recordCount)).toEqual([1]);
});

test("ends between two columns when it is aborted", async () => {
  await using writer = openTableWriter({ table: tableOf() });
  const batch = columnBatch({ customer_id: constantColumn({ kind: "int64" }, 1n, 1_000_000) });
  const controller = new AbortController();
  const written = writer.write(batch, { signal: controller.signal });
  controller.abort();
  await expect(written).rejects.toMatchObject({ name: "AbortError" });
});

test("refuses a struct without fields by name", () => {
  const table = tableOf();
  const type = { kind: "struct", fields: [] } as const;
  const fields = [{ id: 1, name: "address", required: false, type }];
  const metadata = { ...table.metadata, schemas: [{ schemaId: 0, fields }] };
  expect(() => openTableWriter({ table: { ...table, metadata } })).toThrow(
    expect.objectContaining({
      code: "UNSUPPORTED",
      message: expect.stringContaining("address"),
    }),
  );
});

test("writes no plain file into a table that has a key", () => {
  const table = tableOf(undefined, { "encryption.key-id": "k1" });
  expect(() => openTableWriter({ table })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining("k1") }),
  );
});
