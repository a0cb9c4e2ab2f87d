/**
 * Records come at 0, `periodMs`, 2 `periodMs`, … after the start; a period of 0 is as fast as they
 * are taken. How many are due by now, the first at once.
 */
export function recordsDue(periodMs: number, elapsedMs: number): number {
  return periodMs === 0 ? Infinity : Math.floor(tidy(elapsedMs / periodMs)) + 1;
}

/** How many are due before a duration is over. */
export function recordsWithin(periodMs: number, durationMs: number): number {
  return periodMs === 0 ? Infinity : Math.ceil(tidy(durationMs / periodMs));
}

/** When the record with this index, from 0, is due. */
export function dueMs(periodMs: number, index: number): number {
  return index * periodMs;
}

/** A third of a second is no exact number: three of them are a second all the same. */
function tidy(ratio: number): number {
  const nearest = Math.round(ratio);
  return Math.abs(ratio - nearest) < 1e-9 * Math.max(1, nearest) ? nearest : ratio;
}
