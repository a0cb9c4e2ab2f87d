import { randomUUID } from "node:crypto";
import { columnFromValues, trustedColumnBatch } from "@salon/columns";
import type { CatalogTable } from "../catalog/catalog.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { partitionToPath } from "../spec/partition-path.ts";
import { DELETED_FILE_PATH, DELETED_POSITION } from "../spec/position-delete-schema.ts";
import { currentSchema, partitionSpecById } from "../spec/table-metadata.ts";
import { DataFileWriter } from "./data-file-writer.ts";
import { createLocationProvider } from "./location-provider.ts";
import { partitionKey } from "./partition-key.ts";

/** Rows of one data file that are to be deleted. */
export interface DeletedRows {
  readonly dataFile: DataFile;
  /** From 0, each once, at least one. */
  readonly positions: readonly number[];
}

type DeletedTable = Pick<CatalogTable, "fileIo" | "metadata">;

const SCHEMA = { schemaId: 0, fields: [DELETED_FILE_PATH, DELETED_POSITION] };
/** Readers find a data file's deletes by bounds, which must not be cut short. */
const WHOLE_BOUNDS = { "write.metadata.metrics.default": "full" };

/**
 * Writes position-delete files for `AppendRequest.deleteFiles`, one for each partition that the
 * data files are in (spec: Position Delete Files). They name rows of the snapshot that the data
 * files are of: a later one may have moved them.
 *
 * Errors: those of storage; what was written before is no part of the table then.
 */
export async function writePositionDeletes(
  table: DeletedTable,
  deleted: readonly DeletedRows[],
  options: OperationOptions = {},
): Promise<readonly DataFile[]> {
  const { metadata } = table;
  const schema = currentSchema(metadata);
  const locations = createLocationProvider(metadata);
  // Not by their folders: those of different partitions may be the same.
  const partitions = Map.groupBy(
    deleted,
    ({ dataFile: { specId, partition } }) => `${specId} ${partitionKey(partition)}`,
  );
  const files: DataFile[] = [];
  for (const rows of partitions.values()) {
    const { specId, partition } = rows[0]!.dataFile;
    const path = partitionToPath(partitionSpecById(metadata, specId), schema, partition);
    const name = `00000-0-${specId}-${randomUUID()}-deletes.parquet`;
    files.push(await writeFile(table, locations.newDataLocation(path, name), rows, options));
  }
  return files;
}

async function writeFile(
  { fileIo, metadata }: DeletedTable,
  location: string,
  deleted: readonly DeletedRows[],
  options: OperationOptions,
): Promise<DataFile> {
  const [one, ...others] = deleted;
  if (one === undefined) throw new RangeError("a delete file of no rows");
  const { specId, partition } = one.dataFile;
  await using writer = new DataFileWriter({
    fileIo,
    location,
    schema: SCHEMA,
    specId,
    partition,
    properties: { ...withoutMetrics(metadata.properties), ...WHOLE_BOUNDS },
  });
  // Sorted by file, then position, as the spec wants them.
  for (const { dataFile, positions } of deleted.toSorted(byPath)) {
    const sorted = positions.toSorted((left, right) => left - right);
    const paths = sorted.map(() => dataFile.filePath);
    const columns = [
      columnFromValues({ kind: "utf8" }, paths),
      columnFromValues({ kind: "int64" }, sorted.map(BigInt)),
    ];
    const names = SCHEMA.fields.map(({ name }) => name);
    await writer.write(trustedColumnBatch(names, columns), undefined, options);
  }
  const file = await writer.close(options);
  return {
    ...file,
    content: "position-deletes",
    ...(others.length === 0 ? { referencedDataFile: one.dataFile.filePath } : {}),
  };
}

function byPath(left: DeletedRows, right: DeletedRows): number {
  return Buffer.compare(Buffer.from(left.dataFile.filePath), Buffer.from(right.dataFile.filePath));
}

/** What a table says of its own columns is not of these. */
function withoutMetrics(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => !name.startsWith("write.metadata.metrics.")),
  );
}
