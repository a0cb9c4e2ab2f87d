import { ByteWriter } from "hyparquet-writer";
import { bitWidthOf } from "./bit-packing.ts";
import { boundsOf, countNans, mergeBounds, type ColumnBounds } from "./column-bounds.ts";
import type { ColumnChunk, ColumnChunkSettings } from "./column-chunk.ts";
import type { LeafSource } from "./column-source.ts";
import { writeHybrid } from "./hybrid-encoding.ts";
import { encodeDataPage, encodeDictionaryPage, pageLength, type EncodedPage } from "./page.ts";
import type { PageLevels } from "./page-levels.ts";
import { parquetTypeOf } from "./parquet-type.ts";
import type { PhysicalVector } from "./physical-vector.ts";
import { writePlain, writePlainBits } from "./plain-encoding.ts";
import { SharedIds } from "./shared-ids.ts";
import { createValueDictionary } from "./create-value-dictionary.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Levels that a leaf function sees at once: more make V8 optimise in the middle of a loop. */
export const SLICE_LEVELS: number = 16_384;
/** Rows after which a dictionary that repeats too few values is given up. */
const DICTIONARY_TRIAL_ROWS = 4096;

/**
 * Encodes one leaf of one row group after the other. Pages are encoded and compressed as soon as
 * they are full, each with the bit width that the dictionary needs by then, so that what is held is
 * the encoded pages, the dictionary, and one page of ids or plain values.
 */
export class ColumnChunkWriter<Levels extends PageLevels> {
  readonly #settings: ColumnChunkSettings;
  readonly #isLengthPrefixed: boolean;
  readonly #positions: Int32Array;
  readonly #levels: Levels;

  #pages: EncodedPage[] = [];
  #pageBytes = 0;
  #dictionaryPageCount = 0;
  #levelCount = 0;
  #nullCount = 0;
  #nanCount = 0;
  /** Of the values that are in no dictionary. */
  #plainBounds: ColumnBounds | undefined;
  /** Undefined: not begun, or given up. A closed one stays for the pages that refer to it. */
  #dictionary: ValueDictionary | undefined;
  #encoding: "undecided" | "dictionary" | "plain" = "undecided";

  #ids: Int32Array = new Int32Array(0);
  #plain = new ByteWriter(0);
  /** Values of the current page that are not null. */
  #valueCount = 0;

  /** The scratch is written and read within one call, so that many writers may share it. */
  constructor(settings: ColumnChunkSettings, levels: Levels, scratch: Int32Array) {
    this.#settings = settings;
    this.#levels = levels;
    this.#positions = scratch;
    this.#isLengthPrefixed = parquetTypeOf(settings.type).type === "BYTE_ARRAY";
  }

