import {
  constantColumn,
  gatherBatch,
  nullColumn,
  trustedColumnBatch,
  type Column,
  type ColumnBatch,
} from "@salon/columns";
import type { CatalogTable } from "../catalog/catalog.ts";
import { columnTypeOf } from "../codec/column-type.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { isPrimitiveType, type NestedField } from "../spec/type.ts";
import { currentSchema, partitionSpecById } from "../spec/table-metadata.ts";
import { rowValue } from "../writer/row-value.ts";
import { openParquetFile, type FileRowRange } from "./parquet-file.ts";
import { planFiles, type PlannedFile } from "./plan-files.ts";
import { PositionDeleteCache } from "./position-delete-cache.ts";
import { checkReadable } from "./readable-file.ts";

/** What to read of a table. */
export interface TableScanOptions {
  readonly table: Pick<CatalogTable, "metadata" | "fileIo">;
  /** The current snapshot by default. */
  readonly snapshotId?: bigint | undefined;
  /** Names of top-level columns of the current schema, in the order wanted; all by default. */
  readonly columns?: readonly string[] | undefined;
  /** These files and not those of a snapshot: of a manifest that is in none yet. */
  readonly files?: readonly PlannedFile[] | undefined;
  /** Whether a data file is read; its partition and bounds tell. All are by default. */
  readonly filter?: ((dataFile: DataFile) => boolean) | undefined;
}

/** Live rows of one data file. */
export interface ScannedRows {
  readonly dataFile: DataFile;
  readonly batch: ColumnBatch;
  /** Where each row of the batch is in the file, from 0. */
  readonly positions: Iterable<number>;
}

/**
 * Reads the live rows of a snapshot, file by file and row group by row group. Columns are found by
 * field id; those that a file lacks have their partition's value or null (spec: Column Projection).
 *
 * Errors: `METADATA_INVALID` for damaged files and ids that the table does not have,
 * `SCHEMA_MISMATCH` for a column that the table does not have, `UNSUPPORTED` for equality deletes
 * and for files that are encrypted or not Parquet; the codes of {@link FileIo}.
 */
export async function* scanTable(
  scan: TableScanOptions,
  options: OperationOptions = {},
): AsyncGenerator<ScannedRows, void, undefined> {
  const { table, filter } = scan;
  const fields = scannedFields(scan);
  const deletes = new PositionDeleteCache(table.fileIo);
  const files = scan.files ?? planFiles(table, { snapshotId: scan.snapshotId, ...options });
  for await (const planned of files) {
    if (filter !== undefined && !filter(planned.dataFile)) continue;
    yield* scanFile(scan, fields, planned, await deletes.positionsOf(planned, options), options);
  }
}

function scannedFields({ table, columns }: TableScanOptions): readonly NestedField[] {
  const schema = currentSchema(table.metadata);
  if (columns === undefined) return schema.fields;
  return columns.map((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (field !== undefined) return field;
    throw new IcebergError("SCHEMA_MISMATCH", `the table has no column ${name}`);
  });
}

async function* scanFile(
  { table }: TableScanOptions,
  fields: readonly NestedField[],
  { dataFile }: PlannedFile,
  deleted: ReadonlySet<number>,
  options: OperationOptions,
): AsyncGenerator<ScannedRows, void, undefined> {
  checkReadable(dataFile);
  const { filePath, fileSizeInBytes } = dataFile;
  const file = await openParquetFile(table.fileIo, filePath, fileSizeInBytes, options);
  const spec = partitionSpecById(table.metadata, dataFile.specId);
  for (const range of file.ranges) {
    options.signal?.throwIfAborted();
    const columns: Column[] = [];
    for (const field of fields) {
      const column = await file.readColumn(field.id, field.type, range);
      columns.push(column ?? absentColumn(field, dataFile, spec.fields, range));
    }
    const names = fields.map(({ name }) => name);
    const rowCount = range.rowEnd - range.rowStart;
    const batch = { ...trustedColumnBatch(names, columns), rowCount };
    yield { dataFile, ...withoutDeleted(batch, range, deleted) };
  }
}

/** Files that a migration added do not store the columns that their folders name. */
function absentColumn(
  { id, type }: NestedField,
  { partition }: DataFile,
  specFields: ReturnType<typeof partitionSpecById>["fields"],
  { rowStart, rowEnd }: FileRowRange,
): Column {
  const index = specFields.findIndex(
    ({ sourceId, transform }) => sourceId === id && transform.kind === "identity",
  );
  const value = partition[index] ?? null;
  return value === null || !isPrimitiveType(type)
    ? nullColumn(columnTypeOf(type), rowEnd - rowStart)
    : // A value that is older than its column's promotion is of the narrower type.
      constantColumn(columnTypeOf(type), rowValue(type, value), rowEnd - rowStart);
}

function withoutDeleted(
  batch: ColumnBatch,
  range: FileRowRange,
  deleted: ReadonlySet<number>,
): Omit<ScannedRows, "dataFile"> {
  if (deleted.size === 0) return { batch, positions: positionsOf(range) };
  const positions = [...positionsOf(range)].filter((position) => !deleted.has(position));
  const live = Int32Array.from(positions, (position) => position - range.rowStart);
  return { batch: live.length === batch.rowCount ? batch : gatherBatch(batch, live), positions };
}

function* positionsOf({ rowStart, rowEnd }: FileRowRange): Generator<number, void, undefined> {
  for (let position = rowStart; position < rowEnd; position++) yield position;
}
