/**
 * Names of metadata files (spec: File System Tables, Metastore Tables; Appendix F, Naming for
 * GZIP).
 */
export interface MetadataFileName {
  readonly version: number;
  readonly isGzipped: boolean;
}

const FILE_SYSTEM = /^v(\d+)(\.gz)?\.metadata\.json(\.gz)?$/;
const METASTORE = /^(\d+)-[^/]+?(\.gz)?\.metadata\.json(\.gz)?$/;

/** `v<version>.metadata.json`, of a table whose catalog is the file system. */
export function fileSystemMetadataFileName({ version, isGzipped }: MetadataFileName): string {
  return `v${version}${isGzipped ? ".gz" : ""}.metadata.json`;
}

/**
 * `<version>-<uuid>.metadata.json`, the version padded to five digits, of a table in a metastore.
 */
export function metastoreMetadataFileName(name: MetadataFileName, uuid: string): string {
  const version = name.version.toString().padStart(5, "0");
  return `${version}-${uuid}${name.isGzipped ? ".gz" : ""}.metadata.json`;
}

/**
 * Reads the last part of a location; undefined where it names no metadata file of a file-system
 * table.
 */
export function parseFileSystemMetadataFileName(fileName: string): MetadataFileName | undefined {
  return parseName(FILE_SYSTEM, fileName);
}

/**
 * Reads the last part of a location; undefined where it names no metadata file of a metastore's
 * table.
 */
export function parseMetastoreMetadataFileName(fileName: string): MetadataFileName | undefined {
  return parseName(METASTORE, fileName);
}

function parseName(pattern: RegExp, fileName: string): MetadataFileName | undefined {
  const match = pattern.exec(fileName);
  if (match === null) return undefined;
  return { version: Number(match[1]), isGzipped: match[2] !== undefined || match[3] !== undefined };
}
