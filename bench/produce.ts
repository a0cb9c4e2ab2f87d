/**
 * Row 15: `salon-produce --rate` to a real Kafka on one core, at a rate that it cannot keep up
 * with.
 */
import { benchArguments } from "./bench-arguments.ts";
import { MEASURED_CORE } from "./cores.ts";
import { startMeasured } from "./measured-process.ts";
import { count, describeMachine, median } from "./measured.ts";
import { openStage, PARTITION_COUNT } from "./stage.ts";

const PRODUCER = new URL("../apps/producer-cli/bin/salon-produce.js", import.meta.url).pathname;
const RATE = 1_000_000;

const { rows, seed, runs, profile } = benchArguments({ rows: 1_000_000 });
await using stage = await openStage();
const rates: number[] = [];
const cpuSeconds: number[] = [];
for (let run = 0; run < runs; run++) {
  const nodeFlags = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  await using producer = await startMeasured({
    cores: MEASURED_CORE,
    command: process.execPath,
    name: "salon-produce",
    env: { NODE_OPTIONS: undefined },
    args: [
      ...nodeFlags,
      PRODUCER,
      `--bootstrap-servers=${stage.bootstrapServers}`,
      `--topic=produced_${process.pid}_${run}`,
      `--partitions=${PARTITION_COUNT}`,
      `--rate=${RATE}`,
      `--count=${rows}`,
      `--seed=${seed}`,
      "--log-format=json",
    ],
  });
  await producer.ended();
  rates.push(recordsPerSecond(producer.child.stderr()));
  cpuSeconds.push(producer.usage().cpuSeconds);
}
console.log(`${describeMachine()}; ${count(rows)} rows, seed ${seed}, median of ${runs} runs`);
console.log(
  `salon-produce: ${count(median(rates))} records/s acknowledged, ` +
    `${((median(cpuSeconds) / rows) * 1e6).toFixed(2)} CPU-s per million, its start included`,
);

/** By the summary at its end. */
function recordsPerSecond(log: string): number {
  const line = log.split("\n").findLast((text) => text.includes('"recordsPerSecond"'));
  const { recordsPerSecond } = JSON.parse(line ?? "{}") as { recordsPerSecond?: number };
  if (recordsPerSecond === undefined) throw new Error(`salon-produce told no rate:\n${log}`);
  return recordsPerSecond;
}
