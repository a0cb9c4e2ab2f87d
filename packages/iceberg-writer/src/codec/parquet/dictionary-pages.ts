import { ByteWriter } from "hyparquet-writer";
import { bitWidthOf } from "./bit-packing.ts";
import type { ColumnChunk } from "./column-chunk.ts";
import { writeHybrid } from "./hybrid-encoding.ts";
import { encodeDataPage, encodeDictionaryPage, type EncodedPage } from "./page.ts";
import type { PageCompression } from "./page-compression.ts";
import { writePlain } from "./plain-encoding.ts";
import { sortedEntries } from "./sorted-entries.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** A page of ids that refer to the chunk's dictionary. */
export interface IdPage {
  /** As data page v1 has them; empty for a required column. */
  readonly levels: Uint8Array;
  /** Levels of the page, nulls included. */
  readonly levelCount: number;
  readonly ids: Int32Array;
}

/** Encodes ids into a dictionary of `size` entries. */
export function encodeIdPage(
  page: IdPage,
  size: number,
  compression: PageCompression,
): EncodedPage {
  const { levels, levelCount, ids } = page;
  const writer = new ByteWriter(levels.length + 16 + 2 * ids.length);
  writer.appendBytes(levels);
  // A width of zero is allowed for one entry, and some readers fail on it.
  const width = Math.max(1, bitWidthOf(size - 1));
  writer.appendUint8(width);
  writeHybrid(writer, ids, ids.length, width);
  return encodeDataPage(writer.getBytes(), levelCount, "RLE_DICTIONARY", compression);
}

/**
 * Pages that wait for their dictionary to be whole, so that its entries can be put in order: a
 * sorted dictionary of many entries is much smaller when it is compressed.
 */
export class WaitingPages {
  readonly #pages: IdPage[] = [];
  #idCount = 0;
  #levelBytes = 0;

  /** Bytes that are held. */
  get byteLength(): number {
    return 4 * this.#idCount + this.#levelBytes;
  }

  /** About the bytes that the pages would take with a dictionary of `size` entries. */
  estimatedBytes(size: number): number {
    return (this.#idCount * bitWidthOf(size)) / 8 + this.#levelBytes;
  }

  add(page: IdPage): void {
    this.#pages.push(page);
    this.#idCount += page.ids.length;
    this.#levelBytes += page.levels.length;
  }

  /** The pages for a dictionary whose entries are put in the given order. */
  encode(order: Int32Array, compression: PageCompression): EncodedPage[] {
    const rank = new Int32Array(order.length);
    for (let place = 0; place < order.length; place++) rank[order[place]!] = place;
    return this.#pages.map((page) => {
      replaceIds(page.ids, rank);
      return encodeIdPage(page, order.length, compression);
    });
  }
}

/** A dictionary that gets no more entries, and the pages of its chunk. */
export interface WholeDictionary {
  readonly dictionary: ValueDictionary;
  readonly waiting: WaitingPages | undefined;
  /** Those that are encoded; they come behind those that wait. */
  readonly pages: readonly EncodedPage[];
  readonly isLengthPrefixed: boolean;
  readonly compression: PageCompression;
}

/** The dictionary's page and all data pages; sorted where pages wait for it and it can be. */
export function finishDictionary(
  whole: WholeDictionary,
): Required<Pick<ColumnChunk, "dictionaryPage" | "dataPages">> {
  const { dictionary, waiting, pages, isLengthPrefixed, compression } = whole;
  const { size, plainByteLength } = dictionary;
  const values = dictionary.values();
  const order =
    (waiting && sortedEntries(values, size)) ?? Int32Array.from({ length: size }, (_, id) => id);
  const writer = new ByteWriter(plainByteLength);
  if (values.kind !== "boolean") writePlain(writer, values, order, size, isLengthPrefixed);
  const dictionaryPage = encodeDictionaryPage(writer.getBytes(), size, compression);
  return { dictionaryPage, dataPages: [...(waiting?.encode(order, compression) ?? []), ...pages] };
}

function replaceIds(ids: Int32Array, replacement: Int32Array): void {
  for (let i = 0; i < ids.length; i++) ids[i] = replacement[ids[i]!]!;
}
