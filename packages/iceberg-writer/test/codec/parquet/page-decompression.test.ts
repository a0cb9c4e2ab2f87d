import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { expect, test } from "vitest";
import { createPageDecompressors } from "../../../src/codec/parquet/page-decompression.ts";

const TEXT = Buffer.from("once and once more, ".repeat(50));
const MIB = 2 ** 20;

/** A buffer of its own with the pages in it, and each of them as a part of it. */
function pagesOf(...compressed: readonly Uint8Array[]): readonly Uint8Array[] {
  const all = new Uint8Array(Buffer.concat(compressed));
  let offset = 0;
  return compressed.map(({ length }) => all.subarray(offset, (offset += length)));
}

test.each([
  ["ZSTD", zstdCompressSync],
  ["GZIP", gzipSync],
  ["BROTLI", brotliCompressSync],
  ["SNAPPY", snappyCompress],
] as const)("a page of %s is inflated once for two looks at it", (codec, compress) => {
  const { [codec]: inflate } = createPageDecompressors();
  const [first, second] = pagesOf(compress(TEXT), compress(TEXT.subarray(20)));
  if (inflate === undefined || first === undefined || second === undefined) throw new Error();
  const looked = inflate(first, TEXT.length);
  expect(Buffer.from(looked)).toEqual(TEXT);
  const other = inflate(second, TEXT.length - 20);
  expect(Buffer.from(other)).toEqual(TEXT.subarray(20));
  // Another view of the same bytes.
  expect(inflate(first.subarray(0), TEXT.length)).toBe(looked);
  expect(inflate(second, TEXT.length - 20)).toBe(other);
  // Nothing is held for a third.
  const third = inflate(first, TEXT.length);
  expect(third).not.toBe(looked);
  expect(Buffer.from(third)).toEqual(TEXT);
});

test("what is held is of one buffer, and bounded", () => {
  const { GZIP: inflate } = createPageDecompressors();
  if (inflate === undefined) throw new Error();
  const [page] = pagesOf(gzipSync(TEXT));
  const [elsewhere] = pagesOf(gzipSync(Buffer.from(TEXT).reverse()));
  if (page === undefined || elsewhere === undefined) throw new Error();
  const looked = inflate(page, TEXT.length);
  expect(Buffer.from(inflate(elsewhere, TEXT.length))).toEqual(Buffer.from(TEXT).reverse());
  expect(inflate(page, TEXT.length)).not.toBe(looked);

  const large = gzipSync(new Uint8Array(40 * MIB));
  const [first, second] = pagesOf(large, large);
  if (first === undefined || second === undefined) throw new Error();
  const held = inflate(first, 40 * MIB);
  const beyond = inflate(second, 40 * MIB);
  // Compared by identity alone: of so many bytes a message would take minutes.
  expect(inflate(second, 40 * MIB) === beyond).toBe(false);
  expect(inflate(first, 40 * MIB) === held).toBe(true);
});
