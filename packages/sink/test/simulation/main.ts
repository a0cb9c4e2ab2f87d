// Runs seeded histories of the engine in virtual time: `pnpm simulate --seeds 10000`, or one of
// them with all of its trace: `pnpm simulate --seed 4711 --trace`. Most of many write handles in
// the place of bytes; `--codecs whole` has all of them write files, `--codecs handles` none.
// `--mutation "fence removed"` gives the code that defect first; with `--seed` and `--trace` it
// shows where the history goes another way than it does without the defect.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { sampledCodecs } from "./codecs.ts";
import type { Codecs } from "./codecs.ts";
import { mutationOf } from "./mutations/mutations.ts";
import { replayMutation } from "./replay-mutation.ts";
import { runSeeds } from "./run-seeds.ts";
import type { SeedOutcome, SeedRun } from "./seed-worker.ts";

/** Seeds that several threads run. */
interface SharedRun extends SeedRun {
  readonly taken: Int32Array<SharedArrayBuffer>;
}

/** Of the end of a history that failed. */
const TRACE_LINES = 120;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    mutation: { type: "string" },
    codecs: { type: "string", default: "sampled" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const codecsOf = readCodecs(values.codecs);
const first = readCount("first", values.seed ?? values.first);
const count = values.seed === undefined ? readCount("seeds", values.seeds) : 1;
const threads = Math.min(readCount("threads", values.threads), count);
const mutation = values.mutation === undefined ? undefined : mutationOf(values.mutation);
const seeds = Array.from({ length: count }, (_, index) => first + index);

const start = performance.now();
let done = 0;
const failed: number[] = [];
if (mutation !== undefined && values.seed !== undefined && values.trace) {
  const { told, problem } = await replayMutation(first, mutation);
  onOutcome({ seed: first, problem, told });
} else {
  const kinds = [runOf("handles"), runOf("whole")];
  // Some begin with the few that write whole files: the others never load what those need.
  const order = (thread: number): readonly SharedRun[] =>
    thread % 2 === 0 ? kinds : kinds.toReversed();
  await Promise.all(Array.from({ length: threads }, (_, thread) => runThread(order(thread))));
}
const seconds = (performance.now() - start) / 1_000;
const { user, system } = process.cpuUsage();
const cpuMs = (user + system) / 1_000 / Math.max(done, 1);
console.log(
  `${done} seeds in ${seconds.toFixed(1)} s on ${threads} threads: ${failed.length} failed` +
    (failed.length === 0 ? "" : ` (${failed.toSorted((a, b) => a - b).join(", ")})`),
);
console.log(`${cpuMs.toFixed(1)} ms of CPU a history, with all that is loaded first`);
process.exitCode = done === count && failed.length === 0 ? 0 : 1;

function runOf(codecs: Codecs): SharedRun {
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return {
    seeds: seeds.filter((seed) => codecsOf(seed) === codecs),
    taken,
    codecs,
    stopsAtProblem: false,
    traceLines: values.trace ? Infinity : TRACE_LINES,
    tellsAll: values.trace && values.seed !== undefined,
    mutation,
  };
}

/** Whoever of the threads is free takes the next seed. */
async function runThread(kinds: readonly SharedRun[]): Promise<void> {
  for (const run of kinds) {
    if (Atomics.load(run.taken, 0) < run.seeds.length) await runSeeds(run, onOutcome);
  }
}

function onOutcome({ seed, problem, told }: SeedOutcome): void {
  done++;
  if (problem !== undefined) failed.push(seed);
  if (told !== "") console.log(told);
  if (done % 1_000 === 0) console.log(`${done} of ${count} seeds`);
}

function readCodecs(name: string): (seed: number) => Codecs {
  if (name === "sampled") return sampledCodecs;
  if (name === "whole" || name === "handles") return () => name;
  throw new Error(`--codecs takes whole, handles or sampled, not ${name}`);
}

function readCount(name: string, text: string): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number > 0) return number;
  throw new Error(`--${name} takes a number from 1, not ${text}`);
}
