import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { snappyUncompress } from "hyparquet";
import { expect, test } from "vitest";
import { pageCompression } from "../../../src/codec/parquet/page-compression.ts";
import { parquetSettings } from "../../../src/codec/parquet/parquet-settings.ts";

const PREFIX = "write.parquet.";

test("has Iceberg's defaults, but longer pages and larger sorted dictionaries", () => {
  const { compression, ...sizes } = parquetSettings({});
  expect(compression.codec).toBe("ZSTD");
  expect(sizes).toEqual({
    pageVersion: 1,
    rowGroupSizeBytes: 134_217_728,
    pageSizeBytes: 1_048_576,
    pageRowLimit: 65_536,
    dictionarySizeBytes: 2_097_152,
    sortedDictionarySizeBytes: 8_388_608,
  });
});

test("obeys what the table sets", () => {
  const { compression, ...sizes } = parquetSettings({
    [`${PREFIX}compression-codec`]: "GZIP",
    [`${PREFIX}compression-level`]: "9",
    [`${PREFIX}page-version`]: "v2",
    [`${PREFIX}row-group-size-bytes`]: "1",
    [`${PREFIX}page-size-bytes`]: "2",
    [`${PREFIX}page-row-limit`]: "3",
    [`${PREFIX}dict-size-bytes`]: "0",
  });
  expect(compression.codec).toBe("GZIP");
  expect(sizes).toEqual({
    pageVersion: 2,
    rowGroupSizeBytes: 1,
    pageSizeBytes: 2,
    pageRowLimit: 3,
    dictionarySizeBytes: 0,
    sortedDictionarySizeBytes: 0,
  });
});

test.each([
  [{ "compression-codec": "lz4" }, "UNSUPPORTED", "lz4"],
  [{ "compression-level": "0" }, "SETTINGS_INVALID", "compression-level"],
  [{ "compression-level": "fast" }, "SETTINGS_INVALID", "compression-level"],
  [{ "page-row-limit": "0" }, "SETTINGS_INVALID", "page-row-limit"],
  [{ "page-size-bytes": "1 MB" }, "SETTINGS_INVALID", "page-size-bytes"],
  [{ "row-group-size-bytes": "" }, "SETTINGS_INVALID", "row-group-size-bytes"],
  [{ "page-version": "v3" }, "SETTINGS_INVALID", "page-version"],
])("refuses %o", (own, code, name) => {
  const properties = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [PREFIX + key, value]),
  );
  expect(() => parquetSettings(properties)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(name) }),
  );
});

test("compresses so that others decompress, and shares no memory with the input", () => {
  const input = Uint8Array.from({ length: 10_000 }, (_, i) => i & 7);
  const decompress: Record<string, (bytes: Uint8Array) => Uint8Array> = {
    zstd: zstdDecompressSync,
    gzip: gunzipSync,
    snappy: (bytes) => {
      const output = new Uint8Array(input.length);
      snappyUncompress(bytes, output);
      return output;
    },
    uncompressed: (bytes) => bytes,
  };
  for (const [codec, reverse] of Object.entries(decompress)) {
    const compressed = pageCompression(codec, undefined).compress(input);
    expect(compressed.buffer).not.toBe(input.buffer);
    expect(compressed.buffer.byteLength).toBe(compressed.length);
    expect(Buffer.compare(reverse(compressed), input)).toBe(0);
  }
});
