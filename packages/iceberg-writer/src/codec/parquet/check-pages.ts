import type {
  CompressionCodec,
  Compressors,
  DataPageHeader,
  DataReader,
  PageHeader,
  ParquetType,
  SchemaTree,
} from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { IcebergError } from "../../iceberg-error.ts";
import {
  checkLengthAndRuns,
  checkPageValues,
  checkPlainSize,
  PAGE_BYTES_MAX,
} from "./check-page-values.ts";
import { checkRuns, requireWithin } from "./check-runs.ts";

type DataPageHeaderV2 = NonNullable<PageHeader["data_page_header_v2"]>;

/** Values of a page; writers put some tens of thousands into one. */
const PAGE_VALUES_MAX = 1 << 24;
/** Where each value of a column begins and ends is an int32. */
const COLUMN_BYTES_MAX = 2 ** 31 - 1;
/** Values of a nested column in a row group, which are decoded at once. */
const CHUNK_VALUES_MAX = 1 << 27;

/** No page has a shorter header. */
const PAGE_HEADER_BYTES_MIN = 8;

/**
 * Holds the rows that a footer promises to what a file of so many bytes could have.
 * `METADATA_INVALID`.
 */
export function checkRowCounts(rowCounts: readonly bigint[], byteLength: number): void {
  const rowsMax = PAGE_VALUES_MAX * Math.ceil(byteLength / PAGE_HEADER_BYTES_MIN);
  let rows = 0;
  for (const count of rowCounts) {
    requireWithin("a row group of rows", Number(count), rowsMax - rows);
    rows += Number(count);
  }
}

/** A column chunk as the footer describes it. */
export interface ChunkToCheck {
  readonly valueCount: number;
  /** Of the row group. */
  readonly rowCount: number;
  readonly codec: CompressionCodec;
  readonly type: ParquetType;
  /** From the root of the schema to the column. */
  readonly path: readonly SchemaTree[];
  readonly compressors: Compressors;
}

/**
 * Holds the pages of a column chunk to its bytes, to how many values it says that it has, and their
 * levels, indices and lengths to the values, before memory is taken by what they say (Parquet: Page
 * Header). Each page is inflated for that, one at a time. `METADATA_INVALID`; other errors where
 * the bytes are none of Parquet.
 */
export function checkPages(bytes: Uint8Array, chunk: ChunkToCheck): void {
  const { valueCount, rowCount, path } = chunk;
  const levels = levelsOf(path);
  // Of a nested column the decoder reads every page, of another one as many as there are rows.
  const isNested = levels.repetition > 0;
  const valuesEnd = isNested ? Infinity : valueCount;
  requireWithin("a column of values", valueCount, isNested ? CHUNK_VALUES_MAX : rowCount);
  const reader = readerOf(bytes);
  let values = 0;
  let isFirst = true;
  while (reader.offset < bytes.length - 1 && values < valuesEnd) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: inflatedSize } = header;
    requireWithin("a page of bytes", size, bytes.length - reader.offset);
    requireWithin("a page that inflates to bytes", inflatedSize, PAGE_BYTES_MAX);
    const page = bytes.subarray(reader.offset, reader.offset + size);
    const valuesMax = Math.min(PAGE_VALUES_MAX, valueCount - values);
    values += checkPage(page, header, { ...chunk, levels, valuesMax, isFirst });
    isFirst = false;
    reader.offset += size;
  }
  if (values === valueCount) return;
  throw new IcebergError("METADATA_INVALID", `a column of ${valueCount} values has ${values}`);
}

/**
 * Holds what byte values come to, those in parts of nested ones too, to what a column can have:
 * they may all be the same entry of a dictionary, so that few bytes of a file come to any number.
 * `METADATA_INVALID`.
 */
export function checkDecoded(values: readonly unknown[]): void {
  requireWithin("a column of bytes", byteLengthOf(values), COLUMN_BYTES_MAX);
}

function byteLengthOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 0;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let byteLength = 0;
  for (const part of parts) byteLength += byteLengthOf(part);
  return byteLength;
}

interface Levels {
  readonly repetition: number;
  readonly definition: number;
}

interface PageContext extends ChunkToCheck {
  readonly levels: Levels;
  readonly valuesMax: number;
  /** Only the first page of a chunk may be a dictionary. */
  readonly isFirst: boolean;
}

