// Gives the code one deliberate defect after the other, and the simulator some histories, of the
// kind that a defect can show in, to notice each: `pnpm mutations`. The exit code is 0 only when it
// noticed all, each by a history that nothing is wrong with where the defect is absent. What one
// does: `pnpm simulate --seed … --mutation "…" --trace`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MUTATIONS } from "./mutations.ts";
import type { Mutation } from "./mutation.ts";
import { RARE_EVERY } from "../rare-kind.ts";
import { runSeeds } from "../run-seeds.ts";

const { values } = parseArgs({
  options: { name: { type: "string" }, histories: { type: "string", default: "3000" } },
});
const historiesMax = Number(values.histories);
const waiting = MUTATIONS.filter(({ name }) => values.name === undefined || name === values.name);
const total = waiting.length;
const unnoticed: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, tryWaiting));
console.log(`${total - unnoticed.length} of ${total} defects noticed`);
process.exitCode = total > 0 && unnoticed.length === 0 ? 0 : 1;

async function tryWaiting(): Promise<void> {
  for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
    const noticed = await noticeOf(mutation);
    if (noticed === undefined) unnoticed.push(mutation.name);
    console.log(`${mutation.name}: ${noticed ?? `not noticed in ${historiesMax} histories`}`);
  }
}

/** The seed that notices a defect, and by what. */
async function noticeOf(mutation: Mutation): Promise<string | undefined> {
  const [first, step] = mutation.among === undefined ? [1, 1] : [mutation.among, RARE_EVERY];
  let seeds = Array.from({ length: historiesMax }, (_, index) => first + index * step);
  for (;;) {
    const noticed = await firstProblem(seeds, mutation);
    if (noticed === undefined) return undefined;
    const { seed, problem } = noticed;
    if ((await firstProblem([seed], undefined)) === undefined) {
      return `seed ${seed}: ${problem.split("\n")[0]}`;
    }
    console.log(`seed ${seed} fails without the defect too`);
    seeds = seeds.filter((each) => each > seed);
  }
}

interface Noticed {
  readonly seed: number;
  readonly problem: string;
}

async function firstProblem(
  seeds: readonly number[],
  mutation: Mutation | undefined,
): Promise<Noticed | undefined> {
  let noticed: Noticed | undefined;
  await runSeeds(
    { seeds, codecs: "handles", stopsAtProblem: true, traceLines: 0, mutation },
    ({ seed, problem }) => {
      if (problem !== undefined) noticed = { seed, problem };
    },
  );
  return noticed;
}
