import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Mutation } from "./mutations/mutation.ts";

/** Which seeds a worker runs: from `first` on, each `step`th, `count` of them. */
export interface SeedRange {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Stops at the first problem. */
  readonly stopsAtProblem: boolean;
  /** Lines of the trace that a problem shows; all where it is infinite. */
  readonly traceLines: number;
  /** A defect that the code is given before it is loaded. */
  readonly mutation?: Mutation | undefined;
}

/** What a worker tells of each seed. */
export interface SeedOutcome {
  readonly seed: number;
  readonly problems: readonly string[];
}

const range = workerData as SeedRange;
if (range.mutation !== undefined) mutate(range.mutation);
const { Simulation } = await import("./simulation.ts");
for (let index = 0; index < range.count; index++) {
  const seed = range.first + index * range.step;
  const problems = await Simulation.run(seed, range.traceLines);
  parentPort?.postMessage({ seed, problems } satisfies SeedOutcome, []);
  if (problems.length > 0 && range.stopsAtProblem) break;
}

/** Loads the mutated text instead of the file's; a text that is not there once is an error. */
function mutate({ name, edits }: Mutation): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const own = edits.filter(({ file }) => url.endsWith(`/packages/${file}`));
      if (own.length === 0) return loaded;
      let text = Buffer.from(loaded.source as Uint8Array).toString();
      for (const { find, replace } of own) {
        const parts = text.split(find);
        if (parts.length !== 2) {
          throw new Error(`mutation "${name}": ${parts.length - 1} times in ${url}: ${find}`);
        }
        text = parts.join(replace);
      }
      return { ...loaded, source: text };
    },
  });
}