/** Answers how many values the page has, nulls too; the decoder knows no other types of pages. */
function checkPage(page: Uint8Array, header: PageHeader, context: PageContext): number {
  const {
    type,
    uncompressed_page_size: inflatedSize,
    dictionary_page_header: dictionary,
    data_page_header: first,
    data_page_header_v2: second,
  } = header;
  if (type === "DICTIONARY_PAGE" && dictionary !== undefined) {
    checkDictionary(dictionary.num_values, inflatedSize, context);
    return 0;
  }
  if (type === "DATA_PAGE" && first !== undefined) {
    requireWithin("a page of values", first.num_values, context.valuesMax);
    checkFirstVersion(readerOf(inflated(page, inflatedSize, context)), first, context);
    return first.num_values;
  }
  if (type === "DATA_PAGE_V2" && second !== undefined) {
    requireWithin("a page of values", second.num_values, context.valuesMax);
    requireWithin("a page of rows", second.num_rows, second.num_values);
    requireWithin("a page of nulls", second.num_nulls, second.num_values);
    checkSecondVersion(page, header, second, context);
    return second.num_values;
  }
  throw new IcebergError("METADATA_INVALID", `a page is ${type ?? "of no type"}`);
}

/**
 * Holds the entries of a dictionary, which are plain values, to its bytes. One more of them would
 * stay in memory beside the first, as long as values of both are there.
 */
function checkDictionary(
  count: number,
  inflatedSize: number,
  { isFirst, type, path }: PageContext,
): void {
  if (!isFirst) {
    throw new IcebergError("METADATA_INVALID", "a column has a dictionary behind its first page");
  }
  requireWithin("a dictionary of entries", count, PAGE_VALUES_MAX);
  const typeLength = path.at(-1)?.element.type_length ?? 0;
  checkPlainSize({ count, type, typeLength }, inflatedSize);
}

/** Levels with their lengths before them, and values, all of it compressed. */
function checkFirstVersion(
  reader: DataReader,
  { num_values: count, encoding }: DataPageHeader,
  { levels, type, path }: PageContext,
): void {
  const { repetition, definition } = levels;
  if (repetition > 0) checkLengthAndRuns(reader, { width: bitWidth(repetition), count });
  const valid =
    definition === 0
      ? count
      : checkLengthAndRuns(reader, { width: bitWidth(definition), count, counted: definition });
  const typeLength = path.at(-1)?.element.type_length ?? 0;
  checkPageValues(reader, { encoding, count: valid, type, typeLength, isFirstVersion: true });
}

/** Levels that the header says the lengths of, and behind them values, which may be compressed. */
function checkSecondVersion(
  page: Uint8Array,
  { uncompressed_page_size: inflatedSize }: PageHeader,
  header: DataPageHeaderV2,
  context: PageContext,
): void {
  const { num_values: count, num_nulls: nullCount, encoding } = header;
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = header;
  const { levels, type, path } = context;
  const sizeMax = Math.min(page.length, inflatedSize);
  requireWithin("repetition levels of bytes", first, sizeMax);
  requireWithin("definition levels of bytes", second, sizeMax - first);
  const reader = readerOf(page);
  if (levels.repetition > 0) {
    checkRuns(reader, { end: first, width: bitWidth(levels.repetition), count });
  }
  reader.offset = first;
  if (levels.definition > 0) {
    checkRuns(reader, { end: first + second, width: bitWidth(levels.definition), count });
  }
  const rest = page.subarray(first + second);
  const size = inflatedSize - first - second;
  const values = header.is_compressed === false ? rest : inflated(rest, size, context);
  checkPageValues(readerOf(values), {
    encoding,
    count: count - nullCount,
    type,
    typeLength: path.at(-1)?.element.type_length ?? 0,
    isFirstVersion: false,
  });
}

function inflated(
  page: Uint8Array,
  size: number,
  { codec, compressors }: ChunkToCheck,
): Uint8Array {
  return decompressPage(page, size, codec, compressors);
}

function levelsOf(path: readonly SchemaTree[]): Levels {
  return {
    repetition: getMaxRepetitionLevel([...path]),
    definition: getMaxDefinitionLevel([...path]),
  };
}

function bitWidth(level: number): number {
  return 32 - Math.clz32(level);
}

function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}
