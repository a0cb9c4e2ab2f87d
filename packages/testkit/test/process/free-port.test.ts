import { expect, it } from "vitest";
import { freePort } from "../../src/index.ts";

it("gives test files that run at the same time other ports", async () => {
  const ports = async (worker: string | undefined): Promise<readonly number[]> =>
    Promise.all(Array.from({ length: 50 }, () => freePort({ VITEST_POOL_ID: worker })));
  const lanes = await Promise.all([undefined, "1", "2"].map(ports));
  const ranges = lanes.map((lane) => [Math.min(...lane), Math.max(...lane)] as const);
  for (const [index, [min]] of ranges.entries()) {
    expect(min).toBeGreaterThan(ranges[index - 1]?.[1] ?? 19_999);
  }
  expect(new Set(lanes.flat()).size).toBe(150);
});
