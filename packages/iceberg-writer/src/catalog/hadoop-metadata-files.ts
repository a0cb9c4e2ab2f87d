import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { joinLocation, lastSegment } from "../io/location.ts";
import type { MetadataFileName } from "../spec/metadata-file-name.ts";
import {
  fileSystemMetadataFileName,
  parseFileSystemMetadataFileName,
} from "../spec/metadata-file-name.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import { decodeMetadata } from "./metadata-bytes.ts";

/** One version of a table's metadata in the file-system layout. */
export interface MetadataVersion {
  readonly version: number;
  readonly location: string;
}

/** Plain before compressed: the order in which Iceberg's Java library looks for a version. */
const suffixes = [".metadata.json", ".gz.metadata.json", ".metadata.json.gz"] as const;
/** More than any writer puts before `table-uuid`. */
const uuidPrefixBytes = 4096;

/** Reads the name of a version file; undefined for any other location. */
export function parseVersionFile(location: string): MetadataFileName | undefined {
  return parseFileSystemMetadataFileName(lastSegment(location));
}

/**
 * The `metadata/` folder of one table in the file-system layout (spec: File System Tables):
 * `v<N>.metadata.json` and a hint that may be behind.
 */
export class HadoopMetadataFiles {
  /** Without a slash at its end. */
  readonly folder: string;
  readonly #fileIo: FileIo;

  constructor(fileIo: FileIo, tableLocation: string) {
    this.#fileIo = fileIo;
    this.folder = joinLocation(tableLocation, "metadata");
  }

  /** Where a version is written. */
  versionLocation(name: MetadataFileName): string {
    return joinLocation(this.folder, fileSystemMetadataFileName(name));
  }

  /**
   * The newest version: from the hint upwards while there is a next one, or by listing where the
   * hint is missing or leads nowhere. Undefined when there is none.
   */
  async findNewest(options?: OperationOptions): Promise<MetadataVersion | undefined> {
    const hint = await this.#readHint(options);
    let newest = hint === undefined ? undefined : await this.#findHinted(hint, options);
    while (newest !== undefined) {
      const next = await this.#find(newest.version + 1, options);
      if (next === undefined) return newest;
      newest = next;
    }
    newest = await this.listNewest(options);
    if (hint !== undefined && newest !== undefined && newest.version < hint) {
      throw new IcebergError(
        "METADATA_INVALID",
        `the version hint of ${this.folder} says ${hint}, but the newest is ${newest.version}`,
        { context: { folder: this.folder, hint } },
      );
    }
    return newest;
  }

  /**
   * The newest version, where one is known that was: for two small requests while the hint names it
   * and it is there, by listing otherwise. With the uuid of its table.
   */
  async lookAgain(
    known: MetadataVersion,
    options?: OperationOptions,
  ): Promise<(MetadataVersion & { readonly tableUuid: string }) | undefined> {
    const [hint, tableUuid] = await Promise.all([
      this.#readHint(options),
      this.readUuid(known.location, options).catch(undefinedIfGone),
    ]);
    if (hint === known.version && tableUuid !== undefined) return { ...known, tableUuid };
    const newest = await this.listNewest(options);
    return newest && { ...newest, tableUuid: await this.readUuid(newest.location, options) };
  }

  /**
   * The newest version, after one was created that follows another. While the hint names none that
   * is newer and the one before is still there, nothing can have been cleaned away behind it: it
   * fills no gap, and is the newest itself or followed by others in line. Otherwise listing tells.
   */
  async lookBehind(
    created: MetadataVersion,
    before: MetadataVersion,
    options?: OperationOptions,
  ): Promise<MetadataVersion | undefined> {
    const [hint, isThere] = await Promise.all([
      this.#readHint(options),
      this.#fileIo.stat(before.location, options).then((entry) => entry !== undefined),
    ]);
    const isInLine = isThere && (hint === before.version || hint === created.version);
    return isInLine ? created : this.listNewest(options);
  }

  /** The newest version that a listing shows. */
  async listNewest(options?: OperationOptions): Promise<MetadataVersion | undefined> {
    let newest: MetadataVersion | undefined;
    for await (const { version, location } of this.listVersions(options)) {
      if (newest === undefined || version > newest.version) newest = { version, location };
    }
    return newest;
  }

  async *listVersions(options?: OperationOptions): AsyncIterable<MetadataVersion> {
    for await (const { location } of this.#fileIo.list(joinLocation(this.folder, "v"), options)) {
      const parsed = parseVersionFile(location);
      // The prefix also matches folders: only files directly in metadata/ are versions.
      if (parsed === undefined || location.indexOf("/", this.folder.length + 1) !== -1) continue;
      yield { version: parsed.version, location };
    }
  }

  async read(location: string, options?: OperationOptions): Promise<TableMetadata> {
    return decodeMetadata(await this.#fileIo.read(location, options), location);
  }

  /** Only the table's uuid; a few bytes where the file is not compressed. */
  async readUuid(location: string, options?: OperationOptions): Promise<string> {
    const start = await this.#fileIo.readRange(location, 0, uuidPrefixBytes, options);
    const match = /"table-uuid"\s*:\s*"([^"]+)"/u.exec(Buffer.from(start).toString("latin1"));
    return match?.[1] ?? (await this.read(location, options)).tableUuid;
  }

  /** Best effort: the hint only shortens the search for the newest version. */
  async writeHint(version: number, options?: OperationOptions): Promise<void> {
    try {
      const bytes = new TextEncoder().encode(String(version));
      await this.#fileIo.write(this.#hintLocation, bytes, options);
    } catch {
      // Readers look upwards from an older hint, and list without one.
    }
  }

  /** Removes all versions, the newest last, so that the table is there whole or not at all. */
  async deleteAll(options?: OperationOptions): Promise<void> {
    const versions: MetadataVersion[] = [];
    for await (const version of this.listVersions(options)) versions.push(version);
    versions.sort((a, b) => a.version - b.version);
    for (const { location } of versions) await this.#fileIo.delete(location, options);
    await this.#fileIo.delete(this.#hintLocation, options);
  }

  get #hintLocation(): string {
    return joinLocation(this.folder, "version-hint.text");
  }

  async #readHint(options?: OperationOptions): Promise<number | undefined> {
    try {
      const bytes = await this.#fileIo.read(this.#hintLocation, options);
      const text = new TextDecoder().decode(bytes).trim();
      return /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
    } catch {
      // Whatever keeps it from being read, listing finds the version, or tells the error.
      options?.signal?.throwIfAborted();
      return undefined;
    }
  }

  /** One request instead of three where the version is plain, as it mostly is. */
  async #findHinted(
    version: number,
    options?: OperationOptions,
  ): Promise<MetadataVersion | undefined> {
    const location = this.versionLocation({ version, isGzipped: false });
    const isThere = (await this.#fileIo.stat(location, options)) !== undefined;
    return isThere ? { version, location } : this.#find(version, options);
  }

  async #find(version: number, options?: OperationOptions): Promise<MetadataVersion | undefined> {
    const found = await Promise.all(
      suffixes.map((suffix) =>
        this.#fileIo.stat(joinLocation(this.folder, `v${version}${suffix}`), options),
      ),
    );
    const first = found.find((entry) => entry !== undefined);
    return first === undefined ? undefined : { version, location: first.location };
  }
}

function undefinedIfGone(error: unknown): undefined {
  if (!(error instanceof IcebergError) || error.code !== "FILE_NOT_FOUND") throw error;
}
