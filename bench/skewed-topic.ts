/**
 * Row 6: rows/s of draining a topic keyed by customer, whose partitions are of very different
 * length, against one with the same rows spread evenly.
 */
import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import { count, describeMachine, median } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const speeds = { even: [] as number[], keyed: [] as number[] };
const even = await loadTopic(stage, { rowCount, seed, spread: "even" });
const keyed = await loadTopic(stage, { rowCount, seed, spread: "keyed" });
for (let run = 0; run < runs; run++) {
  speeds.even.push(rowCount / (await drainTopic(stage, { topic: even, rowCount })).wholeSeconds);
  speeds.keyed.push(rowCount / (await drainTopic(stage, { topic: keyed, rowCount })).wholeSeconds);
}
const [evenSpeed, keyedSpeed] = [median(speeds.even), median(speeds.keyed)];
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
console.log(
  `even ${count(evenSpeed)} rows/s, keyed ${count(keyedSpeed)} rows/s from start to end: ` +
    `${(keyedSpeed / evenSpeed).toFixed(2)} times`,
);
