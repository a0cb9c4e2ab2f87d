import { columnFromValues, rowAt } from "@salon/columns";
import { expect, test } from "vitest";
import { ParquetEncoder } from "../../src/codec/parquet/parquet-encoder.ts";
import { parquetSettings } from "../../src/codec/parquet/parquet-settings.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { readManifest } from "../../src/scan/manifest-reader.ts";
import { planFiles } from "../../src/scan/plan-files.ts";
import { scanTable, type TableScanOptions } from "../../src/scan/table-scan.ts";
import type { DataFile } from "../../src/spec/data-file.ts";
import type { ManifestEntry } from "../../src/spec/manifest-entry.ts";
import type { ManifestFile } from "../../src/spec/manifest-file.ts";
import { newTableMetadata } from "../../src/spec/new-table-metadata.ts";
import type { PartitionSpec } from "../../src/spec/partition-spec.ts";
import { currentSchema, type TableMetadata } from "../../src/spec/table-metadata.ts";
import type { NestedField } from "../../src/spec/type.ts";
import { batchFromRows, type PlainRow } from "../../src/writer/batch-from-rows.ts";
import { encodeManifestList } from "../../src/writer/manifest-list-writer.ts";
import { encodeManifest } from "../../src/writer/manifest-writer.ts";
import { openTableWriter } from "../../src/writer/table-writer.ts";

const FIELDS: readonly NestedField[] = [
  { id: 1, name: "id", required: true, type: { kind: "int" } },
  { id: 2, name: "text", required: false, type: { kind: "string" } },
];

const BY_TEXT: PartitionSpec = {
  specId: 0,
  fields: [{ sourceId: 2, fieldId: 1000, name: "text", transform: { kind: "identity" } }],
};

interface TestTable {
  readonly metadata: TableMetadata;
  readonly fileIo: FileIo;
}

function emptyTable(partitionSpec?: PartitionSpec): TestTable {
  const metadata = newTableMetadata(
    {
      schema: { schemaId: 0, fields: FIELDS },
      location: "memory://table",
      ...(partitionSpec && { partitionSpec }),
    },
    { uuid: "11111111-2222-4333-8444-555555555555", nowMs: 0 },
  );
  return { metadata, fileIo: createMemoryFileIo() };
}

async function writeRows(
  table: TestTable,
  rows: readonly PlainRow[],
): Promise<readonly DataFile[]> {
  await using writer = openTableWriter({ table });
  await writer.write(batchFromRows(currentSchema(table.metadata), rows));
  return writer.close();
}

/** A snapshot of files as a manifest list of two manifests holds them. */
async function withSnapshot(
  table: TestTable,
  files: readonly (readonly [DataFile, bigint])[],
): Promise<TestTable> {
  const { metadata, fileIo } = table;
  const manifests: ManifestFile[] = [];
  for (const content of ["data", "deletes"] as const) {
    const entries = files
      .filter(([file]) => (file.content === "data") === (content === "data"))
      .map(([dataFile, sequenceNumber]): ManifestEntry => {
        return {
          status: "existing",
          snapshotId: 1n,
          sequenceNumber,
          fileSequenceNumber: 1n,
          dataFile,
        };
      });
    const manifestPath = `memory://table/metadata/${content}.avro`;
    const { bytes, file } = encodeManifest({
      schema: currentSchema(metadata),
      spec: metadata.partitionSpecs[0]!,
      content,
      snapshotId: 5n,
      entries,
    });
    await fileIo.write(manifestPath, bytes);
    manifests.push({ manifestPath, ...file });
  }
  const manifestList = "memory://table/metadata/snap.avro";
  const list = encodeManifestList({ snapshotId: 5n, sequenceNumber: 9n, manifests });
  await fileIo.write(manifestList, list);
  const snapshot = {
    snapshotId: 5n,
    sequenceNumber: 9n,
    timestampMs: 0,
    manifestList,
    summary: {},
  };
  return { fileIo, metadata: { ...metadata, currentSnapshotId: 5n, snapshots: [snapshot] } };
}

