/** Options of every call that does I/O. */
export interface OperationOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A file as a listing shows it. */
export interface FileEntry {
  readonly location: string;
  readonly length: number;
  readonly modifiedMs?: number;
}

/** A file being written. Leaving it without `close` aborts: the location stays as it was. */
export interface OutputFile extends AsyncDisposable {
  readonly location: string;
  /** Bytes accepted so far. */
  readonly length: number;
  /** The bytes belong to the file from here on. Resolves when the bounded buffer has room again. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the file visible, whole, under its location. */
  close(): Promise<void>;
}

/**
 * Files under locations with a scheme (`file:///…`, `s3://…`, `s3a://…`, `memory://…`), which are
 * kept as they are given.
 *
 * Errors: `FILE_NOT_FOUND`, `ACCESS_DENIED`, `STORAGE_FULL`, `STORAGE_UNAVAILABLE` (retryable).
 */
export interface FileIo extends AsyncDisposable {
  /** The schemes that it serves, without the colon. */
  readonly schemes: readonly string[];
  read(location: string, options?: OperationOptions): Promise<Uint8Array>;
  /** The bytes `[start, end)`; `end` may lie behind the end of the file. */
  readRange(
    location: string,
    start: number,
    end: number,
    options?: OperationOptions,
  ): Promise<Uint8Array>;
  /** The length in bytes, or undefined when there is no such file. */
  stat(location: string, options?: OperationOptions): Promise<FileEntry | undefined>;
  /** Replaces the file at once: a reader sees the old bytes or the new ones. */
  write(location: string, bytes: Uint8Array, options?: OperationOptions): Promise<void>;
  /**
   * Creates the file only if there is none: the primitive under every commit on a file system.
   * `exists` may be the trace of our own first try; who calls compares the bytes. An error leaves
   * it open whether the file was created, except `ACCESS_DENIED`, `STORAGE_FULL` and
   * `CONDITIONAL_CREATE_UNSUPPORTED`: then it was not.
   */
  createExclusive(
    location: string,
    bytes: Uint8Array,
    options?: OperationOptions,
  ): Promise<"created" | "exists">;
  openWrite(location: string, options?: OperationOptions): Promise<OutputFile>;
  /** No error when there is no such file. */
  delete(location: string, options?: OperationOptions): Promise<void>;
  /** Every file whose location starts with the prefix, a folder's name ending in a slash. */
  list(prefix: string, options?: OperationOptions): AsyncIterable<FileEntry>;
  /** The folders directly in a folder (its name ending in a slash), each ending in a slash. */
  listFolders(folder: string, options?: OperationOptions): AsyncIterable<string>;
}
