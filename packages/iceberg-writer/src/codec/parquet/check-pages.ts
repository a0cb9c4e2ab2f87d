import { parquetHeader } from "hyparquet/src/column.js";
import { IcebergError } from "../../iceberg-error.ts";

/** Values of a page; writers put some tens of thousands into one. */
const PAGE_VALUES_MAX = 1 << 24;
/** Bytes that a page may inflate to. */
const PAGE_BYTES_MAX = 512 * 1024 * 1024;

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

/**
 * Holds the pages of a column chunk to its bytes and to how many values it says that it has, before
 * memory is taken by what their headers say (Parquet: Page Header). `METADATA_INVALID`.
 */
export function checkPages(bytes: Uint8Array, valueCount: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < bytes.length - 1 && values < valueCount) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: inflatedSize } = header;
    requireWithin("a page of bytes", size, bytes.length - reader.offset);
    requireWithin("a page that inflates to bytes", inflatedSize, PAGE_BYTES_MAX);
    const dictionary = header.dictionary_page_header?.num_values ?? 0;
    requireWithin("a dictionary of entries", dictionary, inflatedSize);
    const data = header.data_page_header ?? header.data_page_header_v2;
    const count = data?.num_values ?? 0;
    requireWithin("a page of values", count, Math.min(PAGE_VALUES_MAX, valueCount - values));
    requireWithin("a page of rows", header.data_page_header_v2?.num_rows ?? 0, count);
    values += count;
    reader.offset += size;
  }
  if (values === valueCount) return;
  throw new IcebergError("METADATA_INVALID", `a column of ${valueCount} values has ${values}`);
}

function requireWithin(what: string, count: number, max: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= max) return;
  throw new IcebergError("METADATA_INVALID", `${what}: ${count}, with room for ${max}`);
}
