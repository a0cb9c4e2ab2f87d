import { expect, it } from "vitest";
import { freePort } from "../../src/index.ts";

function portsOf(worker: string | undefined): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: 50 }, () => freePort({ VITEST_POOL_ID: worker })));
}

it("gives test files that run at the same time other ports", async () => {
  const lanes = await Promise.all([undefined, "1", "2"].map(portsOf));
  const ranges = lanes.map((lane) => [Math.min(...lane), Math.max(...lane)] as const);
  for (const [index, [min]] of ranges.entries()) {
    expect(min).toBeGreaterThan(ranges[index - 1]?.[1] ?? 19_999);
  }
  expect(new Set(lanes.flat()).size).toBe(150);
});
