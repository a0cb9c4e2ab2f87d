import { Worker } from "node:worker_threads";
import type { SeedOutcome, SeedRun } from "./seed-worker.ts";

const worker = new URL("./seed-worker.ts", import.meta.url);

/** Histories leave much behind that nobody holds for long. */
const YOUNG_MEGABYTES = 96;

/** Runs histories in a thread of its own; throws what the thread could not do. */
export function runSeeds(run: SeedRun, onOutcome: (outcome: SeedOutcome) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const thread = new Worker(worker, {
    workerData: run,
    execArgv: ["--conditions=@salon/source"],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
  thread.on("message", onOutcome);
  thread.once("error", reject);
  thread.once("exit", () => resolve());
  return promise;
}
