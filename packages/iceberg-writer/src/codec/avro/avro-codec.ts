import {
  crc32,
  deflateRawSync,
  inflateRawSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { IcebergError } from "../../iceberg-error.ts";

/** The codecs of Avro object container files, under their names in the file. */
export type AvroCodec = "null" | "deflate" | "snappy" | "zstandard";

/** Far more than any writer puts into a block. */
const BLOCK_BYTES_MAX = 256 * 1024 * 1024;
const LIMIT = { maxOutputLength: BLOCK_BYTES_MAX };

/** The codec that a file names; `UNSUPPORTED` for one that this library does not read. */
export function parseAvroCodec(name: string): AvroCodec {
  switch (name) {
    case "null":
    case "deflate":
    case "snappy":
    case "zstandard":
      return name;
    default:
      throw new IcebergError("UNSUPPORTED", `Avro codec ${name} is not known`);
  }
}

/** Compresses the data of one block. */
export function compressBlock(codec: AvroCodec, data: Uint8Array): Uint8Array {
  switch (codec) {
    case "null":
      return data;
    case "deflate":
      return deflateRawSync(data);
    case "snappy": {
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(data));
      return Buffer.concat([snappyCompress(data), checksum]);
    }
    case "zstandard":
      return zstdCompressSync(data);
    default:
      return codec satisfies never;
  }
}

/**
 * The inverse of {@link compressBlock}; `METADATA_INVALID` where the block is broken, or inflates
 * beyond reason.
 */
export function decompressBlock(codec: AvroCodec, block: Uint8Array): Uint8Array {
  try {
    switch (codec) {
      case "null":
        return block;
      case "deflate":
        return inflateRawSync(block, LIMIT);
      case "snappy":
        return decompressSnappy(block);
      case "zstandard":
        return zstdDecompressSync(block, LIMIT);
      default:
        return codec satisfies never;
    }
  } catch (cause) {
    if (cause instanceof IcebergError) throw cause;
    throw new IcebergError("METADATA_INVALID", `a block of Avro's ${codec} is broken`, { cause });
  }
}

/** Avro adds four bytes, the checksum of the data, big endian (Avro: Required Codecs). */
function decompressSnappy(block: Uint8Array): Uint8Array {
  const compressed = block.subarray(0, -4);
  const length = snappyLength(compressed);
  if (length > BLOCK_BYTES_MAX) {
    throw new IcebergError("METADATA_INVALID", `a block of Avro's snappy has ${length} bytes`);
  }
  const data = new Uint8Array(length);
  snappyUncompress(compressed, data);
  const checksum = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (checksum.readUInt32BE(block.length - 4) === crc32(data)) return data;
  throw new IcebergError("METADATA_INVALID", "a block of Avro's snappy has another checksum");
}

/** The length of the data stands first, seven bits a byte. */
function snappyLength(compressed: Uint8Array): number {
  let length = 0;
  let scale = 1;
  for (const byte of compressed.subarray(0, 5)) {
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  return length;
}
