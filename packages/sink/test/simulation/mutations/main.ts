// Gives the code one deliberate defect after the other, and the simulator some histories, of the
// kind that a defect can show in, to notice each: `pnpm mutations`. The exit code is 0 only when it
// noticed all, each by a history that nothing is wrong with where the defect is absent. What one
// does: `pnpm simulate --seed … --mutation "…" --trace`. A search begins with the seed that ended
// the last one, as noticing-seeds.json has it; `--update` writes there those that ended this one.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MUTATIONS } from "./mutations.ts";
import type { Mutation } from "./mutation.ts";
import { readNoticingSeeds, writeNoticingSeeds } from "./noticing-seeds.ts";
import { RARE_EVERY } from "../rare-kind.ts";
import { runSeeds } from "../run-seeds.ts";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    histories: { type: "string", default: "3000" },
    update: { type: "boolean", default: false },
  },
});
const historiesMax = Number(values.histories);
const waiting = MUTATIONS.filter(({ name }) => values.name === undefined || name === values.name);
const total = waiting.length;
const known = await readNoticingSeeds();
const noticing = new Map<string, number>();
await Promise.all(Array.from({ length: availableParallelism() }, tryWaiting));
if (values.update) {
  const names = MUTATIONS.map(({ name }) => name);
  await writeNoticingSeeds(new Map([...known, ...noticing]), names);
}
console.log(`${noticing.size} of ${total} defects noticed`);
process.exitCode = total > 0 && noticing.size === total ? 0 : 1;

async function tryWaiting(): Promise<void> {
  for (let mutation = waiting.shift(); mutation !== undefined; mutation = waiting.shift()) {
    const { name } = mutation;
    const noticed = await noticeOf(mutation);
    if (noticed === undefined) {
      console.log(`${name}: not noticed in ${historiesMax} histories`);
      continue;
    }
    noticing.set(name, noticed.seed);
    const last = known.get(name) ?? noticed.seed;
    const moved = last === noticed.seed ? "" : ` (seed ${last} notices it no more: --update)`;
    console.log(`${name}: seed ${noticed.seed}: ${noticed.problem.split("\n")[0]}${moved}`);
  }
}

/** The history that notices a defect: that which did last, else the first of all that does. */
async function noticeOf(mutation: Mutation): Promise<Noticed | undefined> {
  const last = known.get(mutation.name);
  const all = searchedSeeds(mutation);
  let seeds = last === undefined ? all : [last, ...all.filter((seed) => seed !== last)];
  for (;;) {
    const noticed = await firstProblem(seeds, mutation);
    if (noticed === undefined) return undefined;
    const { seed } = noticed;
    if ((await firstProblem([seed], undefined)) === undefined) return noticed;
    console.log(`seed ${seed} fails without the defect too`);
    seeds = seeds.slice(seeds.indexOf(seed) + 1);
  }
}

function searchedSeeds({ among }: Mutation): readonly number[] {
  const [first, step] = among === undefined ? [1, 1] : [among, RARE_EVERY];
  return Array.from({ length: historiesMax }, (_, index) => first + index * step);
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
