import { describe, expect, it } from "vitest";
import { describeOffsets, OffsetSampler } from "../../src/proof/offset-sample.ts";

describe("OffsetSampler", () => {
  it("joins ranges that touch, names the first ten and counts all", () => {
    const sampler = new OffsetSampler();
    for (const offset of [1, 2, 3]) sampler.add(offset);
    expect(describeOffsets(sampler.sample())).toBe("1-3");
    for (let offset = 10; offset < 40; offset += 2) sampler.add(offset);
    const sample = sampler.sample();
    expect(sample.count).toBe(18);
    expect(sample.ranges.length).toBe(10);
    expect(describeOffsets(sample)).toBe("1-3, 10, 12, 14, 16, 18, 20, 22, 24, 26, …");
  });
});
