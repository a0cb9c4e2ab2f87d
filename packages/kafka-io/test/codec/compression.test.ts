import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec/codec-error.ts";
import { compressionCodecFromAttributes, inflate } from "../../src/codec/compression.ts";

const PLAIN = Buffer.from("salon ".repeat(1000));
const PACKED = { gzip: gzipSync(PLAIN), zstd: zstdCompressSync(PLAIN) };

describe("compressionCodecFromAttributes", () => {
  test.each([
    [0, "none"],
    [1, "gzip"],
    [2, "snappy"],
    [3, "lz4"],
    [4, "zstd"],
    [0x34, "zstd"],
    [5, undefined],
    [7, undefined],
  ])("of %i is %s", (attributes, codec) => {
    expect(compressionCodecFromAttributes(attributes)).toBe(codec);
  });
});

describe("inflate", () => {
  test("none gives the bytes themselves", () => {
    expect(inflate("none", PLAIN, 1)).toBe(PLAIN);
  });

  test.each(["gzip", "zstd"] as const)("%s up to the limit and not beyond", (codec) => {
    expect(Buffer.from(inflate(codec, PACKED[codec], PLAIN.length))).toEqual(PLAIN);
    expect(() => inflate(codec, PACKED[codec], PLAIN.length - 1)).toThrow(
      expect.objectContaining({ isTooLarge: true }),
    );
  });

  test.each(["gzip", "zstd"] as const)("%s that is broken or cut off", (codec) => {
    const broken = [Buffer.from("nonsense"), PACKED[codec].subarray(0, -3)];
    for (const bytes of broken) {
      expect(() => inflate(codec, bytes, 1_000_000)).toThrow(CodecError);
      expect(() => inflate(codec, bytes, 1_000_000)).not.toThrow(
        expect.objectContaining({ isTooLarge: true }),
      );
    }
  });
});
