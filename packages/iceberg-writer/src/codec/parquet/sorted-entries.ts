import type { BytesVector, PhysicalVector } from "./physical-vector.ts";

/** More places for entries than this are not worth a table. */
const TABLE_SIZE_MAX = 1 << 20;
const BYTES = 256;

/**
 * Positions of distinct values in the ascending order of the values. Byte strings are sorted that
 * have one length and differ in few places by few bytes, as dates and times do: the bytes of those
 * places make a number, each in a base of its own. Undefined for all else, where the order would
 * cost more than it saves.
 */
export function sortedEntries(
  values: PhysicalVector,
  positions: Int32Array,
): Int32Array | undefined {
  if (values.kind !== "bytes" || positions.length === 0) return undefined;
  const width = evenWidth(values, positions);
  if (width === undefined) return undefined;
  const starts = startsOf(values, positions);
  const ranks = rankBytes(values.data, starts, width);
  if (ranks.tableSize > TABLE_SIZE_MAX) return undefined;
  const numbers = numberEntries(values.data, starts, ranks);
  return inOrder(positions, numbers, ranks.tableSize);
}

function evenWidth({ offsets }: BytesVector, positions: Int32Array): number | undefined {
  const first = positions[0]!;
  const width = offsets[first + 1]! - offsets[first]!;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (offsets[position + 1]! - offsets[position]! !== width) return undefined;
  }
  return width;
}

function startsOf({ offsets }: BytesVector, positions: Int32Array): Int32Array {
  const starts = new Int32Array(positions.length);
  for (let i = 0; i < starts.length; i++) starts[i] = offsets[positions[i]!]!;
  return starts;
}

/** The order of the bytes that stand in the places in which entries differ. */
interface ByteRanks {
  readonly places: Int32Array;
  /** How many different bytes stand in each place. */
  readonly bases: Int32Array;
  /** A table of all bytes for each place, one behind the other. */
  readonly ranks: Uint8Array;
  readonly tableSize: number;
}

function rankBytes(data: Uint8Array, starts: Int32Array, width: number): ByteRanks {
  const places = differingPlaces(data, starts, width);
  const ranks = new Uint8Array(places.length * BYTES);
  for (let entry = 0; entry < starts.length; entry++) {
    const start = starts[entry]!;
    for (let i = 0; i < places.length; i++) ranks[i * BYTES + data[start + places[i]!]!] = 1;
  }
  const bases = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) {
    for (let at = i * BYTES; at < (i + 1) * BYTES; at++) {
      if (ranks[at] === 1) ranks[at] = bases[i]!++;
    }
  }
  return { places, bases, ranks, tableSize: bases.reduce((size, base) => size * base, 1) };
}

/** The places in which some entry has another byte than the first has. */
function differingPlaces(data: Uint8Array, starts: Int32Array, width: number): Int32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const first = starts[0]!;
  const differs = new Uint8Array(width);
  const words = width >>> 2;
  for (let entry = 0; entry < starts.length; entry++) {
    const start = starts[entry]!;
    for (let word = 0; word < words; word++) {
      const difference =
        view.getInt32(start + 4 * word, true) ^ view.getInt32(first + 4 * word, true);
      if (difference === 0) continue;
      for (let byte = 0; byte < 4; byte++) {
        if ((difference >>> (8 * byte)) & 0xff) differs[4 * word + byte] = 1;
      }
    }
    for (let place = 4 * words; place < width; place++) {
      if (data[start + place] !== data[first + place]) differs[place] = 1;
    }
  }
  return Int32Array.from({ length: width }, (_, place) => place).filter(
    (place) => differs[place] === 1,
  );
}

function numberEntries(
  data: Uint8Array,
  starts: Int32Array,
  { places, bases, ranks }: ByteRanks,
): Int32Array {
  const numbers = new Int32Array(starts.length);
  for (let entry = 0; entry < starts.length; entry++) {
    const start = starts[entry]!;
    let number = 0;
    for (let i = 0; i < places.length; i++) {
      number = number * bases[i]! + ranks[i * BYTES + data[start + places[i]!]!]!;
    }
    numbers[entry] = number;
  }
  return numbers;
}

/** Undefined where two numbers are equal after all. */
function inOrder(
  positions: Int32Array,
  numbers: Int32Array,
  tableSize: number,
): Int32Array | undefined {
  const entries = new Int32Array(tableSize);
  for (let entry = 0; entry < numbers.length; entry++) entries[numbers[entry]!] = entry + 1;
  const order = new Int32Array(numbers.length);
  let length = 0;
  for (let number = 0; number < tableSize; number++) {
    if (entries[number] !== 0) order[length++] = positions[entries[number]! - 1]!;
  }
  return length === numbers.length ? order : undefined;
}
