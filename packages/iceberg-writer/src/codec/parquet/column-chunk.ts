import type { PrimitiveType } from "../../spec/type.ts";
import type { ColumnBounds } from "./column-bounds.ts";
import type { EncodedPage, PageSettings, ValueEncoding } from "./page.ts";

/** How the pages of a column are cut and encoded. */
export interface ColumnChunkSettings extends PageSettings {
  readonly type: PrimitiveType;
  /** A required column has no levels. */
  readonly isRequired: boolean;
  readonly pageRowLimit: number;
  /** Where a page of plain values ends; checked between slices of rows. */
  readonly pageSizeBytes: number;
  /** A dictionary that grows past it gets no new entries: 0 for none at all. */
  readonly dictionarySizeBytes: number;
  /** The same for a dictionary that is to be sorted. */
  readonly sortedDictionarySizeBytes: number;
}

/** A column's part of a row group: all its pages, and what the footer says of them. */
export interface ColumnChunk {
  readonly dictionaryPage?: EncodedPage;
  readonly dataPages: readonly EncodedPage[];
  /** Data pages that refer to the dictionary. */
  readonly dictionaryEncodedPageCount: number;
  /** Of the others. */
  readonly valueEncoding: ValueEncoding;
  /** Nulls and NaNs included. */
  readonly valueCount: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly bounds?: ColumnBounds;
}
