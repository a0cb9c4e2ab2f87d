import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EpochHistory } from "../../src/source/epoch-history.ts";

describe("EpochHistory", () => {
  it("knows the epoch of the record before an offset that was read", () => {
    const history = new EpochHistory();
    expect(history.before(0)).toBe(-1);
    history.note(4, 10, 13);
    history.note(4, 13, 20);
    history.note(6, 20, 21);
    expect([10, 11, 20, 21, 22].map((offset) => history.before(offset))).toEqual([-1, 4, 4, 6, -1]);
  });

  it("takes what is read again for the truth, and nothing after a break", () => {
    const history = new EpochHistory();
    history.note(4, 0, 10);
    history.note(5, 10, 20);
    history.note(7, 5, 8);
    expect([5, 6, 8, 9].map((offset) => history.before(offset))).toEqual([4, 7, 7, -1]);
    history.note(7, 100, 101);
    expect([8, 100, 101].map((offset) => history.before(offset))).toEqual([-1, -1, 7]);
    history.clear();
    expect(history.before(101)).toBe(-1);
  });

  it("agrees with a record of every offset, as far back as it goes", () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(4), fc.integer({ min: 1, max: 5 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, (steps) => {
        const history = new EpochHistory();
        const plain = new Map<number, number>();
        let next = 50;
        for (const [epoch, back, count] of steps) {
          const start = next - back;
          if (!plain.has(start - 1)) plain.clear();
          for (const offset of plain.keys()) if (offset >= start) plain.delete(offset);
          next = start + count;
          for (let offset = start; offset < next; offset++) plain.set(offset, epoch);
          history.note(epoch, start, next);
        }
        for (let offset = 0; offset < 120; offset++) {
          expect(history.before(offset)).toBe(plain.get(offset - 1) ?? -1);
        }
      }),
    );
  });
});
