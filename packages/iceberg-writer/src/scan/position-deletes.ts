import { valueAt } from "@salon/columns";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { DELETED_FILE_PATH, DELETED_POSITION } from "../spec/position-delete-schema.ts";
import { openParquetFile } from "./parquet-file.ts";

/** Deleted positions of data files, by their locations. */
export type DeletedPositions = ReadonlyMap<string, ReadonlySet<number>>;

/** Reads a position-delete file whole (spec: Position Delete Files). */
export async function readPositionDeletes(
  fileIo: FileIo,
  { filePath, fileSizeInBytes }: DataFile,
  options: OperationOptions = {},
): Promise<DeletedPositions> {
  const deleted = new Map<string, Set<number>>();
  const file = await openParquetFile(fileIo, filePath, fileSizeInBytes, options);
  for (const range of file.ranges) {
    options.signal?.throwIfAborted();
    const paths = await file.readColumn(DELETED_FILE_PATH.id, DELETED_FILE_PATH.type, range);
    const positions = await file.readColumn(DELETED_POSITION.id, DELETED_POSITION.type, range);
    if (paths === undefined || positions === undefined) continue;
    for (let row = 0; row < paths.length; row++) {
      const path = valueAt(paths, row);
      if (typeof path !== "string") continue;
      let ofPath = deleted.get(path);
      if (ofPath === undefined) deleted.set(path, (ofPath = new Set()));
      ofPath.add(Number(valueAt(positions, row)));
    }
  }
  return deleted;
}
