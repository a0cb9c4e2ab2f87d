import { bitWidthOf } from "./bit-packing.ts";
import { BytesDictionary } from "./bytes-dictionary.ts";
import { boundsOf, type ColumnBounds } from "./column-bounds.ts";
import type { ColumnChunkSettings } from "./column-chunk.ts";
import type { LeafSource } from "./column-source.ts";
import { createValueDictionary } from "./create-value-dictionary.ts";
import { encodeIdPage, replaceIds, WaitingPages } from "./dictionary-pages.ts";
import { dictionaryPays, isWorthLending, isWorthSorting } from "./dictionary-verdict.ts";
import { LentDictionary } from "./lent-dictionary.ts";
import { encodeDictionaryPage, pageLength, type EncodedPage, type PageSettings } from "./page.ts";
import type { EncodedLevels } from "./page-levels.ts";
import { firstPositions, type PhysicalVector } from "./physical-vector.ts";
import { writePlain } from "./plain-encoding.ts";
import { ScratchWriter } from "./scratch-writer.ts";
import { SharedIds } from "./shared-ids.ts";
import { sortedEntries } from "./sorted-entries.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** A page has 65,536 ids as a rule. */
const IDS_AT_FIRST = 4096;

const plainEntries = new ScratchWriter();

/** What of a chunk's settings is looked at. */
type EncoderSettings = PageSettings & Pick<ColumnChunkSettings, "type">;

/** What the source of values is looked at for. */
type ValueSource = Pick<LeafSource<never>, "values" | "sharesValues" | "dictionaryId">;

/** A chunk's dictionary page, the data pages that refer to it, and the bounds of its entries. */
export interface EncodedDictionary {
  readonly dictionaryPage: EncodedPage;
  readonly dataPages: readonly EncodedPage[];
  readonly bounds: ColumnBounds | undefined;
}

/**
 * The dictionary of a column chunk and the pages of ids that refer to it. Pages are encoded as they
 * end, each with the bit width that the dictionary needs by then; where it is to be sorted, which
 * shows at the end of the first page, they wait until it is whole.
 */
export class DictionaryEncoder {
  readonly #settings: EncoderSettings;
  readonly #isLengthPrefixed: boolean;
  #dictionary: ValueDictionary;
  #sharedIds: SharedIds | undefined;
  #waiting: WaitingPages | undefined;
  readonly #pages: EncodedPage[] = [];
  #pageBytes = 0;
  #pageCount = 0;
  /** Of the current page. */
  #ids: Int32Array = new Int32Array(0);
  #valueCount = 0;

  private constructor(
    settings: EncoderSettings,
    isLengthPrefixed: boolean,
    dictionary: ValueDictionary,
  ) {
    this.#settings = settings;
    this.#isLengthPrefixed = isLengthPrefixed;
    this.#dictionary = dictionary;
    if (dictionary instanceof LentDictionary) this.#waiting = new WaitingPages();
  }

  /** An encoder for a chunk that begins with these values; undefined where they have none. */
  static begin(
    settings: EncoderSettings,
    isLengthPrefixed: boolean,
    { values, dictionaryId }: ValueSource,
  ): DictionaryEncoder | undefined {
    const dictionary =
      dictionaryId !== undefined && isWorthLending(values)
        ? new LentDictionary(dictionaryId, values, isLengthPrefixed)
        : createValueDictionary(values.kind, isLengthPrefixed);
    return dictionary && new DictionaryEncoder(settings, isLengthPrefixed, dictionary);
  }

  /** Data pages that have ended. */
  get pageCount(): number {
    return this.#pageCount;
  }

  /** Whether the pages wait for the dictionary to be sorted. */
  get isSorted(): boolean {
    return this.#waiting !== undefined;
  }

  /** Entries of the dictionary. */
  get size(): number {
    return this.#dictionary.size;
  }

  /** Bytes of the dictionary's page before compression. */
  get plainByteLength(): number {
    return this.#dictionary.plainByteLength;
  }

  /** Bytes that are held. */
  get bufferedBytes(): number {
    const waitingBytes = this.#waiting?.byteLength ?? 0;
    return this.#pageBytes + waitingBytes + 2 * this.plainByteLength + this.#ids.byteLength;
  }

