import { IcebergError } from "../iceberg-error.ts";
import type { FileEntry, FileIo, OperationOptions, OutputFile } from "./file-io.ts";

/** Files in this process alone, under `memory://…`; for tests and the memory catalog. */
export function createMemoryFileIo(): FileIo {
  return new MemoryFileIo();
}

class MemoryFileIo implements FileIo {
  readonly schemes: readonly string[] = ["memory"];
  readonly #files = new Map<string, Uint8Array>();

  async read(location: string, options: OperationOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    const bytes = this.#files.get(location);
    if (bytes === undefined) {
      throw new IcebergError("FILE_NOT_FOUND", `no file at ${location}`, { context: { location } });
    }
    return bytes.slice();
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options: OperationOptions = {},
  ): Promise<Uint8Array> {
    return (await this.read(location, options)).slice(start, end);
  }

  async stat(location: string, options: OperationOptions = {}): Promise<FileEntry | undefined> {
    options.signal?.throwIfAborted();
    const bytes = this.#files.get(location);
    return bytes === undefined ? undefined : { location, length: bytes.length };
  }

  async write(location: string, bytes: Uint8Array, options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#files.set(location, bytes.slice());
  }

  async createExclusive(
    location: string,
    bytes: Uint8Array,
    options: OperationOptions = {},
  ): Promise<"created" | "exists"> {
    options.signal?.throwIfAborted();
    if (this.#files.has(location)) return "exists";
    this.#files.set(location, bytes.slice());
    return "created";
  }

  async openWrite(location: string, options: OperationOptions = {}): Promise<OutputFile> {
    options.signal?.throwIfAborted();
    return new MemoryOutputFile(location, (bytes) => this.#files.set(location, bytes));
  }

  async delete(location: string, options: OperationOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#files.delete(location);
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncIterable<FileEntry> {
    for (const [location, bytes] of Array.from(this.#files)) {
      options.signal?.throwIfAborted();
      if (location.startsWith(prefix)) yield { location, length: bytes.length };
    }
  }

  async *listFolders(folder: string, options: OperationOptions = {}): AsyncIterable<string> {
    const folders = new Set<string>();
    for await (const { location } of this.list(folder, options)) {
      const slash = location.indexOf("/", folder.length);
      if (slash !== -1) folders.add(location.slice(0, slash + 1));
    }
    yield* folders;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The files live as long as the object: a second catalog over it must still find them.
  }
}

class MemoryOutputFile implements OutputFile {
  readonly location: string;
  length = 0;
  readonly #publish: (bytes: Uint8Array) => void;
  #parts: Uint8Array[] | undefined = [];

  constructor(location: string, publish: (bytes: Uint8Array) => void) {
    this.location = location;
    this.#publish = publish;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#parts === undefined) throw new Error(`${this.location} is closed`);
    this.#parts.push(bytes);
    this.length += bytes.length;
  }

  async close(): Promise<void> {
    if (this.#parts === undefined) return;
    this.#publish(Uint8Array.from(Buffer.concat(this.#parts)));
    this.#parts = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts = undefined;
  }
}
