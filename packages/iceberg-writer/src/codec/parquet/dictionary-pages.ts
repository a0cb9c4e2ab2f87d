import { bitWidthOf, packedByteLength } from "./bit-packing.ts";
import { writeHybrid } from "./hybrid-encoding.ts";
import { encodeDataPage, type EncodedPage, type PageSettings } from "./page.ts";
import { levelByteLength, type EncodedLevels } from "./page-levels.ts";
import { ScratchWriter } from "./scratch-writer.ts";

/** A page of ids that refer to the chunk's dictionary. */
export interface IdPage {
  readonly levels: EncodedLevels;
  readonly ids: Int32Array;
}

/** Room for the width of the ids and for where runs begin and end. */
const HEADER_BYTES = 64;

const packedIds = new ScratchWriter();

/** Encodes ids into a dictionary of `size` entries. */
export function encodeIdPage(page: IdPage, size: number, settings: PageSettings): EncodedPage {
  const { levels, ids } = page;
  // A width of zero is allowed for one entry, and some readers fail on it.
  const width = Math.max(1, bitWidthOf(size - 1));
  const idBytes = packedByteLength(ids.length, width);
  const writer = packedIds.begin(HEADER_BYTES + idBytes);
  writer.appendUint8(width);
  writeHybrid(writer, ids, ids.length, width);
  return encodeDataPage(levels, writer.getBytes(), "RLE_DICTIONARY", settings);
}

/**
 * Pages that wait for their dictionary to be whole, so that its entries can be put in order: a
 * sorted dictionary of many entries is much smaller when it is compressed.
 */
export class WaitingPages {
  #pages: IdPage[] = [];
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
    this.#levelBytes += levelByteLength(page.levels);
  }

  /** Puts another id in the place of each. */
  replaceIds(replacement: Int32Array): void {
    for (const { ids } of this.#pages) replaceIds(ids, replacement);
  }

  /** The pages for a dictionary of `size` entries. */
  encode(size: number, settings: PageSettings): EncodedPage[] {
    return this.#pages.map((page) => encodeIdPage(page, size, settings));
  }
}

/** Puts `replacement[id]` in the place of each id. */
export function replaceIds(ids: Int32Array, replacement: Int32Array): void {
  for (let i = 0; i < ids.length; i++) ids[i] = replacement[ids[i]!]!;
}
