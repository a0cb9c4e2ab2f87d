import { enableCompileCache, registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Codecs } from "./codecs.ts";
import type { Mutation } from "./mutations/mutation.ts";

/** Which histories a worker runs, and how. */
export interface SeedRun {
  readonly seeds: readonly number[];
  /** How many of them are taken, in shared memory: what several workers run is each one's once. */
  readonly taken?: Int32Array<SharedArrayBuffer> | undefined;
  readonly codecs: Codecs;
  /** Stops at the first problem. */
  readonly stopsAtProblem: boolean;
  /** Lines of the trace that a problem shows; all where it is infinite. */
  readonly traceLines: number;
  /** Whether the trace is told of histories without a problem too. */
  readonly tellsAll?: boolean | undefined;
  /** A defect that the code is given before it is loaded. */
  readonly mutation?: Mutation | undefined;
}

/** What a worker tells of each seed. */
export interface SeedOutcome {
  readonly seed: number;
  readonly problem?: string | undefined;
  /** The trace, and the problem, if there is one. */
  readonly told: string;
}

/** What handles are used by; the tests of that package are no part of this one's. */
interface HandleModule {
  readonly useHandles: () => void;
  readonly loadCodecs: () => Promise<void>;
  readonly forgetHandles: () => void;
}
const HANDLES = "../../../iceberg-writer/test/handles/use-handles.ts";

/**
 * Many errors are made in a history, and their frames cost more than all else of them: those of a
 * seed that fails are shown when it is run alone, with its trace.
 */
const STACK_FRAMES = 0;

const run = workerData as SeedRun;
enableCompileCache();
if (run.tellsAll !== true) Error.stackTraceLimit = STACK_FRAMES;
if (run.mutation !== undefined) mutate(run.mutation);
const handles = (await import(HANDLES)) as HandleModule;
if (run.codecs === "handles") handles.useHandles();
else await handles.loadCodecs();
const { Simulation } = await import("./simulation.ts");
const { taken = new Int32Array(1) } = run;
const take = (): number | undefined => run.seeds[Atomics.add(taken, 0, 1)];
for (let seed = take(); seed !== undefined; seed = take()) {
  const { problem, tell } = await Simulation.run(seed);
  const told = problem !== undefined || run.tellsAll === true ? tell(run.traceLines) : "";
  parentPort?.postMessage({ seed, problem, told } satisfies SeedOutcome, []);
  handles.forgetHandles();
  if (problem !== undefined && run.stopsAtProblem) break;
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
