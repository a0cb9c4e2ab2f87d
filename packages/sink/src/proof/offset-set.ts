import type { OffsetRange } from "../protocol/source-record.ts";

/** Offsets of one segment of the bitmap. */
const SEGMENT_OFFSETS = 1 << 16;

interface Segment {
  count: number;
  /** One bit an offset; absent once all of them are there. */
  bits?: Uint8Array | undefined;
}

/**
 * A set of offsets of one partition: one bit for each where some are missing, nothing where a whole
 * segment is there, so that a billion offsets without gaps take a few hundred kilobytes.
 */
export class OffsetSet {
  readonly #segments = new Map<number, Segment>();
  #size = 0;
  #start = Infinity;
  #end = 0;

  /** How many offsets are there. */
  get size(): number {
    return this.#size;
  }

  /** From the lowest to behind the highest; undefined for an empty set. */
  get span(): OffsetRange | undefined {
    return this.#size === 0 ? undefined : { start: this.#start, end: this.#end };
  }

  /** False where it was there already. */
  add(offset: number): boolean {
    const index = Math.floor(offset / SEGMENT_OFFSETS);
    let segment = this.#segments.get(index);
    if (segment === undefined) {
      segment = { count: 0, bits: new Uint8Array(SEGMENT_OFFSETS / 8) };
      this.#segments.set(index, segment);
    }
    if (segment.bits === undefined) return false;
    const bit = offset - index * SEGMENT_OFFSETS;
    const byte = segment.bits[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((byte & mask) !== 0) return false;
    segment.bits[bit >> 3] = byte | mask;
    segment.count += 1;
    if (segment.count === SEGMENT_OFFSETS) segment.bits = undefined;
    this.#size += 1;
    this.#start = Math.min(this.#start, offset);
    this.#end = Math.max(this.#end, offset + 1);
    return true;
  }

  has(offset: number): boolean {
    const index = Math.floor(offset / SEGMENT_OFFSETS);
    const segment = this.#segments.get(index);
    return segment !== undefined && isIn(segment, offset - index * SEGMENT_OFFSETS);
  }

  /** The stretches of a range that are not there, ascending, each as long as it can be. */
  *absentIn(range: OffsetRange): Generator<OffsetRange, void, undefined> {
    let start: number | undefined;
    for (let offset = range.start; offset < range.end;) {
      const index = Math.floor(offset / SEGMENT_OFFSETS);
      const segment = this.#segments.get(index);
      const segmentEnd = Math.min((index + 1) * SEGMENT_OFFSETS, range.end);
      if (segment === undefined || segment.bits === undefined) {
        if (segment === undefined) start ??= offset;
        else if (start !== undefined) {
          yield { start, end: offset };
          start = undefined;
        }
        offset = segmentEnd;
        continue;
      }
      for (; offset < segmentEnd; offset++) {
        if (!isIn(segment, offset - index * SEGMENT_OFFSETS)) {
          start ??= offset;
        } else if (start !== undefined) {
          yield { start, end: offset };
          start = undefined;
        }
      }
    }
    if (start !== undefined) yield { start, end: range.end };
  }
}

function isIn({ bits }: Segment, bit: number): boolean {
  return bits === undefined || ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
