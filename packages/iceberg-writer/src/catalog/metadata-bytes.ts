import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import { IcebergError } from "../iceberg-error.ts";
import { parseTableMetadata, serializeTableMetadata } from "../spec/table-metadata-json.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";

/** Bytes of a metadata file, compressed where its name says so. */
export async function encodeMetadata(
  metadata: TableMetadata,
  isGzipped: boolean,
): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(serializeTableMetadata(metadata));
  return isGzipped ? promisify(gzip)(bytes) : bytes;
}

/**
 * Reads a metadata file; what is compressed is told by its first bytes. `METADATA_INVALID`,
 * `UNSUPPORTED`.
 */
export async function decodeMetadata(bytes: Uint8Array, location: string): Promise<TableMetadata> {
  const isGzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = isGzipped ? await inflated(bytes, location) : bytes;
  try {
    return parseTableMetadata(new TextDecoder().decode(plain));
  } catch (cause) {
    if (!(cause instanceof IcebergError)) throw cause;
    const context = { ...cause.context, location };
    throw new IcebergError(cause.code, `${location}: ${cause.message}`, { context, cause });
  }
}

async function inflated(bytes: Uint8Array, location: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause);
    const message = `${location} is no whole gzip file: ${told}`;
    throw new IcebergError("METADATA_INVALID", message, { context: { location }, cause });
  }
}
