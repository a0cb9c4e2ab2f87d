import { createRatingGenerator } from "../packages/generator/src/index.ts";
import type { RatingGenerator } from "../packages/generator/src/index.ts";
import { randomBelow } from "./random-below.ts";

const FIRST_DAY_MS = Date.UTC(2025, 0, 15);
const SECONDS = 3 * 86_400;

/**
 * Ratings at random seconds of three days. What comes in the order of its time is cheaper, to store
 * above all; this is what the peers' figures are of too.
 */
export function ratingsInNoOrder(seed: number): RatingGenerator {
  const random = randomBelow(seed);
  return createRatingGenerator(
    { seed },
    { clock: () => new Date(FIRST_DAY_MS + random(SECONDS) * 1000) },
  );
}
