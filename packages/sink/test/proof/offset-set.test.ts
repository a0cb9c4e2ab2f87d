import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OffsetSet } from "../../src/proof/offset-set.ts";

/** Around the edges of a segment, and far apart. */
const offset = fc.oneof(
  fc.integer({ min: 65_520, max: 65_560 }),
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 200_000, max: 200_040 }),
);

describe("OffsetSet", () => {
  it("is a set", () => {
    fc.assert(
      fc.property(fc.array(offset), (offsets) => {
        const set = new OffsetSet();
        const plain = new Set<number>();
        for (const each of offsets) {
          expect(set.add(each)).toBe(!plain.has(each));
          plain.add(each);
        }
        expect(set.size).toBe(plain.size);
        for (let each = 65_510; each < 65_570; each++) expect(set.has(each)).toBe(plain.has(each));
        expect(set.span).toEqual(
          plain.size === 0 ? undefined : { start: Math.min(...plain), end: Math.max(...plain) + 1 },
        );
      }),
    );
  });

  it("names what is absent in ranges that neither touch nor overlap", () => {
    fc.assert(
      fc.property(fc.array(offset), offset, offset, (offsets, a, b) => {
        const set = new OffsetSet();
        for (const each of offsets) set.add(each);
        const range = { start: Math.min(a, b), end: Math.max(a, b) };
        const absent = [...set.absentIn(range)];
        const plain = new Set(offsets);
        const count = absent.reduce((sum, { start, end }) => sum + end - start, 0);
        let expected = range.end - range.start;
        for (const each of plain) if (each >= range.start && each < range.end) expected -= 1;
        expect(count).toBe(expected);
        for (const [index, { start, end }] of absent.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThan(absent[index - 1]?.end ?? -1);
          expect(set.has(start)).toBe(false);
          expect(set.has(end - 1)).toBe(false);
        }
      }),
    );
  });

  it("lets go of segments that are whole, and knows them still", () => {
    const set = new OffsetSet();
    for (let each = 0; each < 65_537; each++) set.add(each);
    expect(set.add(65_535)).toBe(false);
    expect(set.has(0)).toBe(true);
    expect(set.size).toBe(65_537);
    expect([...set.absentIn({ start: 0, end: 65_539 })]).toEqual([{ start: 65_537, end: 65_539 }]);
  });

  it("takes offsets beyond 32 bits", () => {
    const set = new OffsetSet();
    const far = 2 ** 40 + 5;
    set.add(far);
    expect(set.has(far)).toBe(true);
    expect(set.has(5)).toBe(false);
    expect([...set.absentIn({ start: far - 1, end: far + 2 })]).toEqual([
      { start: far - 1, end: far },
      { start: far + 1, end: far + 2 },
    ]);
  });
});
