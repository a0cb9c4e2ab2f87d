import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FIRST_LOCAL_SECONDS,
  formatLocalDateTime,
  LAST_LOCAL_SECONDS,
  localSecondsOf,
  parseLocalDateTime,
} from "../src/local-date-time.ts";

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19);
}

describe("formatLocalDateTime", () => {
  it("writes the first and the last of them", () => {
    expect(formatLocalDateTime(FIRST_LOCAL_SECONDS)).toBe("0001-01-01T00:00:00");
    expect(formatLocalDateTime(LAST_LOCAL_SECONDS)).toBe("9999-12-31T23:59:59");
  });

  it("writes what Date writes, of every day of 800 years and of any second", () => {
    const first = parseLocalDateTime("1600-01-01T23:59:59") ?? Number.NaN;
    const days = Array.from({ length: 2 * 146_097 }, (_, day) => first + day * 86_400);
    const differing = days.filter((seconds) => formatLocalDateTime(seconds) !== iso(seconds));
    expect(differing).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: FIRST_LOCAL_SECONDS, max: LAST_LOCAL_SECONDS }), (seconds) => {
        expect(formatLocalDateTime(seconds)).toBe(iso(seconds));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST_LOCAL_SECONDS, max: LAST_LOCAL_SECONDS }), (seconds) => {
        expect(parseLocalDateTime(formatLocalDateTime(seconds))).toBe(seconds);
      }),
    );
  });
});

describe("parseLocalDateTime", () => {
  // date -u -d 2025-01-15T10:30:00 +%s
  it("counts seconds from 1970", () => {
    expect(parseLocalDateTime("2025-01-15T10:30:00")).toBe(1_736_937_000);
  });

  it.each(["2025-02-29T00:00:00", "2025-01-01T24:00:00", "0000-01-01T00:00:00", "2025-01-01", ""])(
    "refuses %j",
    (text) => {
      expect(parseLocalDateTime(text)).toBeUndefined();
    },
  );
});

describe("localSecondsOf", () => {
  it("shows what the process's wall clock shows", () => {
    const instant = new Date(2025, 0, 15, 10, 30, 0, 999);
    expect(formatLocalDateTime(localSecondsOf(instant))).toBe("2025-01-15T10:30:00");
  });
});
