import { describe, expect, it } from "vitest";

import {
  commitRetryPolicy,
  retryWaitMs,
  startRetry,
  statusCheckPolicy,
} from "../../src/transaction/commit-retry.ts";
import { effectsOf, newSnapshotId } from "../../src/transaction/transaction-components.ts";

describe("commit retries", () => {
  it("have Iceberg's defaults", () => {
    expect(commitRetryPolicy({})).toEqual({
      retriesMax: 4,
      minWaitMs: 100,
      maxWaitMs: 60_000,
      totalTimeoutMs: 1_800_000,
    });
    expect(statusCheckPolicy({})).toMatchObject({ retriesMax: 3, minWaitMs: 1000 });
  });

  it("obey the table's properties and name one that is no number", () => {
    expect(commitRetryPolicy({ "commit.retry.num-retries": "9" }).retriesMax).toBe(9);
    expect(() => commitRetryPolicy({ "commit.retry.min-wait-ms": "soon" })).toThrow(
      /commit\.retry\.min-wait-ms is "soon"/u,
    );
  });

  it("wait twice as long each time, less up to half, and never beyond the limit", () => {
    const policy = { retriesMax: 9, minWaitMs: 100, maxWaitMs: 500, totalTimeoutMs: 1e9 };
    expect([0, 1, 2, 3].map((retry) => retryWaitMs(policy, retry, 0))).toEqual([
      100, 200, 400, 500,
    ]);
    expect(retryWaitMs(policy, 1, 0.999)).toBe(101);
  });

  it("end with the total time-out", async () => {
    let nowMs = 0;
    const retry = startRetry(
      { retriesMax: 100, minWaitMs: 60, maxWaitMs: 60, totalTimeoutMs: 100 },
      effectsOf({
        nowMs: () => nowMs,
        random: () => 0,
        sleep: async (delayMs) => {
          nowMs += delayMs;
        },
      }),
    );
    expect(await retry.next({})).toBe(true);
    expect(await retry.next({})).toBe(false);
  });
});

describe("newSnapshotId", () => {
  it("is a positive 63-bit integer from both halves of a UUID", () => {
    expect(newSnapshotId(() => "00000000-0000-4000-8000-000000000005")).toBe(0x4005n);
    expect(newSnapshotId(() => "ffffffff-ffff-ffff-0000-000000000000")).toBe(2n ** 63n - 1n);
    expect(newSnapshotId(() => "00000000-0000-0000-0000-000000000000")).toBe(1n);
  });
});
