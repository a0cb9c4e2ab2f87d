import { boundsOf, countNans, mergeBounds, type ColumnBounds } from "./column-bounds.ts";
import type { ColumnChunk, ColumnChunkSettings } from "./column-chunk.ts";
import { sliceLevelsMax, type LeafSource } from "./column-source.ts";
import { DictionaryEncoder } from "./dictionary-encoder.ts";
import { encodeDataPage, pageLength, type EncodedPage } from "./page.ts";
import { withoutLevels, type EncodedLevels, type PageLevels } from "./page-levels.ts";
import { PageValues } from "./page-values.ts";
import { parquetTypeOf } from "./parquet-type.ts";
import type { PhysicalVector } from "./physical-vector.ts";

/** Rows after which a dictionary that repeats too few values is given up. */
const DICTIONARY_TRIAL_ROWS = 4096;

/**
 * Encodes one leaf of one row group after the other: by a dictionary while that pays, plain from
 * then on. Pages are encoded and compressed as soon as they are full, so that what is held is the
 * encoded pages, the dictionary, and one page of ids or plain values.
 */
export class ColumnChunkWriter<Levels extends PageLevels> {
  readonly #settings: ColumnChunkSettings;
  readonly #isLengthPrefixed: boolean;
  readonly #positions: Int32Array;
  readonly #levels: Levels;
  /** Of the current page, if they are in no dictionary. */
  readonly #plain: PageValues;

  /** Of nulls alone: they come before the first value. */
  #nullPages: EncodedPage[] = [];
  /** Plain ones behind those of the dictionary. */
  #pages: EncodedPage[] = [];
  #pageBytes = 0;
  #levelCount = 0;
  #nullCount = 0;
  #nanCount = 0;
  /** Of the values that are in no dictionary. */
  #plainBounds: ColumnBounds | undefined;
  /** Undefined: not begun, or given up. A closed one stays for the pages that refer to it. */
  #dictionary: DictionaryEncoder | undefined;
  #encoding: "undecided" | "dictionary" | "plain" = "undecided";
  /** Values of the current page that are not null. */
  #valueCount = 0;

  /** The scratch is written and read within one call, so that many writers may share it. */
  constructor(settings: ColumnChunkSettings, levels: Levels, scratch: Int32Array) {
    this.#settings = settings;
    this.#levels = levels;
    this.#positions = scratch;
    this.#isLengthPrefixed = parquetTypeOf(settings.type).type === "BYTE_ARRAY";
    this.#plain = new PageValues(settings.type, settings);
  }

  /** Bytes that are held: encoded pages, the dictionary and the current page. */
  get bufferedBytes(): number {
    const dictionaryBytes = this.#dictionary?.bufferedBytes ?? 0;
    const { bufferedBytes } = this.#plain;
    return this.#pageBytes + dictionaryBytes + bufferedBytes + this.#levels.byteLength;
  }

