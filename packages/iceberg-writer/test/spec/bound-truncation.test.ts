import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  truncateBinaryLower,
  truncateBinaryUpper,
  truncateCodePoints,
  truncateStringLower,
  truncateStringUpper,
} from "../../src/spec/bound-truncation.ts";
import { bytes, utf8 } from "./values.ts";

function upper(text: string, length: number): string | undefined {
  const bound = truncateStringUpper(utf8(text), length);
  return bound === undefined ? undefined : Buffer.from(bound).toString("utf8");
}

describe("strings", () => {
  test.each([
    ["イロハニホヘト", 2, "イヮ"],
    ["イロハニホヘト", 3, "イロバ"],
    ["イロハニホヘト", 7, "イロハニホヘト"],
    ["щщаεはчωいにπάほхεろへσκζ", 7, "щщаεはчϊ"],
    ["\uffff\uffff", 1, "\u{10000}"],
    ["\u{10ffff}\u{10ffff}", 1, undefined],
    ["\u{103ff}\u{103ff}", 1, "\u{10400}"],
    ["\u{1f602}\u{1f602}\u{1f602}", 2, "\u{1f602}\u{1f603}"],
    ["a\u{10ffff}c", 2, "b"],
    ["a\ud7ffb", 2, "a\ue000"],
  ])("the upper bound of %s in %i code points is %s", (text, length, expected) => {
    expect(upper(text, length)).toBe(expected);
  });

  test("the lower bound is a prefix of code points", () => {
    expect(truncateStringLower(utf8("イロハニ"), 2)).toEqual(utf8("イロ"));
    expect(truncateStringLower(utf8("\u{10000}\u{10000}"), 1)).toEqual(utf8("\u{10000}"));
    expect(truncateCodePoints("\u{10000}\u{10000}a", 2)).toBe("\u{10000}\u{10000}");
  });

  test("bounds enclose the text, whole code points of it", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 8 }), (value, length) => {
        const whole = utf8(value);
        const lower = truncateStringLower(whole, length);
        const bound = truncateStringUpper(whole, length) ?? whole;
        expect(Buffer.from(lower).toString("utf8")).toBe(truncateCodePoints(value, length));
        expect(Buffer.compare(lower, whole)).toBeLessThanOrEqual(0);
        expect(Buffer.compare(whole, bound)).toBeLessThanOrEqual(0);
        expect(new TextDecoder("utf-8", { fatal: true }).decode(bound)).toBeDefined();
      }),
    );
  });
});

describe("bytes", () => {
  test.each([
    [bytes(1, 1, 2), 2, bytes(1, 2)],
    [bytes(1, 1, 0xff, 2), 3, bytes(1, 2)],
    [bytes(0xff, 0xff, 0xff, 2), 2, undefined],
    [bytes(0xff, 0xff, 0xff, 2), 5, bytes(0xff, 0xff, 0xff, 2)],
    [bytes(1, 1, 0), 2, bytes(1, 2)],
  ])("the upper bound of %s in %i bytes", (whole, length, expected) => {
    expect(truncateBinaryUpper(whole, length)).toEqual(expected);
  });

  test("the lower bound is a prefix, and the input stays as it is", () => {
    const whole = bytes(1, 1, 2);
    expect(truncateBinaryLower(whole, 2)).toEqual(bytes(1, 1));
    truncateBinaryUpper(whole, 2);
    expect(whole).toEqual(bytes(1, 1, 2));
  });

  test("bounds enclose the value", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 8 }), (whole, length) => {
        const bound = truncateBinaryUpper(whole, length) ?? whole;
        expect(Buffer.compare(truncateBinaryLower(whole, length), whole)).toBeLessThanOrEqual(0);
        expect(Buffer.compare(whole, bound)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
