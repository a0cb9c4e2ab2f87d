import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../src/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["3s", 3_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["2d", 172_800_000],
    ["1.5m", 90_000],
    ["0s", 0],
    ["10 s", 10_000],
  ])("takes %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "10", "s", "-1s", "1e3s", "3 seconds", "1m30s", " 3s", "3S", "99999999999999999d"])(
    "refuses %j",
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
    },
  );

  it("reads back what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [90_000, "90s"],
    [600_000, "10m"],
    [86_400_000, "1d"],
    [1_500, "1500ms"],
    [0, "0s"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
