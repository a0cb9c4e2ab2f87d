import { expect, it } from "vitest";
import { runSeeds } from "./run-seeds.ts";

const SEEDS = Array.from({ length: 16 }, (_, index) => 1 + index);

/** The traces of histories by their seeds, all of whose REST servers send tags, or none. */
async function traces(sendsTags: boolean): Promise<ReadonlyMap<number, string>> {
  const told = new Map<number, string>();
  const mutation = {
    name: "tags in all histories, or in none",
    edits: [
      {
        file: "sink/test/simulation/sim-catalog.ts",
        find: "new SimWorld(~world.seed).chance(0.5)",
        replace: String(sendsTags),
      },
    ],
  };
  await runSeeds(
    {
      seeds: SEEDS,
      codecs: "handles",
      stopsAtProblem: false,
      traceLines: Infinity,
      tellsAll: true,
      mutation,
    },
    (outcome) => void told.set(outcome.seed, outcome.told),
  );
  return told;
}

it("is the same history whether a server tells by tags that a table is the same", async () => {
  const [tagged, untagged] = [await traces(true), await traces(false)];
  const others = SEEDS.filter((seed) => tagged.get(seed) !== untagged.get(seed));
  expect(others).toEqual([]);
  expect(tagged.size).toBe(SEEDS.length);
}, 120_000);
