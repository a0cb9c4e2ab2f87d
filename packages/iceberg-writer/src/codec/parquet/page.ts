import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import type { PageCompression } from "./page-compression.ts";
import { levelByteLength, type EncodedLevels } from "./page-levels.ts";
import { ScratchWriter } from "./scratch-writer.ts";

/** A page as it stands in the file: header and compressed body. */
export interface EncodedPage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Header and body before compression. */
  readonly uncompressedSize: number;
}

const bodies = new ScratchWriter();

/** How the pages of a table are framed. */
export interface PageSettings {
  readonly compression: PageCompression;
  /** Of data pages: version 1 is what every reader takes. */
  readonly pageVersion: 1 | 2;
}

/** How the values of a data page are written. */
export type ValueEncoding = "PLAIN" | "DELTA_BINARY_PACKED" | "RLE_DICTIONARY";

/** A page of values behind their levels. */
export function encodeDataPage(
  levels: EncodedLevels,
  values: Uint8Array,
  encoding: ValueEncoding,
  settings: PageSettings,
): EncodedPage {
  return settings.pageVersion === 1
    ? encodeFirstVersion(levels, values, encoding, settings.compression)
    : encodeSecondVersion(levels, values, encoding, settings.compression);
}

/** Levels, each kind with its length before it, and values are one body, which is compressed. */
function encodeFirstVersion(
  { repetition, definition, valueCount }: EncodedLevels,
  values: Uint8Array,
  encoding: ValueEncoding,
  compression: PageCompression,
): EncodedPage {
  const body = bodies.begin(8 + repetition.length + definition.length + values.length);
  for (const levels of [repetition, definition]) {
    if (levels.length === 0) continue;
    body.appendUint32(levels.length);
    body.appendBytes(levels);
  }
  body.appendBytes(values);
  const compressed = compression.compress(body.getBytes());
  const writer = new ByteWriter(64);
  writePageHeader(writer, {
    type: "DATA_PAGE",
    uncompressed_page_size: body.index,
    compressed_page_size: compressed.length,
    data_page_header: {
      num_values: valueCount,
      encoding,
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE",
    },
  });
  return encodedPage(writer, body.index, compressed);
}

/** The levels stand before what is compressed, and their lengths in the header. */
function encodeSecondVersion(
  levels: EncodedLevels,
  values: Uint8Array,
  encoding: ValueEncoding,
  compression: PageCompression,
): EncodedPage {
  const { repetition, definition } = levels;
  const levelLength = levelByteLength(levels);
  const compressed = compression.compress(values);
  const body = new Uint8Array(levelLength + compressed.length);
  body.set(repetition);
  body.set(definition, repetition.length);
  body.set(compressed, levelLength);
  const writer = new ByteWriter(64);
  writePageHeader(writer, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: levelLength + values.length,
    compressed_page_size: body.length,
    data_page_header_v2: {
      num_values: levels.valueCount,
      num_nulls: levels.nullCount,
      num_rows: levels.rowCount,
      encoding,
      definition_levels_byte_length: definition.length,
      repetition_levels_byte_length: repetition.length,
      is_compressed: compression.codec !== "UNCOMPRESSED",
    },
  });
  return encodedPage(writer, levelLength + values.length, body);
}

/** The page of a chunk's distinct values, in the PLAIN encoding. */
export function encodeDictionaryPage(
  body: Uint8Array,
  valueCount: number,
  { compression }: PageSettings,
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
