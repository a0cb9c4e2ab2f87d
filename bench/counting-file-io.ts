import type {
  FileEntry,
  FileIo,
  OperationOptions,
  OutputFile,
} from "../packages/iceberg-writer/src/index.ts";

/** A store's operations since the last look. */
export interface FileUse {
  /** How often each was called; `write` is a file written, however. */
  readonly operations: ReadonlyMap<string, number>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Counts what is asked of a store. */
export class CountingFileIo implements FileIo {
  readonly schemes: readonly string[];
  readonly #inner: FileIo;
  #operations = new Map<string, number>();
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(inner: FileIo) {
    this.#inner = inner;
    this.schemes = inner.schemes;
  }

  /** What was asked for since this was called last. */
  take(): FileUse {
    const use = {
      operations: this.#operations,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
    };
    this.#operations = new Map();
    this.#bytesRead = this.#bytesWritten = 0;
    return use;
  }

  async read(location: string, options?: OperationOptions): Promise<Uint8Array> {
    return this.#received(await this.#counted("read").read(location, options));
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options?: OperationOptions,
  ): Promise<Uint8Array> {
    return this.#received(await this.#counted("read").readRange(location, start, end, options));
  }

  stat(location: string, options?: OperationOptions): Promise<FileEntry | undefined> {
    return this.#counted("stat").stat(location, options);
  }

  write(location: string, bytes: Uint8Array, options?: OperationOptions): Promise<void> {
    this.#bytesWritten += bytes.length;
    return this.#counted("write").write(location, bytes, options);
  }

  createExclusive(
    location: string,
    bytes: Uint8Array,
    options?: OperationOptions,
  ): Promise<"created" | "exists"> {
    this.#bytesWritten += bytes.length;
    return this.#counted("create").createExclusive(location, bytes, options);
  }

  async openWrite(location: string, options?: OperationOptions): Promise<OutputFile> {
    const file = await this.#counted("write").openWrite(location, options);
    return {
      location: file.location,
      get length() {
        return file.length;
      },
      write: (bytes) => {
        this.#bytesWritten += bytes.length;
        return file.write(bytes);
      },
      close: () => file.close(),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  }

  delete(location: string, options?: OperationOptions): Promise<void> {
    return this.#counted("delete").delete(location, options);
  }

  list(prefix: string, options?: OperationOptions): AsyncIterable<FileEntry> {
    return this.#counted("list").list(prefix, options);
  }

  listFolders(folder: string, options?: OperationOptions): AsyncIterable<string> {
    return this.#counted("list").listFolders(folder, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  #counted(operation: string): FileIo {
    this.#operations.set(operation, (this.#operations.get(operation) ?? 0) + 1);
    return this.#inner;
  }

  #received(bytes: Uint8Array): Uint8Array {
    this.#bytesRead += bytes.length;
    return bytes;
  }
}
