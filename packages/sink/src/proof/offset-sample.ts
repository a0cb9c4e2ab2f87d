import type { OffsetRange } from "../protocol/source-record.ts";

/** Ranges that a sample names. */
const RANGES_MAX = 10;

/** How many offsets something was found at, and the first ranges of them. */
export interface OffsetSample {
  readonly count: number;
  readonly ranges: readonly OffsetRange[];
}

/** Collects an {@link OffsetSample}; memory does not grow with what is added. */
export class OffsetSampler {
  #count = 0;
  #ranges: OffsetRange[] = [];

  get count(): number {
    return this.#count;
  }

  add(offset: number): void {
    this.addRange({ start: offset, end: offset + 1 });
  }

  /** A range that follows the one before is joined with it. */
  addRange({ start, end }: OffsetRange): void {
    this.#count += end - start;
    const last = this.#ranges.at(-1);
    if (last?.end === start) this.#ranges[this.#ranges.length - 1] = { start: last.start, end };
    else if (this.#ranges.length < RANGES_MAX) this.#ranges.push({ start, end });
  }

  sample(): OffsetSample {
    return { count: this.#count, ranges: [...this.#ranges] };
  }
}

/** Ranges that were all added to a sampler. */
export function sampleOf(ranges: Iterable<OffsetRange>): OffsetSample {
  const sampler = new OffsetSampler();
  for (const range of ranges) sampler.addRange(range);
  return sampler.sample();
}

/** `17`, `3-5, 9`; with `…` where the sample does not name all. */
export function describeOffsets({ count, ranges }: OffsetSample): string {
  const named = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const texts = ranges.map(({ start, end }) =>
    end - start === 1 ? String(start) : `${start}-${end - 1}`,
  );
  return [...texts, ...(named < count ? ["…"] : [])].join(", ");
}
