import type { Mutation } from "./mutations/mutation.ts";
import { runSeeds } from "./run-seeds.ts";
import type { SeedOutcome } from "./seed-worker.ts";

/** A history with a defect, beside the same one without it. */
export interface MutationReplay {
  /** What went wrong with the defect; absent where nothing did. */
  readonly problem?: string | undefined;
  /** The trace with the defect, a mark where it leaves the trace without, and the problem. */
  readonly told: string;
}

/** Runs a seed with a defect and without, and tells where the defect makes the first difference. */
export async function replayMutation(seed: number, mutation: Mutation): Promise<MutationReplay> {
  const [sound, broken] = await Promise.all([outcomeOf(seed), outcomeOf(seed, mutation)]);
  const [expected, lines] = [sound.told.split("\n"), broken.told.split("\n")];
  const index = lines.findIndex((line, at) => line !== expected[at]);
  if (index < 0) return broken;
  const mark = `--- without "${mutation.name}": ${expected[index] ?? "nothing more"}`;
  return { problem: broken.problem, told: lines.toSpliced(index, 0, mark).join("\n") };
}

async function outcomeOf(seed: number, mutation?: Mutation): Promise<SeedOutcome> {
  let outcome: SeedOutcome | undefined;
  const run = { seeds: [seed], codecs: "handles", stopsAtProblem: true, tellsAll: true } as const;
  await runSeeds({ ...run, traceLines: Infinity, mutation }, (told) => (outcome = told));
  if (outcome === undefined) throw new Error(`nothing was told of seed ${seed}`);
  return outcome;
}
