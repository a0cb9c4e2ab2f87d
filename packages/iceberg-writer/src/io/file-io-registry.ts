import { IcebergError } from "../iceberg-error.ts";
import type { FileEntry, FileIo, OperationOptions, OutputFile } from "./file-io.ts";
import { createLocalFileIo } from "./local-file-io.ts";
import { parseLocation } from "./location.ts";
import { createMemoryFileIo } from "./memory-file-io.ts";

type Properties = Readonly<Record<string, string>>;
type Opener = (properties: Properties) => FileIo | Promise<FileIo>;

/** Loaded on first use: a program on local disk alone does not pay for the SDK. */
const openS3: Opener = async (properties) => {
  const { createS3FileIo } = await import("./s3-file-io.ts");
  return createS3FileIo(properties);
};

const openers: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  ["file", () => createLocalFileIo()],
  ["memory", () => createMemoryFileIo()],
  ["s3", openS3],
  ["s3a", openS3],
  ["s3n", openS3],
]);

/**
 * Opens the storage that serves a location, by its scheme.
 *
 * Errors: `SETTINGS_INVALID`, `UNSUPPORTED` for a scheme that no storage serves.
 */
export async function openFileIo(location: string, properties: Properties): Promise<FileIo> {
  const { scheme } = parseLocation(location);
  const opener = openers.get(scheme);
  if (opener === undefined) {
    const known = [...openers.keys()].join(", ");
    throw new IcebergError(
      "UNSUPPORTED",
      `no storage for scheme "${scheme}" of ${location}; known: ${known}`,
      { context: { location, scheme } },
    );
  }
  return opener(properties);
}

/** A {@link FileIo} for every known scheme; opens each storage when its first location comes. */
export function createResolvingFileIo(properties: Properties): FileIo {
  return new ResolvingFileIo(properties);
}

class ResolvingFileIo implements FileIo {
  readonly schemes: readonly string[] = [...openers.keys()];
  readonly #properties: Properties;
  readonly #opened = new Map<string, Promise<FileIo>>();

  constructor(properties: Properties) {
    this.#properties = properties;
  }

  async read(location: string, options?: OperationOptions): Promise<Uint8Array> {
    return (await this.#resolve(location)).read(location, options);
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options?: OperationOptions,
  ): Promise<Uint8Array> {
    return (await this.#resolve(location)).readRange(location, start, end, options);
  }

  async stat(location: string, options?: OperationOptions): Promise<FileEntry | undefined> {
    return (await this.#resolve(location)).stat(location, options);
  }

  async write(location: string, bytes: Uint8Array, options?: OperationOptions): Promise<void> {
    await (await this.#resolve(location)).write(location, bytes, options);
  }

  async createExclusive(
    location: string,
    bytes: Uint8Array,
    options?: OperationOptions,
  ): Promise<"created" | "exists"> {
    return (await this.#resolve(location)).createExclusive(location, bytes, options);
  }

  async openWrite(location: string, options?: OperationOptions): Promise<OutputFile> {
    return (await this.#resolve(location)).openWrite(location, options);
  }

  async delete(location: string, options?: OperationOptions): Promise<void> {
    await (await this.#resolve(location)).delete(location, options);
  }

  async *list(prefix: string, options?: OperationOptions): AsyncIterable<FileEntry> {
    yield* (await this.#resolve(prefix)).list(prefix, options);
  }

  async *listFolders(folder: string, options?: OperationOptions): AsyncIterable<string> {
    yield* (await this.#resolve(folder)).listFolders(folder, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = new Set(await Promise.all(this.#opened.values()));
    this.#opened.clear();
    for (const fileIo of opened) await fileIo[Symbol.asyncDispose]();
  }

  async #resolve(location: string): Promise<FileIo> {
    const { scheme } = parseLocation(location);
    const known = this.#opened.get(scheme);
    if (known !== undefined) return known;
    const opening = openFileIo(location, this.#properties);
    this.#opened.set(scheme, opening);
    try {
      const fileIo = await opening;
      // s3 and s3a are one store: one client serves both.
      for (const served of fileIo.schemes) {
        if (!this.#opened.has(served)) this.#opened.set(served, opening);
      }
      return fileIo;
    } catch (error) {
      this.#opened.delete(scheme);
      throw error;
    }
  }
}
