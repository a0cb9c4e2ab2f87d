import { describe, expect, it } from "vitest";
import type { Codecs } from "./codecs.ts";
import { sampledCodecs } from "./codecs.ts";
import { runSeeds } from "./run-seeds.ts";

/** Something that happens to few is among them, each of its kinds. */
const SEEDS = Array.from({ length: 40 }, (_, index) => 301 + index);

describe("codecs of a history", () => {
  it("make no difference to what happens in it, and nor does running it again", async () => {
    const whole = await tracesOf("whole");
    expect(whole).toHaveLength(SEEDS.length);
    expect(await tracesOf("handles")).toEqual(whole);
    expect(await tracesOf("handles")).toEqual(whole);
  }, 120_000);

  it("are whole in some histories of every rare kind", () => {
    const whole = Array.from({ length: 700 }, (_, seed) => seed).filter(
      (seed) => sampledCodecs(seed) === "whole",
    );
    expect(new Set(whole.map((seed) => seed % 20))).toHaveProperty("size", 20);
  });
});

/** Whatever the seeds that ran before it. */
async function tracesOf(codecs: Codecs): Promise<readonly string[]> {
  const traces: string[] = [];
  const run = { seeds: SEEDS, codecs, stopsAtProblem: false, traceLines: Infinity, tellsAll: true };
  await runSeeds(run, ({ told }) => traces.push(told));
  return traces;
}
