/**
 * Row 8: peak memory of `salon-consume` while it drains a backlog as fast as one core lets it, with
 * the default limits.
 */
import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import { count, describeMachine, median } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
const peaks: number[] = [];
for (let run = 0; run < runs; run++) {
  peaks.push((await drainTopic(stage, { topic, rowCount })).peakMib);
}
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
console.log(`peak memory ${median(peaks)} MiB, the highest ${Math.max(...peaks)} MiB`);
