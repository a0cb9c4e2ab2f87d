import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors } from "hyparquet";
import { snappyUncompress } from "hyparquet/src/snappy.js";

type Inflate = NonNullable<Compressors["ZSTD"]>;

const INFLATE: Readonly<Record<"ZSTD" | "GZIP" | "BROTLI" | "SNAPPY", Inflate>> = {
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, limitOf(length)),
  GZIP: (bytes, length) => gunzipSync(bytes, limitOf(length)),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, limitOf(length)),
  SNAPPY: (bytes, length) => {
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
};

/** What pages may come to that are held between two looks at them. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The codecs of pages. What a page came to is at hand for who inflates the very same bytes once
 * more, for pages are looked at before they are decoded: of one buffer at a time, and no more than
 * a few pages, so that what inflates to much is inflated again instead of held.
 */
export function createPageDecompressors(): Compressors {
  let buffer: ArrayBufferLike | undefined;
  let heldBytes = 0;
  const held = new Map<number, { readonly byteLength: number; readonly page: Uint8Array }>();
  const inflateOnce =
    (inflate: Inflate): Inflate =>
    (bytes, length) => {
      if (bytes.buffer !== buffer) {
        buffer = bytes.buffer;
        heldBytes = 0;
        held.clear();
      }
      const { byteOffset, byteLength } = bytes;
      const known = held.get(byteOffset);
      if (known?.byteLength === byteLength && known.page.length === length) {
        held.delete(byteOffset);
        heldBytes -= length;
        return known.page;
      }
      const page = inflate(bytes, length);
      if (known === undefined && heldBytes + page.length <= HELD_BYTES_MAX) {
        held.set(byteOffset, { byteLength, page });
        heldBytes += page.length;
      }
      return page;
    };
  return {
    ZSTD: inflateOnce(INFLATE.ZSTD),
    GZIP: inflateOnce(INFLATE.GZIP),
    BROTLI: inflateOnce(INFLATE.BROTLI),
    SNAPPY: inflateOnce(INFLATE.SNAPPY),
  };
}

/** No page inflates beyond what its header says. */
function limitOf(length: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, length) };
}
