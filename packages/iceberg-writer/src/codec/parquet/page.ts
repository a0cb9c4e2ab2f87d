import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import type { PageCompression } from "./page-compression.ts";

/** A page as it stands in the file: header and compressed body. */
export interface EncodedPage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Header and body before compression. */
  readonly uncompressedSize: number;
}

/**
 * A page of version 1 with all its levels inside the compressed body: what Iceberg's Java writer
 * makes by default and every reader takes.
 */
export function encodeDataPage(
  body: Uint8Array,
  valueCount: number,
  encoding: "PLAIN" | "RLE_DICTIONARY",
  compression: PageCompression,
): EncodedPage {
  const compressed = compression.compress(body);
  const writer = new ByteWriter(64);
  writePageHeader(writer, {
    type: "DATA_PAGE",
    uncompressed_page_size: body.length,
    compressed_page_size: compressed.length,
    data_page_header: {
      num_values: valueCount,
      encoding,
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE",
    },
  });
  return encodedPage(writer, body.length, compressed);
}

/** A page of values in the PLAIN encoding behind its levels. */
export function encodePlainPage(
  levels: Uint8Array,
  values: Uint8Array,
  valueCount: number,
  compression: PageCompression,
): EncodedPage {
  const body = new Uint8Array(levels.length + values.length);
  body.set(levels);
  body.set(values, levels.length);
  return encodeDataPage(body, valueCount, "PLAIN", compression);
}

/** The page of a chunk's distinct values, in the PLAIN encoding. */
export function encodeDictionaryPage(
  body: Uint8Array,
  valueCount: number,
  compression: PageCompression,
): EncodedPage {
  const compressed = compression.compress(body);
  const writer = new ByteWriter(64);
  writePageHeader(writer, {
    type: "DICTIONARY_PAGE",
    uncompressed_page_size: body.length,
    compressed_page_size: compressed.length,
    dictionary_page_header: { num_values: valueCount, encoding: "PLAIN" },
  });
  return encodedPage(writer, body.length, compressed);
}

/** Bytes that a page takes in the file. */
export function pageLength(page: EncodedPage): number {
  return page.header.length + page.body.length;
}

function encodedPage(writer: ByteWriter, bodyLength: number, body: Uint8Array): EncodedPage {
  const header = writer.getBytes();
  return { header, body, uncompressedSize: header.length + bodyLength };
}
