import { createRatingGenerator } from "@salon/generator";
import { describe, expect, it } from "vitest";
import { addToTally, EMPTY_TALLY, summarize } from "../src/tally.ts";

describe("addToTally", () => {
  it("counts records, bytes and kinds, and leaves the tally before as it was", () => {
    const generator = createRatingGenerator({ seed: 1, dirtyShare: 0.5 });
    const first = [generator.next(), generator.next()];
    const second = Array.from({ length: 100 }, () => generator.next());
    const before = addToTally(EMPTY_TALLY, first);
    const copy = structuredClone(before);
    const after = addToTally(before, second);
    expect(before).toEqual(copy);
    expect(after.records).toBe(102);
    expect(Object.values(after.kinds).reduce((sum, count) => sum + count)).toBe(102);
    const bytes = [...first, ...second].flatMap(({ value }) => [...(value ?? [])]).length;
    expect(after.valueBytes).toBe(bytes);
  });
});

describe("summarize", () => {
  it("says how many, how large, how long and how fast", () => {
    const tally = { records: 1_500, valueBytes: 237_000, kinds: { clean: 1_400, duplicate: 100 } };
    expect(summarize(tally, 60_000)).toEqual({
      text: "sent 1,500 records of 237,000 bytes in 60 s, 25 records/s,",
      fields: {
        records: 1_500,
        bytes: 237_000,
        seconds: 60,
        recordsPerSecond: 25,
        kinds: { clean: 1_400, duplicate: 100 },
      },
    });
  });

  it("knows one record, and no time at all", () => {
    const tally = { records: 1, valueBytes: 158, kinds: { clean: 1 } };
    expect(summarize(tally, 0).text).toBe("sent 1 record of 158 bytes in 0 s, 0 records/s,");
  });
});
