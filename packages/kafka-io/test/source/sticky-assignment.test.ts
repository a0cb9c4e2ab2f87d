import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignCooperatively, type StickyMember } from "../../src/source/sticky-assignment.ts";

function member(memberId: string, owned: readonly number[] = [], generationId = 1): StickyMember {
  return { memberId, owned, generationId };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function assign(count: number, ...members: StickyMember[]): Record<string, number[]> {
  return Object.fromEntries(assignCooperatively(range(count), members));
}

/** Generations until nobody has to give anything back. */
function settle(count: number, members: readonly StickyMember[]): StickyMember[] {
  let now = [...members];
  for (let generationId = 10; generationId < 13; generationId++) {
    const shares = assignCooperatively(range(count), now);
    const isSettled = now.every(({ memberId, owned }) => {
      const share = shares.get(memberId) ?? [];
      return owned.every((partition) => share.includes(partition));
    });
    now = now.map(({ memberId }) => member(memberId, shares.get(memberId), generationId));
    if (isSettled) break;
  }
  return now;
}

describe("assignCooperatively", () => {
  it("gives new members even shares, by ascending id", () => {
    expect(assign(5, member("b"), member("a"))).toEqual({ a: [0, 1, 4], b: [2, 3] });
    expect(assign(1, member("a"), member("b"))).toEqual({ a: [0], b: [] });
    expect(assign(3)).toEqual({});
  });

  it("gives a new member only what nobody has, and all of its share in the next generation", () => {
    const first = assign(4, member("a", [0, 1, 2, 3]), member("b", [], -1));
    expect(first).toEqual({ a: [0, 1], b: [] });
    expect(assign(4, member("a", first["a"], 2), member("b", [], 2))).toEqual({
      a: [0, 1],
      b: [2, 3],
    });
  });

  it("gives what a member had that left, and added partitions, without moving others", () => {
    expect(assign(6, member("a", [0, 3]), member("c", [2, 5]))).toEqual({
      a: [0, 1, 3],
      c: [2, 4, 5],
    });
    expect(assign(5, member("a", [0, 1]), member("b", [2, 3]))).toEqual({
      a: [0, 1, 4],
      b: [2, 3],
    });
  });

  it("lets those keep one more who have it", () => {
    const members = [member("a", [0, 1]), member("b", [2, 3, 4]), member("c", [])];
    expect(assign(7, ...members)).toEqual({ a: [0, 1], b: [2, 3, 4], c: [5, 6] });
  });

  it("does not believe a member that missed a generation", () => {
    const late = member("a", [0, 1], 3);
    expect(assign(2, late, member("b", [0, 1], 5))).toEqual({ a: [], b: [0] });
    expect(assign(4, late, member("b", [0, 1], 5))).toEqual({ a: [2, 3], b: [0, 1] });
  });

  it("gives nobody what two have, until both have given it back", () => {
    const first = assign(2, member("a", [0, 1]), member("b", [0]));
    expect(first).toEqual({ a: [1], b: [] });
    expect(assign(2, member("a", [1], 2), member("b", [], 2))).toEqual({ a: [1], b: [0] });
  });

  it("is even, moves as little as can be, and never has two members read the same", () => {
    const groups = fc
      .record({
        count: fc.nat(20),
        /** For each partition the member that has it, if it is still there. */
        owners: fc.array(fc.nat(7), { minLength: 20, maxLength: 20 }),
        size: fc.integer({ min: 1, max: 6 }),
      })
      .map(({ count, owners, size }) => {
        const members = range(size).map((each) =>
          member(
            `m${each}`,
            range(count).filter((partition) => owners[partition] === each),
          ),
        );
        return { count, members };
      });
    fc.assert(
      fc.property(groups, ({ count, members }) => {
        const first = assignCooperatively(range(count), members);
        for (const { memberId } of members) {
          for (const partition of first.get(memberId) ?? []) {
            const others = members.filter((other) => other.memberId !== memberId);
            expect(others.some((other) => other.owned.includes(partition))).toBe(false);
          }
        }
        const settled = settle(count, members);
        const all = settled.flatMap(({ owned }) => [...owned]).sort((a, b) => a - b);
        expect(all).toEqual(range(count));
        const sizes = settled.map(({ owned }) => owned.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        // No even sharing keeps more: whoever has a full share keeps that, others all they have.
        const quota = Math.floor(count / members.length);
        const larger = count % members.length;
        const surplus = members.filter(({ owned }) => owned.length > quota).length;
        const keepable = members.reduce((sum, { owned }) => sum + Math.min(owned.length, quota), 0);
        const kept = settled.reduce((sum, { memberId, owned }) => {
          const before = members.find((each) => each.memberId === memberId)?.owned ?? [];
          return sum + owned.filter((partition) => before.includes(partition)).length;
        }, 0);
        expect(kept).toBe(keepable + Math.min(larger, surplus));
        // And what is settled stays so.
        expect(settle(count, settled).map(({ owned }) => owned)).toEqual(
          settled.map(({ owned }) => owned),
        );
      }),
    );
  });
});