/** A Parquet file as the spec's Position Delete Files has it. */
async function writeDeletes(
  { fileIo }: TestTable,
  deletes: readonly (readonly [DataFile, number])[],
  content: DataFile["content"] = "position-deletes",
): Promise<DataFile> {
  const encoder = new ParquetEncoder({
    fields: [
      { id: 2147483546, name: "file_path", required: true, type: { kind: "string" } },
      { id: 2147483545, name: "pos", required: true, type: { kind: "long" } },
    ],
    settings: parquetSettings({}),
    keyValues: {},
    createdBy: "test",
  });
  const header = encoder.header();
  const paths = deletes.map(([file]) => file.filePath);
  const positions = deletes.map(([, position]) => BigInt(position));
  encoder.appendColumn(0, columnFromValues({ kind: "utf8" }, paths));
  encoder.appendColumn(1, columnFromValues({ kind: "int64" }, positions));
  encoder.endRows(deletes.length);
  const bytes = Buffer.concat([header, ...encoder.finishRowGroup().parts, encoder.footer()]);
  const filePath = `memory://table/data/${content}-${deletes.length}.parquet`;
  await fileIo.write(filePath, new Uint8Array(bytes));
  return {
    content,
    filePath,
    fileFormat: "PARQUET",
    partition: deletes[0]![0].partition,
    specId: 0,
    recordCount: deletes.length,
    fileSizeInBytes: bytes.length,
    ...(content === "equality-deletes" && { equalityIds: [1] }),
  };
}

async function rowsOf(scan: TableScanOptions): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { batch } of scanTable(scan)) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowAt(batch, row));
  }
  return rows;
}

test("reads nothing of a table without a snapshot", async () => {
  expect(await rowsOf({ table: emptyTable() })).toEqual([]);
});

test("reads the rows that were written, the columns that are wanted", async () => {
  const empty = emptyTable();
  const rows = [
    { id: 1, text: "a" },
    { id: 2, text: null },
    { id: 3, text: "é" },
  ];
  const [dataFile] = await writeRows(empty, rows);
  const table = await withSnapshot(empty, [[dataFile!, 1n]]);
  expect(await rowsOf({ table })).toEqual(rows);
  expect(await rowsOf({ table, columns: ["text"] })).toEqual(rows.map(({ text }) => ({ text })));
  expect(await rowsOf({ table, snapshotId: 5n, filter: () => false })).toEqual([]);
  await expect(rowsOf({ table, snapshotId: 6n })).rejects.toMatchObject({
    code: "METADATA_INVALID",
  });
  await expect(rowsOf({ table, columns: ["other"] })).rejects.toMatchObject({
    code: "SCHEMA_MISMATCH",
  });
});

test("leaves out rows that position deletes of the same or a later number name", async () => {
  const empty = emptyTable(BY_TEXT);
  const rows = Array.from({ length: 6 }, (_, id) => ({ id, text: id % 2 === 0 ? "a" : "b" }));
  const [a, b] = await writeRows(empty, rows);
  const later = await writeDeletes(empty, [[a!, 1]]);
  const older = await writeDeletes(empty, [
    [a!, 0],
    [a!, 2],
  ]);
  const ofB = await writeDeletes(empty, [
    [b!, 0],
    [b!, 1],
    [b!, 2],
  ]);
  const table = await withSnapshot(empty, [
    [a!, 3n],
    [b!, 3n],
    [later, 3n],
    [older, 2n],
    [ofB, 4n],
  ]);
  expect(await rowsOf({ table })).toEqual([
    { id: 0, text: "a" },
    { id: 4, text: "a" },
  ]);
  const planned = await Array.fromAsync(planFiles(table));
  expect(planned.map(({ dataFile, deleteFiles }) => [dataFile, deleteFiles].flat().length)).toEqual(
    [2, 2],
  );
});

test("refuses equality deletes that apply, and only those", async () => {
  const empty = emptyTable();
  const [dataFile] = await writeRows(empty, [{ id: 1 }]);
  const deletes = await writeDeletes(empty, [[dataFile!, 0]], "equality-deletes");
  const same = await withSnapshot(empty, [
    [dataFile!, 3n],
    [deletes, 3n],
  ]);
  expect(await rowsOf({ table: same })).toEqual([{ id: 1, text: null }]);
  const later = await withSnapshot(empty, [
    [dataFile!, 3n],
    [deletes, 4n],
  ]);
  await expect(rowsOf({ table: later })).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining(deletes.filePath),
  });
});

