// Runs seeded histories of the engine in virtual time: `pnpm simulate --seeds 10000`, or one of
// them with all of its trace: `pnpm simulate --seed 4711 --trace`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { runSeeds } from "./run-seeds.ts";

/** Of the end of a history that failed. */
const TRACE_LINES = 120;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const first = readCount("first", values.seed ?? values.first);
const seeds = values.seed === undefined ? readCount("seeds", values.seeds) : 1;
const threads = Math.min(readCount("threads", values.threads), seeds);

const start = performance.now();
let run = 0;
const failed: number[] = [];
await Promise.all(
  Array.from({ length: threads }, (_, thread) =>
    runSeeds(
      {
        first: first + thread,
        step: threads,
        count: Math.ceil((seeds - thread) / threads),
        stopsAtProblem: false,
        traceLines: values.trace ? Infinity : TRACE_LINES,
      },
      ({ seed, problems }) => {
        run++;
        if (problems.length > 0) failed.push(seed);
        for (const problem of problems) console.log(problem);
        if (run % 1_000 === 0) console.log(`${run} of ${seeds} seeds`);
      },
    ),
  ),
);
const seconds = (performance.now() - start) / 1_000;
console.log(
  `${run} seeds in ${seconds.toFixed(1)} s on ${threads} threads: ${failed.length} failed` +
    (failed.length === 0 ? "" : ` (${failed.join(", ")})`),
);
process.exitCode = run === seeds && failed.length === 0 ? 0 : 1;

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count > 0) return count;
  throw new Error(`--${name} takes a number from 1, not ${text}`);
}
