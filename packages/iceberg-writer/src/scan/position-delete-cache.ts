import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { PlannedFile } from "./plan-files.ts";
import { readPositionDeletes, type DeletedPositions } from "./position-deletes.ts";
import { checkReadable } from "./readable-file.ts";

/** Position-delete files as they were read: one may hold the deletes of many data files. */
export class PositionDeleteCache {
  readonly #fileIo: FileIo;
  readonly #files = new Map<string, DeletedPositions>();

  constructor(fileIo: FileIo) {
    this.#fileIo = fileIo;
  }

  /**
   * The positions of a data file that its delete files name. `UNSUPPORTED` for equality deletes,
   * and for delete files that are encrypted or not Parquet; the codes of {@link FileIo}.
   */
  async positionsOf(
    { dataFile, deleteFiles }: Pick<PlannedFile, "dataFile" | "deleteFiles">,
    options: OperationOptions = {},
  ): Promise<ReadonlySet<number>> {
    const positions = new Set<number>();
    for (const deleteFile of deleteFiles) {
      if (deleteFile.content === "equality-deletes") {
        throw new IcebergError(
          "UNSUPPORTED",
          `equality deletes of ${deleteFile.filePath} apply to ${dataFile.filePath}`,
        );
      }
      checkReadable(deleteFile);
      const deleted = await this.#read(deleteFile, options);
      for (const position of deleted.get(dataFile.filePath) ?? []) positions.add(position);
    }
    return positions;
  }

  async #read(deleteFile: DataFile, options: OperationOptions): Promise<DeletedPositions> {
    const known = this.#files.get(deleteFile.filePath);
    if (known !== undefined) return known;
    const read = await readPositionDeletes(this.#fileIo, deleteFile, options);
    this.#files.set(deleteFile.filePath, read);
    return read;
  }
}
