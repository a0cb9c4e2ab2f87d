import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { CodecError, tooLarge } from "./codec-error.ts";
import { inflateLz4 } from "./lz4.ts";
import { inflateSnappy } from "./snappy.ts";

/** How a batch's records are compressed (Kafka protocol: record batch attributes, bits 0 to 2). */
export type CompressionCodec = "none" | "gzip" | "snappy" | "lz4" | "zstd";

const CODECS: readonly CompressionCodec[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** The codec of a batch's attributes; undefined for a number no codec has. */
export function compressionCodecFromAttributes(attributes: number): CompressionCodec | undefined {
  return CODECS[attributes & 0x07];
}

/**
 * The bytes that `input` stands for; `input` itself where it is not compressed.
 *
 * @throws CodecError where they are broken or inflate beyond `sizeMaxBytes`.
 */
export function inflate(
  codec: CompressionCodec,
  input: Uint8Array,
  sizeMaxBytes: number,
): Uint8Array {
  switch (codec) {
    case "none":
      return input;
    case "gzip":
      return inflateByZlib(gunzipSync, input, sizeMaxBytes);
    case "zstd":
      return inflateByZlib(zstdDecompressSync, input, sizeMaxBytes);
    case "snappy":
      return inflateSnappy(input, sizeMaxBytes);
    case "lz4":
      return inflateLz4(input, sizeMaxBytes);
    default:
      return codec satisfies never;
  }
}

function inflateByZlib(
  decompress: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array,
  input: Uint8Array,
  sizeMaxBytes: number,
): Uint8Array {
  try {
    return decompress(input, { maxOutputLength: sizeMaxBytes });
  } catch (error) {
    if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(sizeMaxBytes, error);
    }
    throw new CodecError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
