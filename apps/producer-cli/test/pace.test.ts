import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueMs, recordsDue, recordsWithin } from "../src/pace.ts";

describe("recordsDue", () => {
  it.each([
    [3_000, 0, 1],
    [3_000, 2_999, 1],
    [3_000, 3_000, 2],
    [1_000 / 3, 1_000, 4],
    [4, 1_000, 251],
    [0, 0, Infinity],
  ])("at one a %d ms after %d ms is %d", (periodMs, elapsedMs, records) => {
    expect(recordsDue(periodMs, elapsedMs)).toBe(records);
  });

  it("grows by one exactly when the next is due", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.nat({ max: 1_000_000 }),
        (periodMs, index) => {
          expect(recordsDue(periodMs, dueMs(periodMs, index))).toBe(index + 1);
          expect(recordsDue(periodMs, dueMs(periodMs, index + 0.5))).toBe(index + 1);
        },
      ),
    );
  });
});

describe("recordsWithin", () => {
  it.each([
    [3_000, 600_000, 200],
    [3_000, 3_001, 2],
    [1_000 / 3, 3_000, 9],
    [1_000, 1, 1],
    [0, 1, Infinity],
  ])("at one a %d ms for %d ms is %d", (periodMs, durationMs, records) => {
    expect(recordsWithin(periodMs, durationMs)).toBe(records);
  });
});
