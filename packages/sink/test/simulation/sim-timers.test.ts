import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimTimers } from "./sim-timers.ts";

describe("timers of a history", () => {
  it("ring by their moments, those of one moment as they were set, forgotten ones never", () => {
    const given = fc.array(fc.record({ atMs: fc.nat(20), isForgotten: fc.boolean() }));
    fc.assert(
      fc.property(given, (moments) => {
        const timers = new SimTimers();
        const set = moments.map(({ atMs, isForgotten }, index) => {
          const timer = timers.set(atMs, () => undefined);
          return { index, atMs, isForgotten, timer };
        });
        for (const { timer, isForgotten } of set) timer.isForgotten = isForgotten;
        const expected = set
          .filter(({ isForgotten }) => !isForgotten)
          .toSorted((a, b) => a.atMs - b.atMs || a.index - b.index)
          .map(({ timer }) => timer);
        const rung = [];
        for (let next = timers.take(); next !== undefined; next = timers.take()) rung.push(next);
        expect(rung).toEqual(expected);
        expect(timers.peek()).toBeUndefined();
      }),
    );
  });

  it("that are set meanwhile ring in their turn", () => {
    const timers = new SimTimers();
    timers.set(5, () => undefined);
    expect(timers.take()?.atMs).toBe(5);
    timers.set(9, () => undefined);
    timers.set(7, () => undefined);
    expect(timers.peek()?.atMs).toBe(7);
    timers.set(6, () => undefined);
    expect([timers.take(), timers.take(), timers.take()].map((timer) => timer?.atMs)).toEqual([
      6, 7, 9,
    ]);
  });
});
