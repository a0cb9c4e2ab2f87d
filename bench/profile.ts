/**
 * Where a CPU profile of V8, as `--cpu-prof` writes it, says that time went: by folder, and the
 * functions that took most by themselves. Run by
 * `node bench/profile.ts <file.cpuprofile> [count]`.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const IDLE = "(idle)";
const [path = "", countText = "25"] = process.argv.slice(2);
const profile = JSON.parse(readFileSync(path, "utf8")) as CpuProfile;
const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
const byFunction = new Map<string, number>();
const byFolder = new Map<string, number>();
let totalMs = 0;
for (const [index, id] of profile.samples.entries()) {
  const { functionName = "", url = "", lineNumber = 0 } = frames.get(id) ?? {};
  if (functionName === IDLE) continue;
  const ms = (profile.timeDeltas[index] ?? 0) / 1000;
  const file = url.replace(/^.*\/(packages|apps|node_modules)\//, "$1/").replace("/dist/", "/");
  const place = file === "" ? "" : ` ${file}:${lineNumber + 1}`;
  add(byFunction, `${functionName === "" ? "(anonymous)" : functionName}${place}`, ms);
  // Without a file it is the engine's own work, or code that was generated.
  add(byFolder, file === "" ? functionName : file.startsWith("node:") ? "node" : dirname(file), ms);
  totalMs += ms;
}
console.log(`${Math.round(totalMs)} ms, idle time aside`);
for (const [title, shares] of Object.entries({ folder: byFolder, function: byFunction })) {
  console.log(`\nby ${title}:`);
  const largest = [...shares].sort(([, left], [, right]) => right - left);
  for (const [name, ms] of largest.slice(0, Number(countText))) {
    console.log(`${((ms / totalMs) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}
