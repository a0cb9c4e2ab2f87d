/**
 * Row 5: rows/s while draining a backlog on one core, beside Flink on the same core, topic and kind
 * of table, one after the other.
 */
import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import type { Drain } from "./drain.ts";
import { count, describeMachine, medianBy } from "./measured.ts";
import { drainByFlink } from "./peers/flink.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
const flags = ["--timestamp-type=timestamp"];
const ours: Drain[] = [];
const flinks: Drain[] = [];
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
for (let run = 0; run < runs; run++) {
  flinks.push(await drainByFlink(stage, { topic, rowCount }));
  ours.push(await drainTopic(stage, { topic, rowCount, flags }));
}
const [flink, own] = [flinks, ours].map((drains) =>
  medianBy(drains, ({ steady }) => steady.rowsPerSecond),
) as [Drain, Drain];
for (const [name, { steady, wholeSeconds, peakMib }] of Object.entries({ flink, salon: own })) {
  console.log(
    `${name}: ${count(steady.rowsPerSecond)} rows/s and ` +
      `${steady.cpuSecondsPerMillion.toFixed(2)} CPU-s per million rows steady, ` +
      `${count(rowCount / wholeSeconds)} rows/s from its start on, ${peakMib} MiB`,
  );
}
const ratio = own.steady.rowsPerSecond / flink.steady.rowsPerSecond;
console.log(
  `${ratio.toFixed(1)} times Flink steady, ` +
    `${(flink.wholeSeconds / own.wholeSeconds).toFixed(1)} times from the start on`,
);
