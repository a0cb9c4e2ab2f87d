/**
 * Row 10: what `salon-consume` uses in a minute in which no record comes, and its memory then. The
 * runs are processes side by side on one core, each with a table of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { benchArguments } from "./bench-arguments.ts";
import { nextTable, startConsumer } from "./drain.ts";
import { describeMachine, median } from "./measured.ts";
import { openStage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

/** Until everything that a start needs is done and collected. */
const SETTLE_MS = 15_000;
const MINUTE_MS = 60_000;

const { rows: rowCount, seed, runs } = benchArguments({ rows: 1_000 });
await using stage = await openStage();
const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
await using resources = new AsyncDisposableStack();
const consumers = await Promise.all(
  Array.from({ length: runs }, async () =>
    resources.use(await startConsumer(stage, nextTable(), { topic })),
  ),
);
await sleep(SETTLE_MS);
const before = consumers.map((consumer) => consumer.usage().cpuSeconds);
await sleep(MINUTE_MS);
const seconds = consumers.map((consumer, index) => consumer.usage().cpuSeconds - before[index]!);
const memory = consumers.map((consumer) => consumer.currentMib());
const peaks = consumers.map((consumer) => consumer.peakMib());
console.log(
  `${describeMachine()}; ${rowCount} rows before, seed ${seed}, median of ${runs} processes`,
);
console.log(
  `idle: ${median(seconds).toFixed(2)} CPU-s a minute, memory ${median(memory)} MiB ` +
    `(peak, of the start, ${median(peaks)} MiB)`,
);
