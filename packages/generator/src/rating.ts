import { moodOf, writeComment } from "./comment.ts";
import { drawVisit, type Population } from "./customer.ts";
import type { LocalSeconds } from "./local-date-time.ts";
import type { Random } from "./random.ts";

const MIN_TENTHS = 10;
const MAX_TENTHS = 50;
/** What an average employee gets from an average customer. */
const TYPICAL_TENTHS = 39;
/** Share of visits that go wrong, whoever comes. */
const MISHAP_SHARE = 0.04;

/** A rating as it should be. */
export interface Rating {
  readonly customerId: number;
  readonly branchId: number;
  readonly employeeId: number;
  readonly treatmentId: number;
  /** From 10 to 50. */
  readonly ratingTenths: number;
  readonly comment: string;
  readonly timestamp: LocalSeconds;
}

/** Draws a rating given at a time; its comment agrees with its value. */
export function drawRating(
  population: Population,
  timestamp: LocalSeconds,
  random: Random,
): Rating {
  const { customer, branchId, employeeId, treatmentId } = drawVisit(population, random);
  const skillTenths = population.skillTenths[employeeId - 1]!;
  // The sum of three is close to a bell curve, from -18 to 18.
  const noiseTenths = Math.round((random.unit() + random.unit() + random.unit() - 1.5) * 12);
  const ratingTenths =
    random.unit() < MISHAP_SHARE
      ? MIN_TENTHS + random.below(11)
      : clamp(TYPICAL_TENTHS + skillTenths + customer.kindnessTenths + noiseTenths);
  return {
    customerId: customer.id,
    branchId,
    employeeId,
    treatmentId,
    ratingTenths,
    comment: writeComment(moodOf(ratingTenths), treatmentId, random),
    timestamp,
  };
}

/** A value in tenths as a JSON number with one decimal: 45 is `4.5`, 50 is `5.0`. */
export function formatTenths(tenths: number): string {
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

function clamp(tenths: number): number {
  return Math.max(MIN_TENTHS, Math.min(MAX_TENTHS, tenths));
}
