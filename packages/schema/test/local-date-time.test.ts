import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalDateTimeScanner } from "../src/local-date-time-scanner.ts";
import { epochDayOf, parseLocalDateTime } from "../src/local-date-time.ts";

describe("epochDayOf", () => {
  it.each([
    [1, 1, 1, -719_162],
    [1600, 2, 29, -135_081],
    [1969, 12, 31, -1],
    [1970, 1, 1, 0],
    [2000, 3, 1, 11_017],
    [9999, 12, 31, 2_932_896],
  ])("counts the days to %i-%i-%i", (year, month, day, expected) => {
    expect(epochDayOf(year, month, day)).toBe(expected);
  });

  it("agrees with Date on every day of four centuries", () => {
    const first = Date.UTC(1899, 11, 25) / 86_400_000;
    const disagreements: number[] = [];
    for (let epochDay = first; epochDay < first + 146_097; epochDay++) {
      const date = new Date(epochDay * 86_400_000);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
      if (epochDayOf(year, month, date.getUTCDate()) !== epochDay) disagreements.push(epochDay);
    }
    expect(disagreements).toEqual([]);
  });
});

describe("parseLocalDateTime", () => {
  it("drops digits beyond microseconds", () => {
    expect(parseLocalDateTime("1970-01-02T01:02:03.1234569")).toEqual({
      epochDay: 1,
      secondOfDay: 3723,
      microOfSecond: 123_456,
    });
  });
});

function digits(length: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom("0", "0", "1", "2", "3", "5", "9");
  return fc.string({ unit, minLength: length, maxLength: length });
}

describe("LocalDateTimeScanner", () => {
  it("agrees with parseLocalDateTime, in whatever order days come", () => {
    const scanner = new LocalDateTimeScanner();
    const text = fc.oneof(
      fc
        .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z") })
        .filter((date) => !Number.isNaN(date.getTime()))
        .map((date) => date.toISOString().slice(0, 19)),
      fc
        .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2))
        .map(([y, mo, d, h, mi, s]) => `${y}-${mo}-${d}T${h}:${mi}:${s}`),
      fc.string({
        unit: fc.constantFrom(..."0 1 2 3 4 5 6 7 8 9 - T : .".split(" ")),
        minLength: 15,
        maxLength: 25,
      }),
    );
    const end = fc.oneof(
      fc.constantFrom("", "", ".", "Z"),
      fc.nat(2_000_000_000).map((number) => `.${number}`),
    );
    fc.assert(
      fc.property(text, end, (start, rest) => {
        const bytes = Buffer.alloc(96, " ");
        bytes.write(`"${start}${rest}"`);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const close = scanner.scan(bytes, view, 1, start.length + rest.length + 2);
        const { epochDay, secondOfDay, microOfSecond } = scanner;
        const expected = parseLocalDateTime(start + rest);
        expect(close).toBe(expected === undefined ? -1 : start.length + rest.length + 1);
        const found = close < 0 ? undefined : { epochDay, secondOfDay, microOfSecond };
        expect(found).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });
});
