import type { BytesVector, PhysicalVector } from "./physical-vector.ts";

/** More places for entries than this are not worth a table. */
const TABLE_SIZE_MAX = 1 << 20;
const BYTES = 256;

/**
 * The positions of the first `count` values, which are distinct, in ascending order. Byte strings
 * are sorted that have one length and differ in few places by few bytes, as dates and times do: the
 * bytes of those places make a number, each in a base of its own. Undefined for all else, where the
 * order would cost more than it saves.
 */
export function sortedEntries(values: PhysicalVector, count: number): Int32Array | undefined {
  if (values.kind !== "bytes" || count === 0) return undefined;
  const width = evenWidth(values, count);
  if (width === undefined) return undefined;
  const start = values.offsets[0]!;
  const places = rankedPlaces(values.data, start, width, count);
  const tableSize = places.reduce((size, { base }) => size * base, 1);
  if (tableSize > TABLE_SIZE_MAX) return undefined;
  const numbers = new Int32Array(count);
  for (const { place, base, ranks } of places) {
    appendDigit(numbers, values.data, start + place, width, base, ranks);
  }
  return inOrder(numbers, tableSize);
}

function evenWidth({ offsets }: BytesVector, count: number): number | undefined {
  const width = offsets[1]! - offsets[0]!;
  for (let i = 0; i < count; i++) if (offsets[i + 1]! - offsets[i]! !== width) return undefined;
  return width;
}

/** A place in which entries differ, and the order of the bytes that stand there. */
interface RankedPlace {
  readonly place: number;
  /** How many different bytes stand there. */
  readonly base: number;
  readonly ranks: Uint8Array;
}

function rankedPlaces(
  data: Uint8Array,
  start: number,
  width: number,
  count: number,
): readonly RankedPlace[] {
  const seen = new Uint8Array(width * BYTES);
  const end = start + count * width;
  for (let at = start; at < end; at += width) {
    for (let place = 0; place < width; place++) seen[place * BYTES + data[at + place]!] = 1;
  }
  return Array.from({ length: width }, (_, place) => {
    const ranks = seen.slice(place * BYTES, (place + 1) * BYTES);
    let base = 0;
    for (let byte = 0; byte < BYTES; byte++) if (ranks[byte] === 1) ranks[byte] = base++;
    return { place, base, ranks };
  }).filter(({ base }) => base > 1);
}

function appendDigit(
  numbers: Int32Array,
  data: Uint8Array,
  first: number,
  width: number,
  base: number,
  ranks: Uint8Array,
): void {
  for (let i = 0, at = first; i < numbers.length; i++, at += width) {
    numbers[i] = numbers[i]! * base + ranks[data[at]!]!;
  }
}

/** Undefined where two numbers are equal after all. */
function inOrder(numbers: Int32Array, tableSize: number): Int32Array | undefined {
  const positions = new Int32Array(tableSize);
  for (let i = 0; i < numbers.length; i++) positions[numbers[i]!] = i + 1;
  const order = new Int32Array(numbers.length);
  let length = 0;
  for (let number = 0; number < tableSize; number++) {
    if (positions[number] !== 0) order[length++] = positions[number]! - 1;
  }
  return length === numbers.length ? order : undefined;
}
