import { describe, expect, it } from "vitest";
import { replayMutation } from "../replay-mutation.ts";
import { runSeeds } from "../run-seeds.ts";
import { mutationOf } from "./mutations.ts";

/** Enough for a defect that most histories notice. */
const SEEDS = Array.from({ length: 60 }, (_, index) => 1 + index);

describe("a history that notices a defect", () => {
  it("is the same when it is run again, and says what went another way, and wrong", async () => {
    const mutation = mutationOf("outbox applied twice");
    let noticedBy: number | undefined;
    await runSeeds(
      { seeds: SEEDS, codecs: "handles", stopsAtProblem: true, traceLines: 0, mutation },
      ({ seed, problem }) => {
        if (problem !== undefined) noticedBy = seed;
      },
    );
    if (noticedBy === undefined) throw new Error("no history notices it");
    const first = await replayMutation(noticedBy, mutation);
    expect(await replayMutation(noticedBy, mutation)).toEqual(first);
    const { problem = "", told } = first;
    expect(problem).toMatch(/is there 2 times/);
    const lines = told.split("\n");
    const mark = lines.findIndex((line) => line.startsWith(`--- without "${mutation.name}": `));
    const end = lines.findIndex((line) => line.startsWith(`seed ${noticedBy}: `));
    expect(mark).toBeGreaterThan(0);
    expect(end).toBeGreaterThan(mark);
    expect(lines[end]).toContain(problem.split("\n")[0]);
  }, 120_000);

  it("is asked for by the name of a defect that there is", () => {
    expect(() => mutationOf("fence remove")).toThrow("fence removed");
  });
});
