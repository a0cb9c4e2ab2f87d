import { IcebergError } from "../iceberg-error.ts";
import type { FileEntry, FileIo, OperationOptions, OutputFile } from "./file-io.ts";
import { createLocalFileIo } from "./local-file-io.ts";
import { parseLocation } from "./location.ts";
import { createMemoryFileIo } from "./memory-file-io.ts";
import type {
  PrefixCredentials,
  StorageCredential,
  VendedCredentials,
} from "./vended-credentials.ts";

type Properties = Readonly<Record<string, string>>;
type Opener = (properties: Properties, vended?: PrefixCredentials) => FileIo | Promise<FileIo>;

/** Loaded on first use: a program on local disk alone does not pay for the SDK. */
const openS3: Opener = async (properties, vended) => {
  const { createS3FileIo } = await import("./s3-file-io.ts");
  return createS3FileIo(properties, vended);
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
  return openerOf(location)(properties);
}

function openerOf(location: string): Opener {
  const { scheme } = parseLocation(location);
  const opener = openers.get(scheme);
  if (opener !== undefined) return opener;
  const known = [...openers.keys()].join(", ");
  throw new IcebergError(
    "UNSUPPORTED",
    `no storage for scheme "${scheme}" of ${location}; known: ${known}`,
    { context: { location, scheme } },
  );
}

/** A {@link FileIo} for every known scheme; opens each storage when its first location comes. */
export function createResolvingFileIo(properties: Properties): FileIo {
  return new ResolvingFileIo(properties, undefined);
}

/** As {@link createResolvingFileIo}, with a storage of its own for each prefix of credentials. */
export function createVendedFileIo(properties: Properties, vended: VendedCredentials): FileIo {
  return new ResolvingFileIo(properties, vended);
}

class ResolvingFileIo implements FileIo {
  readonly schemes: readonly string[] = [...openers.keys()];
  readonly #properties: Properties;
  readonly #vended: VendedCredentials | undefined;
  /** By scheme and prefix of credentials. */
  readonly #opened = new Map<string, Promise<FileIo>>();

  constructor(properties: Properties, vended: VendedCredentials | undefined) {
    this.#properties = properties;
    this.#vended = vended;
  }

  async read(location: string, options?: OperationOptions): Promise<Uint8Array> {
    return (await this.#resolve(location, options)).read(location, options);
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options?: OperationOptions,
  ): Promise<Uint8Array> {
    return (await this.#resolve(location, options)).readRange(location, start, end, options);
  }

  async stat(location: string, options?: OperationOptions): Promise<FileEntry | undefined> {
    return (await this.#resolve(location, options)).stat(location, options);
  }

  async write(location: string, bytes: Uint8Array, options?: OperationOptions): Promise<void> {
    await (await this.#resolve(location, options)).write(location, bytes, options);
  }

  async createExclusive(
    location: string,
    bytes: Uint8Array,
    options?: OperationOptions,
  ): Promise<"created" | "exists"> {
    return (await this.#resolve(location, options)).createExclusive(location, bytes, options);
  }

  async openWrite(location: string, options?: OperationOptions): Promise<OutputFile> {
    return (await this.#resolve(location, options)).openWrite(location, options);
  }

  async delete(location: string, options?: OperationOptions): Promise<void> {
    await (await this.#resolve(location, options)).delete(location, options);
  }

  async *list(prefix: string, options?: OperationOptions): AsyncIterable<FileEntry> {
    yield* (await this.#resolve(prefix, options)).list(prefix, options);
  }

  async *listFolders(folder: string, options?: OperationOptions): AsyncIterable<string> {
    yield* (await this.#resolve(folder, options)).listFolders(folder, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = new Set(await Promise.all(this.#opened.values()));
    this.#opened.clear();
    for (const fileIo of opened) await fileIo[Symbol.asyncDispose]();
  }

  async #resolve(location: string, options?: OperationOptions): Promise<FileIo> {
    const credential = await this.#vended?.find(location, options);
    const keyOf = (scheme: string): string => `${scheme} ${credential?.prefix ?? ""}`;
    const key = keyOf(parseLocation(location).scheme);
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const opening = this.#open(location, credential);
    this.#opened.set(key, opening);
    try {
      const fileIo = await opening;
      // s3 and s3a are one store: one client serves both.
      for (const served of fileIo.schemes.map(keyOf)) {
        if (!this.#opened.has(served)) this.#opened.set(served, opening);
      }
      return fileIo;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }

  async #open(location: string, credential: StorageCredential | undefined): Promise<FileIo> {
    const opener = openerOf(location);
    if (credential === undefined) return opener(this.#properties);
    const { prefix, properties } = credential;
    return opener({ ...this.#properties, ...properties }, this.#vended?.at(prefix));
  }
}
