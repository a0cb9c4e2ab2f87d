import { describe, expect, it } from "vitest";
import { ProgressReport, type StepProgress } from "../src/progress-report.ts";

/** What a report says after updates at these milliseconds. */
function described(...updates: readonly (readonly [number, StepProgress])[]): string {
  let nowMs = 0;
  const report = new ProgressReport(() => nowMs);
  for (const [atMs, progress] of updates) {
    nowMs = atMs;
    report.update(progress);
  }
  return report.describe();
}

const rows = (done: number, total = 5_000_000): StepProgress => ({ step: "rows", done, total });
const dead = (done: number): StepProgress => ({ step: "dead letters", done, total: 30 });

describe("ProgressReport", () => {
  it("says nothing before it was told of anything", () => {
    expect(described()).toBe("");
  });

  it("says step, share, time left and counts", () => {
    expect(described([0, rows(0)], [4_000, rows(1_250_000)])).toBe(
      "rows, 25 %, 12 s left, 1,250,000 of 5,000,000",
    );
  });

  it("guesses no time from less than a second, or than a hundredth", () => {
    expect(described([0, rows(0)], [999, rows(1e6)])).toBe("rows, 20 %, 1,000,000 of 5,000,000");
    expect(described([0, rows(0)], [5_000, rows(49_999)])).toBe("rows, 0 %, 49,999 of 5,000,000");
  });

  it.each([
    [58_001, "59 s"],
    [60_000, "60 s"],
    [60_001, "2 min"],
    [3_600_000, "60 min"],
    [7_800_000, "2 h 10 min"],
  ])("rounds %i ms up to %s", (leftMs, text) => {
    const total = leftMs + 100_000;
    const line = described([0, rows(0, total)], [100_000, rows(100_000, total)]);
    expect(line).toContain(`, ${text} left,`);
  });

  it("takes the pace of the step alone", () => {
    expect(described([0, rows(0)], [90_000, dead(0)], [92_000, dead(10)])).toBe(
      "dead letters, 33 %, 4 s left, 10 of 30",
    );
  });

  it("begins a step anew that comes again", () => {
    expect(described([0, rows(0, 30)], [50_000, rows(30, 30)], [60_000, rows(0, 30)])).toBe(
      "rows, 0 %, 0 of 30",
    );
    expect(described([0, rows(30, 30)], [60_000, rows(0, 30)], [62_000, rows(10, 30)])).toBe(
      "rows, 33 %, 4 s left, 10 of 30",
    );
  });

  it("counts without a share where nobody knows the total", () => {
    expect(described([0, rows(0, 0)])).toBe("rows");
    expect(described([0, rows(0, 0)], [9_000, rows(1_200, 0)])).toBe("rows, 1,200");
  });

  it("passes no total that turned out to be too low", () => {
    expect(described([0, rows(0, 10)], [2_000, rows(12, 10)])).toBe("rows, 100 %, 12 of 12");
  });
});
