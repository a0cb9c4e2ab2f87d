import { valueAt } from "@salon/columns";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import { openParquetFile } from "./parquet-file.ts";

/** The reserved field ids of a position-delete file (spec: Reserved Field IDs). */
const FILE_PATH_ID = 2_147_483_546;
const POSITION_ID = 2_147_483_545;

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
    const paths = await file.readColumn(FILE_PATH_ID, { kind: "string" }, range);
    const positions = await file.readColumn(POSITION_ID, { kind: "long" }, range);
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
