import { describe, expect, it } from "vitest";
import { Simulation } from "./simulation.ts";

/** More of them, or one that failed: SALON_SIMULATION_SEEDS=1 SALON_SIMULATION_FIRST=46. */
const COUNT = Number(process.env["SALON_SIMULATION_SEEDS"] ?? 200);
const FIRST = Number(process.env["SALON_SIMULATION_FIRST"] ?? 1);
const PER_TEST = 20;
const TRACE_LINES = 120;

describe("a simulated history", () => {
  for (let first = FIRST; first < FIRST + COUNT; first += PER_TEST) {
    const last = Math.min(first + PER_TEST, FIRST + COUNT) - 1;
    it(`has every record exactly once, whatever happens (seeds ${first} to ${last})`, async () => {
      const problems: string[] = [];
      for (let seed = first; seed <= last; seed++) {
        const { problem, tell } = await Simulation.run(seed);
        if (problem !== undefined) problems.push(tell(TRACE_LINES));
      }
      expect(problems.join("\n")).toBe("");
    }, 120_000);
  }
});
