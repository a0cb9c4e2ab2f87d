import {
  currentSchema,
  partitionSpecById,
  partitionToPath,
  planFiles,
  snapshotById,
} from "@salon/iceberg-writer";
import type { CatalogTable } from "@salon/iceberg-writer";
import { CommandLineError } from "@salon/command-line";
import type { CommandOutput } from "./command-output.ts";
import { count } from "./ledger-text.ts";
import type { TableReference } from "./table-reference.ts";
import { textTable } from "./text-table.ts";

/** What `files` says of a data file; plain data. */
export interface FileLine {
  readonly location: string;
  /** As folders, `day=2025-01-15`; empty without partitions. */
  readonly partition: string;
  readonly records: number;
  readonly bytes: number;
  readonly sequenceNumber: bigint;
  /** Files whose deletes may be of its rows. */
  readonly deleteFiles: number;
}

/** Loads the table and lists the data files of a snapshot. `USAGE_INVALID` for an unknown one. */
export async function listFiles(
  reference: TableReference,
  snapshotId?: bigint,
): Promise<CommandOutput> {
  const { catalog, identifier, signal } = reference;
  const table = await catalog.loadTable(identifier, { signal });
  if (snapshotId !== undefined && snapshotById(table.metadata, snapshotId) === undefined) {
    throw new CommandLineError(
      "USAGE_INVALID",
      `--snapshot-id ${snapshotId} is no snapshot of table ${identifier.name}: see ` +
        `salon-table snapshots`,
    );
  }
  const data: FileLine[] = [];
  for await (const { dataFile, sequenceNumber, deleteFiles } of planFiles(table, {
    snapshotId,
    signal,
  })) {
    data.push({
      location: dataFile.filePath,
      partition: partitionPath(table, dataFile),
      records: dataFile.recordCount,
      bytes: dataFile.fileSizeInBytes,
      sequenceNumber,
      deleteFiles: deleteFiles.length,
    });
  }
  return { data, text: filesText(data) };
}

function partitionPath(
  { metadata }: CatalogTable,
  file: { readonly specId: number; readonly partition: Parameters<typeof partitionToPath>[2] },
): string {
  const spec = partitionSpecById(metadata, file.specId);
  return partitionToPath(spec, currentSchema(metadata), file.partition);
}

/** The list for people, with its sums. */
function filesText(files: readonly FileLine[]): string {
  if (files.length === 0) return "no data files\n";
  const rows = files.map((file) => [
    count(file.records),
    count(file.bytes),
    count(file.deleteFiles),
    file.partition,
    file.location,
  ]);
  const columns = [
    { title: "rows", align: "right" },
    { title: "bytes", align: "right" },
    { title: "deletes", align: "right" },
    { title: "partition" },
    { title: "location" },
  ] as const;
  const records = files.reduce((sum, file) => sum + file.records, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const sums = `${count(files.length)} files, ${count(records)} rows, ${count(bytes)} bytes`;
  return `${textTable(columns, rows)}\n\n${sums}\n`;
}
