import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { PlannedFile } from "../scan/plan-files.ts";
import { PositionDeleteCache } from "../scan/position-delete-cache.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { AppendRequest } from "./staged-append.ts";

/** Which data files one snapshot replaces, and by which. */
export interface RewriteRequest extends Pick<AppendRequest, "snapshotId" | "prepare"> {
  /** Live data files with their deletes, as `planFiles` found them. At least one. */
  readonly replacedFiles: readonly PlannedFile[];
  /** They hold the live rows of the replaced files and no others; none where no row is left. */
  readonly dataFiles: readonly DataFile[];
}

/**
 * Checks a rewrite by itself: data files, each named once, with as many rows as the replaced ones
 * have live ones. Reads the position deletes of the replaced files.
 *
 * Errors: `VALUE_INVALID`; `UNSUPPORTED` where equality deletes apply to a replaced file, whose
 * live rows nothing here can count; those of storage.
 */
export async function checkRewriteRequest(
  fileIo: FileIo,
  { replacedFiles, dataFiles }: RewriteRequest,
  options: OperationOptions = {},
): Promise<void> {
  if (replacedFiles.length === 0) throw invalid("a rewrite replaces at least one data file");
  const paths = new Set<string>();
  for (const { filePath, content } of [...replacedFiles.map(dataFileOf), ...dataFiles]) {
    if (content !== "data") throw invalid(`a rewrite is of data files, ${filePath} is ${content}`);
    if (paths.has(filePath)) throw invalid(`a rewrite names ${filePath} twice`);
    paths.add(filePath);
  }
  const liveCount = await countLiveRows(fileIo, replacedFiles, options);
  const recordCount = dataFiles.reduce((sum, file) => sum + file.recordCount, 0);
  if (recordCount !== liveCount) {
    throw invalid(
      `a rewrite keeps all rows: the replaced files have ${liveCount} live ones, ` +
        `those in their place ${recordCount}`,
    );
  }
}

async function countLiveRows(
  fileIo: FileIo,
  replacedFiles: readonly PlannedFile[],
  options: OperationOptions,
): Promise<number> {
  const deletes = new PositionDeleteCache(fileIo);
  let count = 0;
  for (const planned of replacedFiles) {
    options.signal?.throwIfAborted();
    const { recordCount } = planned.dataFile;
    count += recordCount;
    for (const position of await deletes.positionsOf(planned, options)) {
      if (position < recordCount) count -= 1;
    }
  }
  return count;
}

function dataFileOf({ dataFile }: PlannedFile): DataFile {
  return dataFile;
}

function invalid(message: string): IcebergError {
  return new IcebergError("VALUE_INVALID", message);
}
