/** Row 14: `salon-consume --help` from start to end. */
import { spawnSync } from "node:child_process";
import { benchArguments } from "./bench-arguments.ts";
import { describeMachine, median } from "./measured.ts";

const CONSUMER = new URL("../apps/consumer-cli/bin/salon-consume.js", import.meta.url).pathname;

const { runs } = benchArguments({ rows: 1, runs: 15 });

function timeNode(...args: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - startMs;
}

const helps: number[] = [];
const nodes: number[] = [];
for (let run = 0; run < runs; run++) {
  helps.push(timeNode(CONSUMER, "--help"));
  nodes.push(timeNode("--eval", "0"));
}
const [help, node] = [median(helps), median(nodes)];
console.log(`${describeMachine()}; median of ${runs} runs`);
console.log(
  `salon-consume --help: ${help.toFixed(0)} ms, ` +
    `${(help / node).toFixed(1)} times a Node that does nothing (${node.toFixed(0)} ms)`,
);
