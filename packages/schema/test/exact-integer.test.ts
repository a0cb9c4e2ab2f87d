import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactInteger } from "../src/exact-integer.ts";

describe("parseExactInteger", () => {
  it.each([
    ["0", 0n],
    ["-0", 0n],
    ["0e999999999", 0n],
    ["-12", -12n],
    ["9007199254740993", 9007199254740993n],
    ["9007199254740993.000", 9007199254740993n],
    ["9.007199254740993e15", 9007199254740993n],
    ["90071992547409930E-1", 9007199254740993n],
    ["0.00012e+5", 12n],
    ["1.5", undefined],
    ["15e-1", undefined],
    ["1e-999999999", undefined],
    ["1e999999999", undefined],
    ["1x", undefined],
  ])("reads %s", (text, expected) => {
    expect(parseExactInteger(text)).toBe(expected);
  });

  it("finds an integer however its point was moved", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(30), (integer, places) => {
        expect(parseExactInteger(`${integer}${"0".repeat(places)}e-${places}`)).toBe(integer);
        expect(parseExactInteger(`${integer}e${places}`)).toBe(integer * 10n ** BigInt(places));
      }),
    );
  });
});
