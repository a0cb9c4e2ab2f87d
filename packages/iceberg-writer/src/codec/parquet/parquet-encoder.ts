import type { Column } from "@salon/columns";
import type { NestedField } from "../../spec/type.ts";
import type { ColumnChunk } from "./column-chunk.ts";
import { SLICE_LEVELS, type RowSelection } from "./column-source.ts";
import { createColumnWriter, type ColumnWriter } from "./column-writer.ts";
import { encodeFooter, PARQUET_MAGIC, type FooterChunk, type FooterRowGroup } from "./footer.ts";
import { pageLength, type EncodedPage } from "./page.ts";
import { leavesOf, parquetNodeOf, type ParquetLeaf, type ParquetNode } from "./parquet-schema.ts";
import type { ParquetSettings } from "./parquet-settings.ts";

/** What a file is to hold beside its rows. */
export interface ParquetEncoderOptions {
  readonly fields: readonly NestedField[];
  readonly settings: ParquetSettings;
  readonly keyValues: Readonly<Record<string, string>>;
  readonly createdBy: string;
}

/** A row group that is complete: its bytes in order, and where in the file they begin. */
export interface EncodedRowGroup {
  readonly offset: number;
  readonly parts: readonly Uint8Array[];
  /** One for each leaf of the schema. */
  readonly chunks: readonly ColumnChunk[];
  /** Bytes of each chunk, headers included. */
  readonly chunkSizes: readonly number[];
}

/** Encodes a Parquet file row group by row group; whoever owns it stores the bytes in order. */
export class ParquetEncoder {
  readonly #options: ParquetEncoderOptions;
  readonly #nodes: readonly ParquetNode[];
  readonly #columns: readonly ColumnWriter[];
  readonly #writers: ColumnWriter["chunkWriters"];
  /** The columns of the file. */
  readonly leaves: readonly ParquetLeaf[];
  readonly #rowGroups: FooterRowGroup[] = [];
  #offset = 0;
  #rowCount = 0;

  constructor(options: ParquetEncoderOptions) {
    this.#options = options;
    const { fields, settings } = options;
    const scratch = new Int32Array(SLICE_LEVELS);
    this.#nodes = fields.map(parquetNodeOf);
    this.leaves = this.#nodes.flatMap(leavesOf);
    this.#columns = fields.map((field, index) =>
      createColumnWriter(field, leavesOf(this.#nodes[index]!), settings, scratch),
    );
    this.#writers = this.#columns.flatMap(({ chunkWriters }) => chunkWriters);
  }

  /** Rows of the row group that is open. */
  get openRowCount(): number {
    return this.#rowCount;
  }

  /** Bytes of the file that were handed out. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes of memory that the open row group holds. */
  get bufferedBytes(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.bufferedBytes, 0);
  }

  /** About the bytes that the open row group would take in the file. */
  get estimatedBytes(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.estimatedBytes, 0);
  }

  /** The bytes before the first row group. */
  header(): Uint8Array {
    this.#offset = PARQUET_MAGIC.length;
    return PARQUET_MAGIC.slice();
  }

  /**
   * Appends the selected rows to one column; the caller appends the same number to each, then
   * counts them.
   */
  appendColumn(index: number, column: Column, selection?: RowSelection): void {
    this.#columns[index]!.append(column, selection);
  }

  /** Counts rows of which every column is appended. */
  endRows(rowCount: number): void {
    this.#rowCount += rowCount;
  }

  /** Ends the open row group; the next rows begin another. */
  finishRowGroup(): EncodedRowGroup {
    const offset = this.#offset;
    const chunks = this.#writers.map((writer) => writer.finish());
    const parts: Uint8Array[] = [];
    const footerChunks = chunks.map((chunk) => this.#placeChunk(chunk, parts));
    this.#rowGroups.push({ rowCount: this.#rowCount, chunks: footerChunks });
    this.#rowCount = 0;
    const chunkSizes = footerChunks.map((chunk) => chunk.compressedSize);
    return { offset, parts, chunks, chunkSizes };
  }

  /** The bytes behind the last row group. */
  footer(): Uint8Array {
    const { settings, keyValues, createdBy } = this.#options;
    const { compression, pageVersion } = settings;
    const [nodes, rowGroups, { codec }] = [this.#nodes, this.#rowGroups, compression];
    const content = { nodes, rowGroups, codec, pageVersion, keyValues, createdBy };
    const bytes = encodeFooter(content);
    this.#offset += bytes.length;
    return bytes;
  }

  #placeChunk(chunk: ColumnChunk, parts: Uint8Array[]): FooterChunk {
    const start = this.#offset;
    const { dictionaryPage, dataPages } = chunk;
    let uncompressedSize = 0;
    const place = (page: EncodedPage): void => {
      parts.push(page.header, page.body);
      this.#offset += pageLength(page);
      uncompressedSize += page.uncompressedSize;
    };
    if (dictionaryPage !== undefined) place(dictionaryPage);
    const dataPageOffset = this.#offset;
    for (const page of dataPages) place(page);
    return {
      ...(dictionaryPage && { dictionaryPageOffset: start }),
      dataPageOffset,
      uncompressedSize,
      compressedSize: this.#offset - start,
      dataPageCount: dataPages.length,
      dictionaryEncodedPageCount: chunk.dictionaryEncodedPageCount,
      valueEncoding: chunk.valueEncoding,
      valueCount: chunk.valueCount,
      nullCount: chunk.nullCount,
      nanCount: chunk.nanCount,
      ...(chunk.bounds && { bounds: chunk.bounds }),
    };
  }
}