  /** About the bytes that the chunk would take if it ended here. */
  get estimatedBytes(): number {
    const dictionaryBytes = this.#dictionary?.estimatedBytes ?? 0;
    return Math.ceil(this.#pageBytes + dictionaryBytes + this.#plain.byteLength);
  }

  /** Appends all rows of a source of the chunk's type. A page ends where a row does. */
  append(source: LeafSource<Levels>): void {
    const sliceLevels = sliceLevelsMax(source, this.#settings.pageSizeBytes);
    for (let start = 0; start < source.length;) {
      const room = this.#settings.pageRowLimit - this.#levels.rowCount;
      const end = source.sliceEnd(start, room, sliceLevels);
      const isRowEnd = source.isRowStart(end);
      const count = source.select(start, end, this.#positions, this.#levels);
      this.#appendValues(source, count, isRowEnd);
      if (isRowEnd && this.#isPageFull()) this.#endPage();
      start = end;
    }
  }

  /** Ends the chunk; the writer is empty again. */
  finish(): ColumnChunk {
    if (this.#levels.rowCount > 0) this.#endPage();
    const encoded = this.#dictionary?.finish();
    const bounds = mergeBounds(encoded?.bounds, this.#plainBounds);
    const chunk: ColumnChunk = {
      ...(encoded && { dictionaryPage: encoded.dictionaryPage }),
      dataPages: [...this.#nullPages, ...(encoded?.dataPages ?? []), ...this.#pages],
      dictionaryEncodedPageCount: encoded?.dataPages.length ?? 0,
      valueEncoding: this.#plain.encoding,
      valueCount: this.#levelCount,
      nullCount: this.#nullCount,
      nanCount: this.#nanCount,
      ...(bounds && { bounds }),
    };
    this.#reset();
    return chunk;
  }

  #appendValues(source: LeafSource<Levels>, count: number, isRowEnd: boolean): void {
    if (count === 0) return;
    const { values } = source;
    this.#nanCount += countNans(this.#settings.type, values, this.#positions, count);
    if (this.#encoding === "undecided") this.#beginChunk(source);
    if (this.#encoding === "dictionary" && this.#dictionary !== undefined) {
      this.#dictionary.append(source, this.#positions, count);
      this.#valueCount += count;
      this.#judgeDictionary(this.#dictionary, isRowEnd, source.dictionaryId !== undefined);
    } else {
      this.#appendPlain(values, this.#positions, count);
    }
  }

  #beginChunk(source: LeafSource<Levels>): void {
    const { dictionarySizeBytes } = this.#settings;
    if (dictionarySizeBytes > 0) {
      this.#dictionary = DictionaryEncoder.begin(this.#settings, this.#isLengthPrefixed, source);
    }
    this.#encoding = this.#dictionary === undefined ? "plain" : "dictionary";
    this.#nullPages = this.#pages.splice(0);
  }

  /** Entries of a growing dictionary cost little: they are judged at the end of the first page. */
  #judgeDictionary(dictionary: DictionaryEncoder, isRowEnd: boolean, isGrowing: boolean): void {
    const { dictionarySizeBytes, sortedDictionarySizeBytes } = this.#settings;
    const sizeMax = dictionary.isSorted ? sortedDictionarySizeBytes : dictionarySizeBytes;
    const repeatsTooLittle = !isGrowing && 2 * dictionary.size > this.#valueCount;
    if (repeatsTooLittle && this.#isTrialOver(dictionary)) {
      this.#abandonDictionary(dictionary);
    } else if (isRowEnd && dictionary.plainByteLength > sizeMax) {
      this.#closeDictionary(dictionary);
    }
  }

  /** Whether the first page has shown enough of its values to judge the dictionary by them. */
  #isTrialOver(dictionary: DictionaryEncoder): boolean {
    return (
      dictionary.pageCount === 0 &&
      (this.#valueCount >= DICTIONARY_TRIAL_ROWS ||
        dictionary.plainByteLength >= this.#settings.pageSizeBytes)
    );
  }

  #appendPlain(values: PhysicalVector, positions: Int32Array, count: number): void {
    const bounds = boundsOf(this.#settings.type, values, count, positions);
    this.#plainBounds = mergeBounds(this.#plainBounds, bounds);
    this.#plain.append(values, positions, count);
    this.#valueCount += count;
  }

  /** The values repeat too little: those of the first page become plain, as all others will. */
  #abandonDictionary(dictionary: DictionaryEncoder): void {
    const { values, ids } = dictionary.abandon();
    this.#dictionary = undefined;
    this.#encoding = "plain";
    this.#valueCount = 0;
    this.#appendPlain(values, ids, ids.length);
  }

  /** The dictionary is full: the page so far refers to it, the values to come are plain. */
  #closeDictionary(dictionary: DictionaryEncoder): void {
    if (dictionary.pageCount === 0 && !dictionary.pays()) {
      this.#abandonDictionary(dictionary);
      return;
    }
    this.#endPage();
    this.#encoding = "plain";
  }

  #isPageFull(): boolean {
    return (
      this.#levels.rowCount >= this.#settings.pageRowLimit ||
      this.#plain.byteLength + this.#levels.byteLength >= this.#settings.pageSizeBytes
    );
  }

  #endPage(): void {
    const { valueCount } = this.#levels;
    const dictionary = this.#dictionary;
    if (dictionary?.pageCount === 0 && !dictionary.pays()) this.#abandonDictionary(dictionary);
    if (this.#encoding === "dictionary") {
      dictionary?.endPage(this.#encodeLevels());
    } else {
      const { encoding } = this.#plain;
      const levels = this.#encodeLevels();
      const page = encodeDataPage(levels, this.#plain.encode(), encoding, this.#settings);
      this.#pages.push(page);
      this.#pageBytes += pageLength(page);
    }
    this.#levelCount += valueCount;
    this.#nullCount += this.#levels.nullCount;
    this.#levels.clear();
    this.#valueCount = 0;
    this.#plain.clear();
  }

  #encodeLevels(): EncodedLevels {
    return this.#settings.isRequired ? withoutLevels(this.#levels) : this.#levels.encode();
  }

  #reset(): void {
    this.#nullPages = [];
    this.#pages = [];
    this.#pageBytes = 0;
    this.#levelCount = 0;
    this.#nullCount = 0;
    this.#nanCount = 0;
    this.#plainBounds = undefined;
    this.#dictionary = undefined;
    this.#encoding = "undecided";
    this.#plain.release();
  }
}
