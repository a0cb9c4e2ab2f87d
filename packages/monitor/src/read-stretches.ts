/** Offsets `[start, end)` that were read and are not known to be committed. */
export interface ReadStretch {
  readonly start: number;
  readonly end: number;
  /** Kafka's timestamps of its records; absent where it has none. */
  readonly oldestMs?: number | undefined;
  readonly newestMs?: number | undefined;
}

/** Beyond it the newest two become one: the oldest times are those that matter. */
const STRETCHES_MAX = 64;

/** Adds what was read; what it reads again is read anew. */
export function addStretch(
  stretches: readonly ReadStretch[],
  read: ReadStretch,
): readonly ReadStretch[] {
  const before = stretches.filter(({ end }) => end <= read.start);
  const last = before.at(-1);
  if (before.length < STRETCHES_MAX || last === undefined) return [...before, read];
  return [...before.slice(0, -1), joined(last, read)];
}

/** What is left when everything below an offset is committed, and the newest time of what is. */
export function committedBelow(
  stretches: readonly ReadStretch[],
  offset: number,
): { readonly left: readonly ReadStretch[]; readonly newestMs: number | undefined } {
  const done = stretches.filter(({ end }) => end <= offset);
  return {
    left: stretches.filter(({ end }) => end > offset),
    newestMs: latest(done.map(({ newestMs }) => newestMs)),
  };
}

/** Kafka's timestamp of the oldest record of the stretches. */
export function oldestOf(stretches: readonly ReadStretch[]): number | undefined {
  const times = stretches.flatMap(({ oldestMs }) => (oldestMs === undefined ? [] : [oldestMs]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The latest of times of which some may be unknown. */
export function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function joined(first: ReadStretch, second: ReadStretch): ReadStretch {
  return {
    start: first.start,
    end: second.end,
    oldestMs: oldestOf([first, second]),
    newestMs: latest([first.newestMs, second.newestMs]),
  };
}
