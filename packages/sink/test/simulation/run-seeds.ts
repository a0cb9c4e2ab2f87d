import { Worker } from "node:worker_threads";
import type { SeedOutcome, SeedRange } from "./seed-worker.ts";

const worker = new URL("./seed-worker.ts", import.meta.url);

/** Runs seeds in a thread of its own; throws what the thread could not do. */
export function runSeeds(
  range: SeedRange,
  onOutcome: (outcome: SeedOutcome) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const thread = new Worker(worker, { workerData: range });
  thread.on("message", onOutcome);
  thread.once("error", reject);
  thread.once("exit", () => resolve());
  return promise;
}
