/**
 * Row 13: draining a backlog on two cores against one, with and without encoder threads. The
 * services share the second core, so the broker has to be no limit for the ratio to say something
 * of the sink; `encoders` is the same without them.
 */
import { benchArguments } from "./bench-arguments.ts";
import { MEASURED_CORE, SERVICE_CORE } from "./cores.ts";
import { drainTopic } from "./drain.ts";
import type { Drain } from "./drain.ts";
import { count, describeMachine, medianBy } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const TWO_CORES = `${SERVICE_CORE},${MEASURED_CORE}`;
const SETTINGS = [
  { cores: MEASURED_CORE, encoders: 0 },
  { cores: MEASURED_CORE, encoders: 1 },
  { cores: TWO_CORES, encoders: 0 },
  { cores: TWO_CORES, encoders: 1 },
  { cores: TWO_CORES, encoders: 2 },
] as const;

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
const drains: readonly Drain[][] = SETTINGS.map(() => []);
for (let run = 0; run < runs; run++) {
  for (const [index, { cores, encoders }] of SETTINGS.entries()) {
    const flags = [`--encoders=${encoders}`];
    drains[index]?.push(await drainTopic(stage, { topic, rowCount, cores, flags }));
  }
}
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
let alone: number | undefined;
for (const [index, { cores, encoders }] of SETTINGS.entries()) {
  const { steady, peakMib } = medianBy(drains[index] ?? [], (drain) => drain.steady.rowsPerSecond);
  alone ??= steady.rowsPerSecond;
  console.log(
    `${cores === TWO_CORES ? "two cores" : "one core"}, --encoders ${encoders}: ` +
      `${count(steady.rowsPerSecond)} rows/s steady, ` +
      `${(steady.rowsPerSecond / alone).toFixed(2)} times the first; ` +
      `${steady.cpuSecondsPerMillion.toFixed(3)} CPU-s per million rows, peak ${peakMib} MiB`,
  );
}
