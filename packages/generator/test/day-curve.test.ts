import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyness, createHistoryClock } from "../src/day-curve.ts";
import { parseLocalDateTime } from "../src/local-date-time.ts";
import { createRandom } from "../src/random.ts";

/** A Wednesday. */
const DAY = parseLocalDateTime("2025-01-15T00:00:00") ?? 0;

const at = (hour: number): number => busyness(DAY + hour * 3_600);

describe("createHistoryClock", () => {
  it("stays in its bounds and ascends, whatever the bounds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
        fc.integer({ min: 1, max: 30 * 86_400 }),
        fc.integer({ min: 1, max: 200 }),
        fc.nat(),
        (from, length, count, seed) => {
          const clock = createHistoryClock(from, from + length, count, createRandom(seed));
          const times = Array.from({ length: count }, () => clock());
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(times[0]).toBeGreaterThanOrEqual(from);
          expect(times.at(-1)).toBeLessThan(from + length);
          // It begins anew: the first of the next round is in the first of `count` shares again.
          expect(clock()).toBeLessThanOrEqual(times[1] ?? from + length);
        },
      ),
    );
  });

  it("gives each hour its share of the day", () => {
    const count = 24_000;
    const clock = createHistoryClock(DAY, DAY + 86_400, count, createRandom(1));
    const perHour = Array<number>(24).fill(0);
    for (let i = 0; i < count; i++) {
      const hour = Math.floor((clock() - DAY) / 3_600);
      perHour[hour] = (perHour[hour] ?? 0) + 1;
    }
    const weights = perHour.map((_, hour) => at(hour));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // One draw in each of `count` equal shares: an hour is off by at most one share at each end.
    for (const [hour, weight] of weights.entries()) {
      expect(Math.abs((perHour[hour] ?? 0) - (weight / total) * count)).toBeLessThanOrEqual(2);
    }
  });

  it("is busier at noon and after work than at night", () => {
    expect(at(12)).toBeGreaterThan(at(9));
    expect(at(18)).toBeGreaterThan(at(15));
    expect(at(18)).toBeGreaterThan(100 * at(3));
  });
});
