import { expect, it } from "vitest";
import { History } from "../src/history.ts";
import type { Measurement } from "../src/history.ts";

function measured(atMs: number, recordsRead: number): Measurement {
  return {
    atMs,
    recordsRead,
    bytesRead: recordsRead * 100,
    recordsCommitted: 0,
    bufferedBytes: 0,
    residentBytes: 0,
    eventLoopDelayMs: 0,
  };
}

it("rates are those of the last half minute, so that beats of commits do not show", () => {
  const history = new History(100);
  expect(history.add(measured(0, 0)).readPerSecond).toBe(0);
  expect(history.add(measured(5_000, 500)).readPerSecond).toBe(100);
  for (let at = 10_000; at <= 60_000; at += 5_000) history.add(measured(at, 500));
  expect(history.samples.at(-1)?.readPerSecond).toBe(0);
  expect(history.sampleOf(measured(65_000, 800))).toMatchObject({
    readPerSecond: 10,
    bytesPerSecond: 1_000,
  });
});

it("keeps the newest samples", () => {
  const history = new History(3);
  for (let at = 0; at < 5; at++) history.add(measured(at, at));
  expect(history.samples.map(({ atMs }) => atMs)).toEqual([2, 3, 4]);
});