  /** Bytes that are held: encoded pages, the dictionary and the current page. */
  get bufferedBytes(): number {
    const dictionaryBytes = 2 * (this.#dictionary?.plainByteLength ?? 0);
    const valueBytes = this.#ids.byteLength + this.#plain.buffer.byteLength;
    return this.#pageBytes + dictionaryBytes + valueBytes + this.#levels.byteLength;
  }

  /** About the bytes that the chunk would take if it ended here. */
  get estimatedBytes(): number {
    const idBits = this.#valueCount * bitWidthOf(this.#dictionary?.size ?? 0);
    const dictionaryBytes = this.#dictionary?.plainByteLength ?? 0;
    const currentBytes = this.#encoding === "plain" ? this.#plain.index : idBits / 8;
    return Math.ceil(this.#pageBytes + dictionaryBytes + currentBytes);
  }

  /** Appends all rows of a source of the chunk's type. A page ends where a row does. */
  append(source: LeafSource<Levels>): void {
    const sliceLevels = this.#sliceLevels(source);
    const sharedIds = source.sharesValues ? new SharedIds(source.values) : undefined;
    for (let start = 0; start < source.length;) {
      const room = this.#settings.pageRowLimit - this.#levels.rowCount;
      const end = source.sliceEnd(start, room, sliceLevels);
      const isRowEnd = source.isRowStart(end);
      const count = source.select(start, end, this.#positions, this.#levels);
      this.#appendValues(source.values, count, sharedIds, isRowEnd);
      if (isRowEnd && this.#isPageFull()) this.#endPage();
      start = end;
    }
  }

  /** Ends the chunk; the writer is empty again. */
  finish(): ColumnChunk {
    if (this.#levels.rowCount > 0) this.#endPage();
    const dictionary = this.#dictionary;
    const dictionaryBounds =
      dictionary && boundsOf(this.#settings.type, dictionary.values(), dictionary.size);
    const bounds = mergeBounds(dictionaryBounds, this.#plainBounds);
    const chunk: ColumnChunk = {
      ...(dictionary && { dictionaryPage: this.#encodeDictionary(dictionary) }),
      dataPages: this.#pages,
      dictionaryEncodedPageCount: this.#dictionaryPageCount,
      valueCount: this.#levelCount,
      nullCount: this.#nullCount,
      nanCount: this.#nanCount,
      ...(bounds && { bounds }),
    };
    this.#reset();
    return chunk;
  }

  #sliceLevels({ values, sharesValues }: LeafSource<Levels>): number {
    const { length } = values;
    if (values.kind !== "bytes" || sharesValues || length === 0) return SLICE_LEVELS;
    const averageBytes = (values.offsets[length]! - values.offsets[0]!) / length;
    const fitting = Math.floor(this.#settings.pageSizeBytes / Math.max(averageBytes, 1));
    return Math.max(1, Math.min(SLICE_LEVELS, fitting));
  }

  #appendValues(
    values: PhysicalVector,
    count: number,
    sharedIds: SharedIds | undefined,
    isRowEnd: boolean,
  ): void {
    if (count === 0) return;
    this.#nanCount += countNans(this.#settings.type, values, this.#positions, count);
    if (this.#encoding === "undecided") this.#beginChunk(values.kind);
    if (this.#encoding === "dictionary" && this.#dictionary !== undefined) {
      this.#appendIds(this.#dictionary, values, count, sharedIds);
      this.#judgeDictionary(this.#dictionary, isRowEnd);
    } else {
      this.#appendPlain(values, this.#positions, count);
    }
  }

  #beginChunk(kind: PhysicalVector["kind"]): void {
    if (this.#settings.dictionarySizeBytes > 0) {
      this.#dictionary = createValueDictionary(kind, this.#isLengthPrefixed);
    }
    this.#encoding = this.#dictionary === undefined ? "plain" : "dictionary";
  }

  #appendIds(
    dictionary: ValueDictionary,
    values: PhysicalVector,
    count: number,
    sharedIds: SharedIds | undefined,
  ): void {
    const at = this.#valueCount;
    this.#ids = withCapacity(this.#ids, at + count);
    if (sharedIds === undefined) dictionary.encode(values, this.#positions, count, this.#ids, at);
    else sharedIds.encode(dictionary, this.#positions, count, this.#ids, at);
    this.#valueCount += count;
  }

  #judgeDictionary(dictionary: ValueDictionary, isRowEnd: boolean): void {
    if (2 * dictionary.size > this.#valueCount && this.#isTrialOver(dictionary)) {
      this.#abandonDictionary(dictionary);
    } else if (isRowEnd && dictionary.plainByteLength > this.#settings.dictionarySizeBytes) {
      this.#closeDictionary(dictionary);
    }
  }

  /** Whether the first page has shown enough of its values to judge the dictionary by them. */
  #isTrialOver(dictionary: ValueDictionary): boolean {
    return (
      this.#dictionaryPageCount === 0 &&
      (this.#valueCount >= DICTIONARY_TRIAL_ROWS ||
        dictionary.plainByteLength >= this.#settings.pageSizeBytes)
    );
  }

  #appendPlain(values: PhysicalVector, positions: Int32Array, count: number): void {
    const bounds = boundsOf(this.#settings.type, values, count, positions);
    this.#plainBounds = mergeBounds(this.#plainBounds, bounds);
    if (values.kind === "boolean") {
      writePlainBits(this.#plain, this.#valueCount, values.bits, positions, count);
    } else {
      writePlain(this.#plain, values, positions, count, this.#isLengthPrefixed);
    }
    this.#valueCount += count;
  }

  /** The values repeat too little: those of the first page become plain, as all others will. */
  #abandonDictionary(dictionary: ValueDictionary): void {
    const ids = this.#ids;
    const count = this.#valueCount;
    this.#dictionary = undefined;
    this.#encoding = "plain";
    this.#valueCount = 0;
    this.#appendPlain(dictionary.values(), ids, count);
  }

  /** The dictionary is full: the page so far refers to it, the values to come are plain. */
  #closeDictionary(dictionary: ValueDictionary): void {
    if (this.#dictionaryPageCount === 0 && !this.#dictionaryPays(dictionary)) {
      this.#abandonDictionary(dictionary);
      return;
    }
    this.#endPage();
    this.#encoding = "plain";
  }

  #dictionaryPays(dictionary: ValueDictionary): boolean {
    const idBytes = (this.#valueCount * Math.max(1, bitWidthOf(dictionary.size - 1))) / 8;
    const averageBytes = dictionary.plainByteLength / Math.max(1, dictionary.size);
    return dictionary.plainByteLength + idBytes <= this.#valueCount * averageBytes;
  }

  #isPageFull(): boolean {
    return (
      this.#levels.rowCount >= this.#settings.pageRowLimit ||
      this.#plain.index + this.#levels.byteLength >= this.#settings.pageSizeBytes
    );
  }

  #endPage(): void {
    const untried = this.#dictionaryPageCount === 0 ? this.#dictionary : undefined;
    if (untried !== undefined && !this.#dictionaryPays(untried)) this.#abandonDictionary(untried);
    const { valueCount, nullCount } = this.#levels;
    const isDictionaryPage = this.#encoding === "dictionary";
    const page = encodeDataPage(
      this.#pageBody(isDictionaryPage),
      valueCount,
      isDictionaryPage ? "RLE_DICTIONARY" : "PLAIN",
      this.#settings.compression,
    );
    this.#pages.push(page);
    this.#pageBytes += pageLength(page);
    if (isDictionaryPage) this.#dictionaryPageCount++;
    this.#levelCount += valueCount;
    this.#nullCount += nullCount;
    this.#levels.clear();
    this.#valueCount = 0;
    rewind(this.#plain);
  }

  #pageBody(isDictionaryPage: boolean): Uint8Array {
    const writer = new ByteWriter(this.#plain.index + 1024);
    if (!this.#settings.isRequired) this.#levels.write(writer);
    if (isDictionaryPage) {
      // A width of zero is allowed for one entry, and some readers fail on it.
      const width = Math.max(1, bitWidthOf((this.#dictionary?.size ?? 1) - 1));
      writer.appendUint8(width);
      writeHybrid(writer, this.#ids, this.#valueCount, width);
    } else {
      writer.appendBytes(this.#plain.getBytes());
    }
    return writer.getBytes();
  }

  #encodeDictionary(dictionary: ValueDictionary): EncodedPage {
    const writer = new ByteWriter(dictionary.plainByteLength);
    const values = dictionary.values();
    const positions = Int32Array.from({ length: dictionary.size }, (_, id) => id);
    if (values.kind !== "boolean") {
      writePlain(writer, values, positions, dictionary.size, this.#isLengthPrefixed);
    }
    return encodeDictionaryPage(writer.getBytes(), dictionary.size, this.#settings.compression);
  }

  #reset(): void {
    this.#pages = [];
    this.#pageBytes = 0;
    this.#dictionaryPageCount = 0;
    this.#levelCount = 0;
    this.#nullCount = 0;
    this.#nanCount = 0;
    this.#plainBounds = undefined;
    this.#dictionary = undefined;
    this.#encoding = "undecided";
    this.#ids = new Int32Array(0);
    this.#plain = new ByteWriter(0);
  }
}

function withCapacity(array: Int32Array, capacity: number): Int32Array {
  if (array.length >= capacity) return array;
  const grown = new Int32Array(Math.max(capacity, 2 * array.length));
  grown.set(array);
  return grown;
}

function rewind(writer: ByteWriter): void {
  writer.index = 0;
  writer.offset = 0;
}
