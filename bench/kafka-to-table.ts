/**
 * Row 4: a backlog in a real Kafka -> committed in an Iceberg table on MinIO by `salon-consume` on
 * one core: CPU seconds per million rows from the first commit to the last but one.
 */
import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import type { Drain } from "./drain.ts";
import { count, describeMachine, medianBy } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const { rows: rowCount, seed, runs, profile } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
for (const driver of ["salon", "kafkajs"]) {
  const drains: Drain[] = [];
  for (let run = 0; run < runs; run++) {
    drains.push(await drainTopic(stage, { topic, rowCount, flags: [`--kafka-driver=${driver}`] }));
  }
  const { steady, wholeCpuSeconds, wholeSeconds } = medianBy(
    drains,
    (drain) => drain.steady.cpuSecondsPerMillion,
  );
  console.log(
    `driver ${driver}: ${steady.cpuSecondsPerMillion.toFixed(3)} CPU-s per million rows and ` +
      `${count(steady.rowsPerSecond)} rows/s steady; from start to end ` +
      `${((wholeCpuSeconds / rowCount) * 1e6).toFixed(3)} CPU-s per million rows, ` +
      `${count(rowCount / wholeSeconds)} rows/s`,
  );
}
if (profile !== undefined) {
  const nodeFlags = ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  await drainTopic(stage, { topic, rowCount, nodeFlags });
}
