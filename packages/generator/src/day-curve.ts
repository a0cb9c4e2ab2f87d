import type { LocalSeconds } from "./local-date-time.ts";
import type { Random } from "./random.ts";

const SECONDS_PER_HOUR = 3_600;

/**
 * How many ratings come in each hour of a day, relative to each other: lunch and after work are
 * busy.
 */
const HOUR_WEIGHTS: readonly number[] = [
  0.05, 0.02, 0.01, 0.01, 0.01, 0.02, 0.05, 0.2, 0.5, 1, 1.6, 2, 2.4, 2, 1.5, 1.5, 1.9, 2.6, 2.8,
  2.2, 1.4, 0.8, 0.3, 0.1,
];
/** From Sunday; on Sundays the salons are closed and ratings come from home. */
const WEEKDAY_WEIGHTS: readonly number[] = [0.35, 0.8, 0.9, 0.95, 1.05, 1.25, 1.6];

/** How busy the hour is that a date-time lies in, relative to other hours. */
export function busyness(seconds: LocalSeconds): number {
  const date = new Date(seconds * 1_000);
  return HOUR_WEIGHTS[date.getUTCHours()]! * WEEKDAY_WEIGHTS[date.getUTCDay()]!;
}

/**
 * Spreads `count` date-times over [from, to) so that their density follows {@link busyness}.
 * They ascend; after `count` of them it begins anew.
 */
export function createHistoryClock(
  from: LocalSeconds,
  to: LocalSeconds,
  count: number,
  random: Random,
): () => LocalSeconds {
  let total = 0;
  for (let slot = from; slot < to; slot = endOfHour(slot)) total += slotWeight(slot, to);
  let index = 0;
  let slotStart = from;
  let weightBefore = 0;
  return () => {
    if (index === count) {
      index = 0;
      slotStart = from;
      weightBefore = 0;
    }
    // One draw in each of `count` equal shares of the whole weight: ascending, and never bunched.
    const target = ((index++ + random.unit()) / count) * total;
    let weight = slotWeight(slotStart, to);
    while (weightBefore + weight <= target && endOfHour(slotStart) < to) {
      weightBefore += weight;
      slotStart = endOfHour(slotStart);
      weight = slotWeight(slotStart, to);
    }
    const slotEnd = Math.min(endOfHour(slotStart), to);
    const share = (target - weightBefore) / weight;
    return Math.min(slotStart + Math.floor(share * (slotEnd - slotStart)), slotEnd - 1);
  };
}

function endOfHour(seconds: LocalSeconds): LocalSeconds {
  return (Math.floor(seconds / SECONDS_PER_HOUR) + 1) * SECONDS_PER_HOUR;
}

function slotWeight(slotStart: LocalSeconds, to: LocalSeconds): number {
  return busyness(slotStart) * (Math.min(endOfHour(slotStart), to) - slotStart);
}
