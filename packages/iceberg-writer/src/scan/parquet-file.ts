import type {
  AsyncBuffer,
  FileMetaData,
  ParquetScanOptions,
  RowGroup,
  SchemaTree,
} from "hyparquet";
import type { Column } from "@salon/columns";
import type { ChunkToCheck } from "../codec/parquet/check-pages.ts";
import { columnOfAssembled } from "../codec/parquet/decoded-nested.ts";
import { columnOfDecoded } from "../codec/parquet/decoded-values.ts";
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

/** Where a column chunk lies, and what the footer says of it. */
interface StoredChunk {
  readonly start: number;
  readonly end: number;
  readonly chunk: Omit<ChunkToCheck, "path" | "compressors"> & {
    readonly pathInSchema: string[];
  };
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
  const file = bufferOf(byteLength, (start, end) =>
    fileIo.readRange(location, start, end, options),
  );
  const readOrExplain = <T>(read: () => Promise<T>): Promise<T> =>
    explained(location, options, read);
  // Loaded here: a program that only writes never needs it.
  const [hyparquet, { getTreePath }, checks, { createPageDecompressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/schema.js"),
    import("../codec/parquet/check-pages.ts"),
    import("../codec/parquet/page-decompression.ts"),
  ]);
  const { checkDecoded, checkPages, checkRowCounts } = checks;
  const compressors = createPageDecompressors();
  const { parquetMetadataAsync, parquetScan, parquetSchema } = hyparquet;
  const metadata = await readOrExplain(() => parquetMetadataAsync(file, { geoparquet: false }));
  const scan = await readOrExplain(() => {
    checkRowCounts(
      metadata.row_groups.map(({ num_rows: rows }) => rows),
      byteLength,
    );
    return parquetScan({ ...asStored(file, metadata), compressors });
  });
  const tree = parquetSchema(metadata);
  const columns = columnsByFieldId(location, tree);
  return {
    rowCount: Number(metadata.num_rows),
    ranges: scan.ranges.flatMap((range) => partsOf(range)),
    readColumn: async (fieldId, type, range) => {
      const node = columns.get(fieldId);
      if (node === undefined) return undefined;
      const { name: column } = node.element;
      return readOrExplain(async () => {
        const chunks = chunksOf(metadata, column, range);
        await readTogether(file, chunks);
        for (const { start, end, chunk } of chunks) {
          const path = getTreePath(tree, chunk.pathInSchema);
          const bytes = new Uint8Array(await file.slice(start, end));
          checkPages(bytes, { ...chunk, path, compressors });
        }
        const decoded = await scan.readColumn({ column, ...range });
        if (Array.isArray(decoded)) checkDecoded(decoded);
        return isPrimitiveType(type)
          ? columnOfDecoded(type, node.element, decoded)
          : columnOfAssembled(type, node, decoded);
      });
    },
  };
}

/** The file for hyparquet; what was read last is at hand for who reads it or a part of it again. */
function bufferOf(
  byteLength: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
): AsyncBuffer {
  let last = { start: 0, end: 0, bytes: new ArrayBuffer(0) };
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      if (start === last.start && end === last.end) return last.bytes;
      if (start >= last.start && end <= last.end) {
        return last.bytes.slice(start - last.start, end - last.start);
      }
      last = { start, end, bytes: new Uint8Array(await read(start, end)).buffer };
      return last.bytes;
    },
  };
}

/** The chunks of a column, and of all that is nested in it, in the row group of the range. */
function chunksOf(
  metadata: FileMetaData,
  column: string,
  { rowStart }: FileRowRange,
): readonly StoredChunk[] {
  let rowEnd = 0;
  const group = metadata.row_groups.find(
    ({ num_rows: rows }) => (rowEnd += Number(rows)) > rowStart,
  );
  return (group?.columns ?? []).flatMap(({ meta_data: chunk }) => {
    if (chunk === undefined || chunk.path_in_schema[0] !== column) return [];
    // As hyparquet has it, to which an offset of 0 is none.
    const offset = chunk.dictionary_page_offset
      ? chunk.dictionary_page_offset
      : chunk.data_page_offset;
    const start = Number(offset);
    return {
      start,
      end: start + Number(chunk.total_compressed_size),
      chunk: {
        valueCount: Number(chunk.num_values),
        rowCount: Number(group?.num_rows),
        codec: chunk.codec,
        type: chunk.type,
        pathInSchema: chunk.path_in_schema,
      },
    };
  });
}

/** Reads chunks that lie beside each other in one go, so that all of them are at hand. */
async function readTogether(file: AsyncBuffer, chunks: readonly StoredChunk[]): Promise<void> {
  const [first, ...others] = chunks;
  if (first === undefined) return;
  let { end } = first;
  for (const other of others) {
    if (other.start !== end) return;
    end = other.end;
  }
  await file.slice(first.start, end);
}

/**
 * Values are taken as they are stored: without logical types nothing becomes a Date or a float, and
 * no map an object, whose keys would be strings.
 */
function asStored(
  file: AsyncBuffer,
  metadata: FileMetaData,
): Omit<ParquetScanOptions, "compressors"> {
  const schema = metadata.schema.map(
    ({ converted_type: _converted, logical_type: _logical, ...element }) => element,
  );
  return {
    file,
    metadata: { ...metadata, schema, row_groups: metadata.row_groups.map(withoutIndexes) },
    utf8: false,
    geoparquet: false,
  };
}

/** Pages are read where they follow each other, not where an index says that some are. */
function withoutIndexes({ columns, ...group }: RowGroup): RowGroup {
  return {
    ...group,
    columns: columns.map((chunk) => ({ ...chunk, offset_index_length: 0 })),
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
