import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { CompressionCodec } from "hyparquet";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { IcebergError } from "../../iceberg-error.ts";

/** Compresses the body of a page; the result never shares memory with the input. */
export interface PageCompression {
  readonly codec: CompressionCodec;
  compress(bytes: Uint8Array): Uint8Array;
}

/** Level 1 is as small as 3 on dictionary-encoded pages, and faster; the library's default is 3. */
const ZSTD_LEVEL_DEFAULT = 1;

/**
 * The compression of a codec by its name in `write.parquet.compression-codec`. `UNSUPPORTED` for
 * codecs that Parquet knows and this library does not, `SETTINGS_INVALID` for a level out of range.
 */
export function pageCompression(codec: string, level: number | undefined): PageCompression {
  switch (codec.toLowerCase()) {
    case "zstd": {
      const zstdLevel = checkLevel(codec, level ?? ZSTD_LEVEL_DEFAULT, 1, 22);
      const params = { [constants.ZSTD_c_compressionLevel]: zstdLevel };
      return {
        codec: "ZSTD",
        compress: (bytes) => exact(zstdCompressSync(bytes, { params, chunkSize: roomFor(bytes) })),
      };
    }
    case "gzip": {
      const options = level === undefined ? {} : { level: checkLevel(codec, level, 0, 9) };
      return {
        codec: "GZIP",
        compress: (bytes) => exact(gzipSync(bytes, { ...options, chunkSize: roomFor(bytes) })),
      };
    }
    case "snappy":
      return { codec: "SNAPPY", compress: (bytes) => exact(snappyCompress(bytes)) };
    case "uncompressed":
    case "none":
      return { codec: "UNCOMPRESSED", compress: exact };
    default:
      throw new IcebergError(
        "UNSUPPORTED",
        `write.parquet.compression-codec ${codec} is not one of zstd, gzip, snappy, uncompressed`,
      );
  }
}

/** Bytes that any result fits: with a smaller output buffer zlib works in pieces and joins them. */
function roomFor(bytes: Uint8Array): number {
  return bytes.length + (bytes.length >>> 7) + 512;
}

/** A copy without the rest of its buffer, which would be held as long as the page is. */
function exact(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function checkLevel(codec: string, level: number, min: number, max: number): number {
  if (level >= min && level <= max) return level;
  throw new IcebergError(
    "SETTINGS_INVALID",
    `write.parquet.compression-level ${level} is not between ${min} and ${max} for ${codec}`,
  );
}
