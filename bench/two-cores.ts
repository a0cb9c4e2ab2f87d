/**
 * Row 13: draining a backlog on two cores against one. The services share the second, so the broker
 * has to be no limit for the ratio to say something of the sink.
 */
import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import { count, describeMachine, median } from "./measured.ts";
import { MEASURED_CORE, openStage, SERVICE_CORE } from "./stage.ts";
import { loadTopic } from "./topics.ts";

const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
const one: number[] = [];
const two: number[] = [];
const drain = async (cores: string): Promise<number> =>
  (await drainTopic(stage, { topic, rowCount, cores })).steady.rowsPerSecond;
for (let run = 0; run < runs; run++) {
  one.push(await drain(MEASURED_CORE));
  two.push(await drain(`${SERVICE_CORE},${MEASURED_CORE}`));
}
console.log(`${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`);
console.log(
  `one core ${count(median(one))} rows/s, two cores ${count(median(two))} rows/s steady: ` +
    `${(median(two) / median(one)).toFixed(2)} times`,
);
