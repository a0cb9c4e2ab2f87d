import { IcebergError } from "@salon/iceberg-writer";
import type { FileIo, OperationOptions, OutputFile } from "@salon/iceberg-writer";
import { movableBytes } from "./movable.ts";
import type { FileStep, FileTable } from "./thread-message.ts";

/** Has a step of a file done by the main thread; rejects with its error. */
export type PerformFileStep = (
  fileId: number,
  step: FileStep,
  memory: readonly ArrayBuffer[],
) => Promise<void>;

/** Bytes that may be on their way before a file's writer waits. */
const UNDONE_BYTES_MAX = 4 * 1024 * 1024;

let files = 0;

/**
 * Files that a thread writes and the main thread stores: credentials, connections and what undoes
 * files stay there. It only writes new files.
 */
export function createThreadFileIo(table: FileTable, perform: PerformFileStep): FileIo {
  return {
    schemes: [],
    async openWrite(location, options: OperationOptions = {}): Promise<OutputFile> {
      options.signal?.throwIfAborted();
      const file = new ThreadOutputFile(location, ++files, perform);
      await file.open(table);
      return file;
    },
    read: unsupported,
    readRange: unsupported,
    stat: unsupported,
    write: unsupported,
    createExclusive: unsupported,
    delete: unsupported,
    list: unsupported,
    listFolders: unsupported,
    async [Symbol.asyncDispose]() {},
  };
}

function unsupported(location: string): never {
  const message = `a thread only writes new files, and no other thing is done with ${location}`;
  throw new IcebergError("UNSUPPORTED", message, { context: { location } });
}

class ThreadOutputFile implements OutputFile {
  readonly location: string;
  length = 0;
  readonly #fileId: number;
  readonly #perform: PerformFileStep;
  #undoneBytes = 0;
  #failure: { readonly cause: unknown } | undefined;
  /** Resolves when one more of the pieces under way is done. */
  #progress = Promise.withResolvers<void>();

  constructor(location: string, fileId: number, perform: PerformFileStep) {
    this.location = location;
    this.#fileId = fileId;
    this.#perform = perform;
  }

  open(table: FileTable): Promise<void> {
    const { location } = this;
    return this.#perform(this.#fileId, { kind: "open", table, location }, []);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#throwFailure();
    const { length } = bytes;
    this.length += length;
    this.#undoneBytes += length;
    const { value, memory } = movableBytes(bytes);
    const done = (): void => {
      this.#undoneBytes -= length;
      this.#progress.resolve();
      this.#progress = Promise.withResolvers();
    };
    this.#perform(this.#fileId, { kind: "write", bytes: value }, memory)
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(done);
    while (this.#undoneBytes > UNDONE_BYTES_MAX) await this.#progress.promise;
    this.#throwFailure();
  }

  async close(): Promise<void> {
    this.#throwFailure();
    await this.#perform(this.#fileId, { kind: "close" }, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The main thread undoes the files of a unit that comes to nothing.
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}
