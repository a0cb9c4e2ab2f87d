/**
 * Row 9: from the start of the process to the first snapshot with rows, a backlog being there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { benchArguments } from "./bench-arguments.ts";
import { nextTable, startConsumer } from "./drain.ts";
import { count, describeMachine, median } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadSnapshots } from "./table-snapshots.ts";
import { loadTopic } from "./topics.ts";

const POLL_EVERY_MS = 20;

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
const seconds: number[] = [];
const cpuSeconds: number[] = [];
for (let run = 0; run < runs; run++) {
  const table = nextTable();
  await using consumer = await startConsumer(stage, table, { topic });
  while (!(await loadSnapshots(stage, table)).some(({ totalRecords }) => totalRecords > 0)) {
    await sleep(POLL_EVERY_MS);
  }
  seconds.push((Date.now() - consumer.startedAtMs) / 1000);
  cpuSeconds.push(consumer.usage().cpuSeconds);
}
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
console.log(
  `first snapshot visible ${median(seconds).toFixed(2)} s after the start, ` +
    `${median(cpuSeconds).toFixed(2)} CPU-s`,
);
