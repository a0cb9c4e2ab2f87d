import { ByteWriter } from "hyparquet-writer";
import { bitWidthOf } from "./bit-packing.ts";
import { boundsOf, countNans, mergeBounds, type ColumnBounds } from "./column-bounds.ts";
import type { ColumnChunk, ColumnChunkSettings } from "./column-chunk.ts";
import { sliceLevelsMax, type LeafSource } from "./column-source.ts";
import { encodeIdPage, finishDictionary, WaitingPages } from "./dictionary-pages.ts";
import { dictionaryPays, isWorthSorting } from "./dictionary-verdict.ts";
import { encodePlainPage, pageLength, type EncodedPage } from "./page.ts";
import type { PageLevels } from "./page-levels.ts";
import { parquetTypeOf } from "./parquet-type.ts";
import type { PhysicalVector } from "./physical-vector.ts";
import { writePlain, writePlainBits } from "./plain-encoding.ts";
import { SharedIds } from "./shared-ids.ts";
import { createValueDictionary } from "./create-value-dictionary.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** Rows after which a dictionary that repeats too few values is given up. */
const DICTIONARY_TRIAL_ROWS = 4096;
const NO_BYTES = new Uint8Array(0);

/**
 * Encodes one leaf of one row group after the other. Pages are encoded and compressed as soon as
 * they are full, each with the bit width that the dictionary needs by then, so that what is held is
 * the encoded pages, the dictionary, and one page of ids or plain values; the ids of all pages only
 * where the dictionary is to be sorted.
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
  /** Present from the end of the first page on where the dictionary is to be sorted. */
  #waiting: WaitingPages | undefined;
  #sharedIds: SharedIds | undefined;

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
    const waitingBytes = this.#waiting?.byteLength ?? 0;
    return this.#pageBytes + waitingBytes + dictionaryBytes + valueBytes + this.#levels.byteLength;
  }

  /** About the bytes that the chunk would take if it ended here. */
  get estimatedBytes(): number {
    const size = this.#dictionary?.size ?? 0;
    const idBits = this.#valueCount * bitWidthOf(size);
    const waitingBytes = this.#waiting?.estimatedBytes(size) ?? 0;
    const dictionaryBytes = this.#dictionary?.plainByteLength ?? 0;
    const currentBytes = this.#encoding === "plain" ? this.#plain.index : idBits / 8;
    return Math.ceil(this.#pageBytes + waitingBytes + dictionaryBytes + currentBytes);
  }

  /** Appends all rows of a source of the chunk's type. A page ends where a row does. */
  append(source: LeafSource<Levels>): void {
    const sliceLevels = sliceLevelsMax(source, this.#settings.pageSizeBytes);
    const sharedIds = this.#sharedIdsOf(source);
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
      ...(dictionary === undefined
        ? { dataPages: this.#pages }
        : finishDictionary({
            dictionary,
            waiting: this.#waiting,
            pages: this.#pages,
            compression: this.#settings.compression,
            isLengthPrefixed: this.#isLengthPrefixed,
          })),
      dictionaryEncodedPageCount: this.#dictionaryPageCount,
      valueCount: this.#levelCount,
      nullCount: this.#nullCount,
      nanCount: this.#nanCount,
      ...(bounds && { bounds }),
    };
    this.#reset();
    return chunk;
  }

  /** What is known of the entries of a growing dictionary holds for the whole chunk. */
  #sharedIdsOf({ sharesValues, dictionaryId }: LeafSource<Levels>): SharedIds | undefined {
    if (!sharesValues) return undefined;
    if (dictionaryId === undefined || this.#sharedIds?.dictionaryId !== dictionaryId) {
      this.#sharedIds = new SharedIds(dictionaryId);
    }
    return this.#sharedIds;
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
      this.#judgeDictionary(this.#dictionary, isRowEnd, sharedIds?.dictionaryId !== undefined);
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
    else sharedIds.encode(dictionary, values, this.#positions, count, this.#ids, at);
    this.#valueCount += count;
  }

  /** Entries of a growing dictionary cost little: they are judged at the end of the first page. */
  #judgeDictionary(dictionary: ValueDictionary, isRowEnd: boolean, isGrowing: boolean): void {
    const repeatsTooLittle = !isGrowing && 2 * dictionary.size > this.#valueCount;
    if (repeatsTooLittle && this.#isTrialOver(dictionary)) {
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
    if (this.#dictionaryPageCount === 0 && !dictionaryPays(dictionary, this.#valueCount)) {
      this.#abandonDictionary(dictionary);
      return;
    }
    this.#endPage();
    this.#encoding = "plain";
  }

  #isPageFull(): boolean {
    return (
      this.#levels.rowCount >= this.#settings.pageRowLimit ||
      this.#plain.index + this.#levels.byteLength >= this.#settings.pageSizeBytes
    );
  }

  #endPage(): void {
    const { compression } = this.#settings;
    const { valueCount } = this.#levels;
    if (this.#dictionary !== undefined && this.#dictionaryPageCount === 0) {
      this.#judgeFirstPage(this.#dictionary);
    }
    if (this.#encoding === "dictionary") {
      this.#endIdPage();
    } else {
      const values = this.#plain.getBytes();
      this.#addPage(encodePlainPage(this.#levelBytes(), values, valueCount, compression));
    }
    this.#levelCount += valueCount;
    this.#nullCount += this.#levels.nullCount;
    this.#levels.clear();
    this.#valueCount = 0;
    rewind(this.#plain);
  }

  #judgeFirstPage(dictionary: ValueDictionary): void {
    if (!dictionaryPays(dictionary, this.#valueCount)) this.#abandonDictionary(dictionary);
    else if (isWorthSorting(dictionary)) this.#waiting = new WaitingPages();
  }

  #endIdPage(): void {
    const ids = this.#ids.subarray(0, this.#valueCount);
    const page = { levels: this.#levelBytes(), levelCount: this.#levels.valueCount, ids };
    this.#dictionaryPageCount++;
    if (this.#waiting === undefined) {
      const size = this.#dictionary?.size ?? 1;
      this.#addPage(encodeIdPage(page, size, this.#settings.compression));
    } else {
      this.#waiting.add(page);
      this.#ids = new Int32Array(0);
    }
  }

  #addPage(page: EncodedPage): void {
    this.#pages.push(page);
    this.#pageBytes += pageLength(page);
  }

  #levelBytes(): Uint8Array {
    if (this.#settings.isRequired) return NO_BYTES;
    const writer = new ByteWriter(16 + this.#levels.byteLength);
    this.#levels.write(writer);
    return writer.getBytes();
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
    this.#waiting = undefined;
    this.#sharedIds = undefined;
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
