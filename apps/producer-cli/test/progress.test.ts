import { describe, expect, it } from "vitest";
import { createProgressLog, leftText, progressShare } from "../src/progress.ts";

describe("progressShare", () => {
  it.each([
    [{ records: 200, durationMs: 600_000 }, 50, 150_000, 0.25],
    [{ records: Infinity, durationMs: 1_000 }, 9_999, 500, 0.5],
    [{ records: 10, durationMs: Infinity }, 9, 99_999, 0.9],
    [{ records: 10, durationMs: 1_000 }, 9, 2_000, 1],
  ])("of %j after %d records and %d ms is %d", (goal, records, elapsedMs, share) => {
    expect(progressShare(goal, records, elapsedMs)).toBe(share);
  });
});

describe("leftText", () => {
  it.each([
    [0.25, 30_000, " | 2 min left"],
    [0.5, 12_000, " | 12 s left"],
    [0, 5_000, ""],
    [1, 5_000, ""],
  ])("of a share of %d after %d ms is %j", (share, elapsedMs, text) => {
    expect(leftText(share, elapsedMs)).toBe(text);
  });
});

describe("createProgressLog", () => {
  it("says something every ten seconds", () => {
    const lines: unknown[] = [];
    const progress = createProgressLog({ info: (fields: unknown) => void lines.push(fields) });
    for (let second = 0; second <= 25; second++) {
      progress.update({ records: second, valueBytes: second, kinds: {} }, second * 1_000);
    }
    expect(lines).toEqual([
      { records: 10, bytes: 10 },
      { records: 20, bytes: 20 },
    ]);
  });
});
