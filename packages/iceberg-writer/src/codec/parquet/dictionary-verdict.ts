import { bitWidthOf } from "./bit-packing.ts";
import type { BytesVector, PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** A dictionary of fewer entries gains too little by being sorted. */
const SORTED_ENTRIES_MIN = 4096;

/** Whether a dictionary and the ids of `valueCount` values take no more than the values would. */
export function dictionaryPays(dictionary: ValueDictionary, valueCount: number): boolean {
  const idBytes = (valueCount * Math.max(1, bitWidthOf(dictionary.size - 1))) / 8;
  const averageBytes = dictionary.plainByteLength / Math.max(1, dictionary.size);
  return dictionary.plainByteLength + idBytes <= valueCount * averageBytes;
}

/**
 * Whether the pages should wait until the dictionary is whole and can be sorted: it has many byte
 * strings already at the end of the first page.
 */
export function isWorthSorting(dictionary: ValueDictionary): boolean {
  return dictionary.size > SORTED_ENTRIES_MIN && dictionary.values().kind === "bytes";
}

/** Whether the entries of a growing dictionary are so many that their ids are better kept. */
export function isWorthLending(values: PhysicalVector): values is BytesVector {
  return values.kind === "bytes" && values.length > SORTED_ENTRIES_MIN;
}
