import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors } from "hyparquet";

/** The codecs that hyparquet does not have itself; it has SNAPPY. */
export const PAGE_DECOMPRESSORS: Compressors = {
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, limitOf(length)),
  GZIP: (bytes, length) => gunzipSync(bytes, limitOf(length)),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, limitOf(length)),
};

/** No page inflates beyond what its header says. */
function limitOf(length: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, length) };
}
