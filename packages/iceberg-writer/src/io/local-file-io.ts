import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, readdir, rename, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { IcebergError } from "../iceberg-error.ts";
import type { FileEntry, FileIo, OperationOptions, OutputFile } from "./file-io.ts";
import { errnoOf, localFileError } from "./local-file-error.ts";
import { parseLocation } from "./location.ts";

/** What the local {@link FileIo} takes from outside. */
export interface LocalFileIoComponents {
  /** Names files that are being written. */
  readonly randomUuid?: (() => string) | undefined;
}

/**
 * Files of this machine, under `file:///…`, `file:/…` or an absolute path. Missing folders are
 * made. Every file is written beside its place and flushed to disk before it appears there.
 */
export function createLocalFileIo(components: LocalFileIoComponents = {}): FileIo {
  return new LocalFileIo(components.randomUuid ?? randomUUID);
}

const temporaryName = /^\.salon-.*\.tmp$/u;

class LocalFileIo implements FileIo {
  readonly schemes: readonly string[] = ["file"];
  readonly #randomUuid: () => string;

  constructor(randomUuid: () => string) {
    this.#randomUuid = randomUuid;
  }

  async read(location: string, options: OperationOptions = {}): Promise<Uint8Array> {
    const path = localPath(location);
    return attempt("read", path, options, () => readFile(path));
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options: OperationOptions = {},
  ): Promise<Uint8Array> {
    const path = localPath(location);
    return attempt("read", path, options, async () => {
      await using handle = await open(path, "r");
      const bytes = new Uint8Array(Math.max(0, end - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(
          bytes,
          filled,
          bytes.length - filled,
          start + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    });
  }

  async stat(location: string, options: OperationOptions = {}): Promise<FileEntry | undefined> {
    const path = localPath(location);
    return attempt("stat", path, options, async () => {
      const found = await stat(path).catch(undefinedIfMissing);
      if (found === undefined || !found.isFile()) return undefined;
      return { location, length: found.size, modifiedMs: Math.floor(found.mtimeMs) };
    });
  }

  async write(location: string, bytes: Uint8Array, options: OperationOptions = {}): Promise<void> {
    await using file = await this.openWrite(location, options);
    await file.write(bytes);
    await file.close();
  }

  async createExclusive(
    location: string,
    bytes: Uint8Array,
    options: OperationOptions = {},
  ): Promise<"created" | "exists"> {
    const path = localPath(location);
    return attempt("create", path, options, async () => {
      const temporary = await this.#createTemporary(path);
      try {
        await writeAll(temporary.handle, bytes);
        await temporary.handle.sync();
        // link() refuses an existing name in one step; rename() would replace it.
        return await linkExclusive(temporary, path);
      } finally {
        await temporary.handle.close();
        await unlink(temporary.path).catch(undefinedIfMissing);
      }
    });
  }

  async openWrite(location: string, options: OperationOptions = {}): Promise<OutputFile> {
    const path = localPath(location);
    const temporary = await attempt("create", path, options, () => this.#createTemporary(path));
    return new LocalOutputFile(location, path, temporary, options.signal);
  }

  async delete(location: string, options: OperationOptions = {}): Promise<void> {
    const path = localPath(location);
    await attempt("delete", path, options, () => unlink(path).catch(undefinedIfMissing));
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncIterable<FileEntry> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const names = await this.#namesIn(folder, options);
    for (const { name, isFolder } of names) {
      const location = folder + name;
      if (isFolder) {
        const inner = `${location}/`;
        if (inner.startsWith(prefix)) yield* this.list(inner, options);
      } else if (location.startsWith(prefix)) {
        const entry = await this.stat(location, options);
        if (entry !== undefined) yield entry;
      }
    }
  }

  async *listFolders(folder: string, options: OperationOptions = {}): AsyncIterable<string> {
    for (const { name, isFolder } of await this.#namesIn(folder, options)) {
      if (isFolder) yield `${folder}${name}/`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Holds nothing between calls.
  }

  async #namesIn(
    folder: string,
    options: OperationOptions,
  ): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
    const path = localPath(folder);
    return attempt("list", path, options, async () => {
      const entries = await readdir(path, { withFileTypes: true }).catch(undefinedIfMissing);
      return (entries ?? [])
        .filter((entry) => !temporaryName.test(entry.name))
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async #createTemporary(path: string): Promise<Temporary> {
    const folder = dirname(path);
    const temporaryPath = join(folder, `.salon-${this.#randomUuid()}.tmp`);
    try {
      return { path: temporaryPath, handle: await open(temporaryPath, "wx") };
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      await makeFolder(folder);
      return { path: temporaryPath, handle: await open(temporaryPath, "wx") };
    }
  }
}

interface Temporary {
  readonly path: string;
  readonly handle: FileHandle;
}

class LocalOutputFile implements OutputFile {
  readonly location: string;
  length = 0;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  #temporary: Temporary | undefined;

  constructor(location: string, path: string, temporary: Temporary, signal?: AbortSignal) {
    this.location = location;
    this.#path = path;
    this.#temporary = temporary;
    this.#signal = signal;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { handle } = this.#open();
    await attempt("write", this.#path, { signal: this.#signal }, () => writeAll(handle, bytes));
    this.length += bytes.length;
  }

  async close(): Promise<void> {
    const temporary = this.#open();
    await attempt("write", this.#path, { signal: this.#signal }, async () => {
      await temporary.handle.sync();
      await temporary.handle.close();
      // Hadoop's checksum of the replaced file would make Spark refuse the new one.
      const checksum = join(dirname(this.#path), `.${basename(this.#path)}.crc`);
      await unlink(checksum).catch(undefinedIfMissing);
      await rename(temporary.path, this.#path);
      this.#temporary = undefined;
      await syncFolder(dirname(this.#path));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const temporary = this.#temporary;
    if (temporary === undefined) return;
    this.#temporary = undefined;
    // Quietly: an error here would hide the one that led here.
    await temporary.handle.close().catch(() => undefined);
    await unlink(temporary.path).catch(() => undefined);
  }

  #open(): Temporary {
    if (this.#temporary === undefined) throw new Error(`${this.location} is closed`);
    return this.#temporary;
  }
}

/** The path that Spark and PyIceberg open for a location: its text behind the scheme. */
function localPath(location: string): string {
  const { scheme, authority, path } = parseLocation(location);
  if (scheme !== "file" || (authority !== "" && authority !== "localhost")) {
    throw new IcebergError("SETTINGS_INVALID", `${location} is not a file of this machine`, {
      context: { location },
    });
  }
  return path;
}

/** Node's own recursive mkdir says of a read-only file system that something is missing. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
}

async function attempt<T>(
  verb: string,
  path: string,
  options: OperationOptions,
  action: () => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  try {
    return await action();
  } catch (error) {
    throw localFileError(error, verb, path);
  }
}

async function linkExclusive(temporary: Temporary, path: string): Promise<"created" | "exists"> {
  try {
    await link(temporary.path, path);
  } catch (error) {
    // A network file system may lose the answer to a link that it made; the link count tells.
    const linked = (await temporary.handle.stat()).nlink > 1;
    if (!linked && errnoOf(error) === "EEXIST") return "exists";
    if (!linked && ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error))) {
      throw new IcebergError(
        "CONDITIONAL_CREATE_UNSUPPORTED",
        `the file system of ${path} has no hard links, without which commits are not safe`,
        { context: { path }, cause: error },
      );
    }
    if (!linked) throw error;
  }
  await syncFolder(dirname(path));
  return "created";
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written);
    written += bytesWritten;
  }
}

/** Makes a new name last through a power cut; a file system that cannot do it is left at that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EISDIR", "EPERM", "EACCES"].includes(errnoOf(error))) throw error;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  const errno = errnoOf(error);
  if (errno !== "ENOENT" && errno !== "ENOTDIR") throw error;
}