  /** About the bytes that dictionary and pages would take if the chunk ended here. */
  get estimatedBytes(): number {
    const { size } = this;
    const waitingBytes = this.#waiting?.estimatedBytes(size) ?? 0;
    const currentBytes = (this.#valueCount * bitWidthOf(size)) / 8;
    return this.#pageBytes + waitingBytes + this.plainByteLength + currentBytes;
  }

  /** Appends `source.values[positions[0..count)]` to the current page. */
  append(source: ValueSource, positions: Int32Array, count: number): void {
    const { values, dictionaryId } = source;
    const at = this.#valueCount;
    this.#ids = withCapacity(this.#ids, at + count);
    this.#valueCount += count;
    if (this.#dictionary instanceof LentDictionary) {
      if (this.#dictionary.dictionaryId === dictionaryId) {
        this.#dictionary.encode(values, positions, count, this.#ids, at);
        return;
      }
      this.#own(this.#dictionary, at);
    }
    const sharedIds = this.#sharedIdsOf(source);
    const dictionary = this.#dictionary;
    if (sharedIds === undefined) dictionary.encode(values, positions, count, this.#ids, at);
    else sharedIds.encode(dictionary, values, positions, count, this.#ids, at);
  }

  /** Whether the dictionary and the ids of the current page take no more than its values would. */
  pays(): boolean {
    return dictionaryPays(this.#dictionary, this.#valueCount);
  }

  /** The values of the current page, which is given up with the dictionary. */
  abandon(): { readonly values: PhysicalVector; readonly ids: Int32Array } {
    return { values: this.#dictionary.values(), ids: this.#ids.subarray(0, this.#valueCount) };
  }

  /** Ends the current page. */
  endPage(levels: EncodedLevels): void {
    const ids = this.#ids.subarray(0, this.#valueCount);
    const page = { levels, ids };
    if (this.#pageCount === 0 && isWorthSorting(this.#dictionary)) {
      this.#waiting ??= new WaitingPages();
    }
    this.#pageCount++;
    this.#valueCount = 0;
    if (this.#waiting === undefined) {
      this.#addPage(encodeIdPage(page, this.size, this.#settings));
    } else {
      this.#waiting.add(page);
      this.#ids = new Int32Array(ids.length);
    }
  }

  /** Dictionary and pages; nothing can be appended any more. */
  finish(): EncodedDictionary {
    const settings = this.#settings;
    const values = this.#dictionary.values();
    const sorted = this.#waiting && sortedIds(this.#dictionary);
    const order = sorted ?? idsOf(this.#dictionary);
    const ends = sorted === undefined ? order : Int32Array.of(order[0]!, order.at(-1)!);
    const bounds = boundsOf(settings.type, values, ends.length, ends);
    const dataPages = this.#waitingPages(order, values.length);
    const writer = plainEntries.begin(this.plainByteLength);
    if (values.kind !== "boolean") {
      writePlain(writer, values, order, order.length, this.#isLengthPrefixed);
    }
    const dictionaryPage = encodeDictionaryPage(writer.getBytes(), order.length, settings);
    return { dictionaryPage, dataPages: [...dataPages, ...this.#pages], bounds };
  }

  #waitingPages(order: Int32Array, idCount: number): readonly EncodedPage[] {
    if (this.#waiting === undefined) return [];
    const rank = new Int32Array(idCount);
    for (let place = 0; place < order.length; place++) rank[order[place]!] = place;
    this.#waiting.replaceIds(rank);
    return this.#waiting.encode(order.length, this.#settings);
  }

  /** Copies the entries in use, for values of another dictionary come. */
  #own(lent: LentDictionary, idCount: number): void {
    const values = lent.values();
    const entries = lent.entries();
    const owned = new BytesDictionary(this.#isLengthPrefixed);
    const ids = new Int32Array(entries.length);
    owned.addDistinct(values, entries, entries.length, ids);
    const replacement = new Int32Array(values.length);
    for (let i = 0; i < entries.length; i++) replacement[entries[i]!] = ids[i]!;
    this.#waiting?.replaceIds(replacement);
    replaceIds(this.#ids.subarray(0, idCount), replacement);
    this.#dictionary = owned;
  }

  /** What is known of the entries of a growing dictionary holds for the whole chunk. */
  #sharedIdsOf({ sharesValues, dictionaryId }: ValueSource): SharedIds | undefined {
    if (!sharesValues) return undefined;
    if (dictionaryId === undefined || this.#sharedIds?.dictionaryId !== dictionaryId) {
      this.#sharedIds = new SharedIds(dictionaryId);
    }
    return this.#sharedIds;
  }

  #addPage(page: EncodedPage): void {
    this.#pages.push(page);
    this.#pageBytes += pageLength(page);
  }
}

function idsOf(dictionary: ValueDictionary): Int32Array {
  return dictionary instanceof LentDictionary
    ? dictionary.entries()
    : firstPositions(dictionary.size);
}

function sortedIds(dictionary: ValueDictionary): Int32Array | undefined {
  return dictionary instanceof LentDictionary
    ? dictionary.sortedEntries()
    : sortedEntries(dictionary.values(), firstPositions(dictionary.size));
}

/** Memory that grows in few steps, for each one is garbage soon. */
function withCapacity(array: Int32Array, capacity: number): Int32Array {
  if (array.length >= capacity) return array;
  const grown = new Int32Array(Math.max(capacity, IDS_AT_FIRST, 4 * array.length));
  grown.set(array);
  return grown;
}
