import { sliceBatch, type ColumnBatch } from "@salon/columns";
import type { RowSelection } from "../codec/parquet/column-source.ts";
import type { OperationOptions } from "../io/file-io.ts";
import type { DataFile } from "../spec/data-file.ts";
import type { DataFileWriter } from "./data-file-writer.ts";

/** How a sequence of files is cut. */
export interface RollingFileWriterOptions {
  /** Begins the next file. */
  readonly openFile: () => DataFileWriter;
  /** A file ends at the first step of rows at which it has about this size. */
  readonly targetFileSizeBytes: number;
}

/** Rows between two looks at the sizes of the row group and the file. */
const STEP_ROWS = 65_536;

/** Writes rows to one file after the other, each of about the target size. */
export class RollingFileWriter implements AsyncDisposable {
  readonly #options: RollingFileWriterOptions;
  readonly #dataFiles: DataFile[] = [];
  #current: DataFileWriter | undefined;

  constructor(options: RollingFileWriterOptions) {
    this.#options = options;
  }

  /** Files that are complete. */
  get dataFiles(): readonly DataFile[] {
    return this.#dataFiles;
  }

  get bufferedBytes(): number {
    return this.#current?.bufferedBytes ?? 0;
  }

  /** The lengths of the complete files, and about that of the open one. */
  get estimatedBytes(): number {
    const complete = this.#dataFiles.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
    return complete + (this.#current?.estimatedBytes ?? 0);
  }

  /** Appends the selected rows of a batch whose columns are the schema's, in its order. */
  async write(
    batch: ColumnBatch,
    selection?: RowSelection,
    options: OperationOptions = {},
  ): Promise<void> {
    const rowCount = selection?.length ?? batch.rowCount;
    for (let start = 0; start < rowCount; start += STEP_ROWS) {
      const end = Math.min(start + STEP_ROWS, rowCount);
      const isWhole = end - start === rowCount;
      const step = isWhole || selection !== undefined ? batch : sliceBatch(batch, start, end);
      const rows = isWhole ? selection : selection?.subarray(start, end);
      this.#current ??= this.#options.openFile();
      await this.#current.write(step, rows, options);
      if (this.#current.estimatedBytes >= this.#options.targetFileSizeBytes) {
        await this.closeFile(options);
      }
    }
  }

  /** Stores the rows that are held as a row group of the open file. */
  async flush(options: OperationOptions = {}): Promise<void> {
    await this.#current?.flush(options);
  }

  /** Ends the open file; the next rows begin another. */
  async closeFile(options: OperationOptions = {}): Promise<void> {
    if (this.#current === undefined) return;
    this.#dataFiles.push(await this.#current.close(options));
    this.#current = undefined;
  }

  /** Leaves the open file; complete ones are the owner's to delete. */
  async [Symbol.asyncDispose](): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.[Symbol.asyncDispose]();
  }
}
