import type { AsyncBuffer, FileMetaData, ParquetScanOptions, SchemaTree } from "hyparquet";
import type { Column } from "@salon/columns";
import { columnOfAssembled } from "../codec/parquet/decoded-nested.ts";
import { columnOfDecoded } from "../codec/parquet/decoded-values.ts";
import { PAGE_DECOMPRESSORS } from "../codec/parquet/page-decompression.ts";
import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import { isPrimitiveType, type Type } from "../spec/type.ts";

/** Rows of a file, `rowEnd` excluded, that lie in one row group. */
export interface FileRowRange {
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** A Parquet file whose columns are found by their field ids. */
export interface ParquetFile {
  readonly rowCount: number;
  /** The row groups, in order, those with many rows in parts. */
  readonly ranges: readonly FileRowRange[];
  /** A column of the table; undefined where the file does not have the field. */
  readColumn(fieldId: number, type: Type, range: FileRowRange): Promise<Column | undefined>;
}

/** Rows that are decoded at once. */
const RANGE_ROWS_MAX = 1 << 20;

/**
 * Reads the footer of a Parquet file. `METADATA_INVALID` where it is damaged, `UNSUPPORTED` where
 * its columns have no field ids; the codes of {@link FileIo}.
 */
export async function openParquetFile(
  fileIo: FileIo,
  location: string,
  byteLength: number,
  options: OperationOptions = {},
): Promise<ParquetFile> {
  const file: AsyncBuffer = {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = await fileIo.readRange(location, start, end, options);
      return new Uint8Array(bytes).buffer;
    },
  };
  const readOrExplain = <T>(read: () => Promise<T>): Promise<T> =>
    explained(location, options, read);
  // Loaded here: a program that only writes never needs it.
  const { parquetMetadataAsync, parquetScan, parquetSchema } = await import("hyparquet");
  const metadata = await readOrExplain(() => parquetMetadataAsync(file, { geoparquet: false }));
  const scan = await readOrExplain(() => parquetScan(asStored(file, metadata)));
  const columns = columnsByFieldId(location, parquetSchema(metadata));
  return {
    rowCount: Number(metadata.num_rows),
    ranges: scan.ranges.flatMap((range) => partsOf(range)),
    readColumn: async (fieldId, type, range) => {
      const node = columns.get(fieldId);
      if (node === undefined) return undefined;
      const { name: column } = node.element;
      const decoded = await readOrExplain(() => scan.readColumn({ column, ...range }));
      return isPrimitiveType(type)
        ? columnOfDecoded(type, node.element, decoded)
        : columnOfAssembled(type, node, decoded);
    },
  };
}

/**
 * Values are taken as they are stored: without logical types nothing becomes a Date or a float, and
 * no map an object, whose keys would be strings.
 */
function asStored(file: AsyncBuffer, metadata: FileMetaData): ParquetScanOptions {
  const schema = metadata.schema.map(
    ({ converted_type: _converted, logical_type: _logical, ...element }) => element,
  );
  return {
    file,
    metadata: { ...metadata, schema },
    compressors: PAGE_DECOMPRESSORS,
    utf8: false,
    geoparquet: false,
  };
}

function columnsByFieldId(
  location: string,
  { children }: SchemaTree,
): ReadonlyMap<number, SchemaTree> {
  const columns = new Map<number, SchemaTree>();
  for (const node of children) {
    if (node.element.field_id !== undefined) columns.set(node.element.field_id, node);
  }
  if (columns.size > 0 || children.length === 0) return columns;
  throw new IcebergError(
    "UNSUPPORTED",
    `${location} has no field ids, and name mapping is not read`,
  );
}

function partsOf({ rowStart, rowEnd }: FileRowRange): readonly FileRowRange[] {
  const parts: FileRowRange[] = [];
  for (let start = rowStart; start < rowEnd; start += RANGE_ROWS_MAX) {
    parts.push({ rowStart: start, rowEnd: Math.min(start + RANGE_ROWS_MAX, rowEnd) });
  }
  return parts;
}

async function explained<T>(
  location: string,
  { signal }: OperationOptions,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    // A read that was broken off says nothing of the file.
    signal?.throwIfAborted();
    if (cause instanceof IcebergError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IcebergError("METADATA_INVALID", `cannot read ${location} as Parquet: ${reason}`, {
      cause,
      context: { location },
    });
  }
}