test("refuses what is encrypted, and takes empty key metadata for none", async () => {
  const empty = emptyTable();
  const [dataFile] = await writeRows(empty, [{ id: 1 }]);
  const withKey = (...keyMetadata: number[]): Promise<TestTable> =>
    withSnapshot(empty, [[{ ...dataFile!, keyMetadata: Uint8Array.from(keyMetadata) }, 1n]]);
  expect(await rowsOf({ table: await withKey() })).toEqual([{ id: 1, text: null }]);
  await expect(rowsOf({ table: await withKey(1) })).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining(`${dataFile!.filePath} is encrypted`),
  });
  const manifest = {
    manifestPath: "memory://table/metadata/data.avro",
    partitionSpecId: 0,
    addedSnapshotId: 1n,
    sequenceNumber: 1n,
    keyMetadata: Uint8Array.of(1),
  };
  await expect(readManifest(empty.fileIo, manifest)).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("data.avro is encrypted"),
  });
});

test("fills columns that a file lacks with its partition's value, or null", async () => {
  const empty = emptyTable(BY_TEXT);
  const [dataFile] = await writeRows(empty, [{ id: 7, text: "b" }]);
  const added: NestedField = { id: 9, name: "added", required: false, type: { kind: "date" } };
  const moved: NestedField = { id: 2, name: "moved", required: false, type: { kind: "string" } };
  const wide: NestedField = { id: 1, name: "wide", required: true, type: { kind: "long" } };
  const table = await withSnapshot(empty, [[dataFile!, 1n]]);
  const evolved = {
    ...table,
    metadata: { ...table.metadata, schemas: [{ schemaId: 0, fields: [wide, moved, added] }] },
  };
  expect(await rowsOf({ table: evolved })).toEqual([{ wide: 7n, moved: "b", added: null }]);
  const lacking = { ...moved, id: 10 };
  const spec = { ...BY_TEXT, fields: [{ ...BY_TEXT.fields[0]!, sourceId: 10 }] };
  const migrated = {
    ...table,
    metadata: {
      ...table.metadata,
      schemas: [{ schemaId: 0, fields: [lacking] }],
      partitionSpecs: [spec],
    },
  };
  expect(await rowsOf({ table: migrated })).toEqual([{ moved: "b" }]);
});

test("names the file that is damaged", async () => {
  const empty = emptyTable();
  const [dataFile] = await writeRows(empty, [{ id: 1 }]);
  const table = await withSnapshot(empty, [[dataFile!, 1n]]);
  await table.fileIo.write(dataFile!.filePath, new Uint8Array(dataFile!.fileSizeInBytes));
  await expect(rowsOf({ table })).rejects.toMatchObject({
    code: "METADATA_INVALID",
    message: expect.stringContaining(dataFile!.filePath),
  });
});

test("widens a partition's value that is older than its column's promotion", async () => {
  const byId = { ...BY_TEXT.fields[0]!, sourceId: 1, name: "id" };
  const empty = emptyTable({ specId: 0, fields: [byId] });
  const [dataFile] = await writeRows(empty, [{ id: 7, text: "b" }]);
  const table = await withSnapshot(empty, [[dataFile!, 1n]]);
  const wide: NestedField = { id: 10, name: "id", required: true, type: { kind: "long" } };
  const metadata = {
    ...table.metadata,
    schemas: [{ schemaId: 0, fields: [wide] }],
    partitionSpecs: [{ specId: 0, fields: [{ ...byId, sourceId: 10 }] }],
  };
  expect(await rowsOf({ table: { ...table, metadata } })).toEqual([{ id: 7n }]);
});

test("an aborted scan throws the caller's reason, and blames no file", async () => {
  const table = emptyTable();
  const dataFiles = await writeRows(table, [{ id: 1 }]);
  const files = dataFiles.map((dataFile) => ({ dataFile, sequenceNumber: 1n, deleteFiles: [] }));
  const controller = new AbortController();
  const reason = new Error("enough");
  const fileIo: FileIo = {
    ...table.fileIo,
    readRange: (_location, _start, _end, { signal } = {}) => {
      controller.abort(reason);
      signal?.throwIfAborted();
      throw new Error("the signal was not handed on");
    },
  };
  const scan = scanTable({ table: { ...table, fileIo }, files }, { signal: controller.signal });
  await expect(scan.next()).rejects.toBe(reason);
});

test("files of a manifest that is in no snapshot are read", async () => {
  const table = emptyTable();
  const dataFiles = await writeRows(table, [{ id: 7, text: "waiting" }]);
  const files = dataFiles.map((dataFile) => ({ dataFile, sequenceNumber: 1n, deleteFiles: [] }));
  const scan = scanTable({ table, files });
  const { value } = await scan.next();
  expect(value && rowAt(value.batch, 0)).toEqual({ id: 7, text: "waiting" });
  expect(await scan.next()).toMatchObject({ done: true });
});
