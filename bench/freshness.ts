/**
 * Row 11: from producing a record to its being visible in the table, with `--commit-interval 1s`:
 * the median at one record a second, and the 99th percentile at 100,000 a second. `--rows` are
 * seconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openKafkaSink } from "../packages/kafka-io/src/index.ts";
import type { KafkaSink, OutgoingRecord } from "../packages/kafka-io/src/index.ts";
import { benchArguments } from "./bench-arguments.ts";
import { nextTable, startConsumer } from "./drain.ts";
import { count, describeMachine, median, quantile } from "./measured.ts";
import { ratingsInNoOrder } from "./ratings-in-no-order.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { loadSnapshots } from "./table-snapshots.ts";

const FAST_RATE = 100_000;
const GROUPS_PER_SECOND = 50;
const POLL_EVERY_MS = 20;
const VISIBLE_MAX_MS = 30_000;
/** Records of the first seconds wait for the compiler. */
const WARM_UP_SECONDS = 5;

/** Records that were sent together, one partition holding them all. */
interface Group {
  readonly sentAtMs: number;
  /** Records in the topic when it had them. */
  readonly endOffset: number;
}

const { rows: seconds, seed } = benchArguments({ rows: 30 });
await using stage = await openStage();
console.log(`${describeMachine()}; ${seconds} seconds after ${WARM_UP_SECONDS}, seed ${seed}`);
for (const [rate, share] of [
  [1, 0.5],
  [FAST_RATE, 0.99],
] as const) {
  const { lags, sentPerSecond } = await measureLags(stage, rate);
  console.log(
    `${count(rate)} records/s (${count(sentPerSecond)} were sent): visible after ` +
      `${median(lags).toFixed(2)} s in the median, ${quantile(lags, 0.99).toFixed(2)} s in the ` +
      `99th percentile, of which the ${share === 0.5 ? "median" : "percentile"} counts`,
  );
}

async function measureLags(
  on: Stage,
  rate: number,
): Promise<{ readonly lags: readonly number[]; readonly sentPerSecond: number }> {
  const topic = `fresh_${process.pid}_${rate}`;
  await using sink = await openKafkaSink({ bootstrapServers: [on.bootstrapServers], topic });
  await sink.ensureTopic(1);
  const table = nextTable();
  await using consumer = await startConsumer(on, table, { topic, flags: ["--commit-interval=1s"] });
  await consumer.child.waitForLine(/reading topic/);
  const watching = new AbortController();
  const seen = watchTable(on, table, watching.signal);
  const groups = await produceAt(sink, rate);
  const total = groups.at(-1)?.endOffset ?? 0;
  const deadlineMs = Date.now() + VISIBLE_MAX_MS;
  while ((seen.at(-1)?.totalRecords ?? 0) < total && Date.now() < deadlineMs) await sleep(100);
  watching.abort();
  const warmUpEndMs = (groups[0]?.sentAtMs ?? 0) + WARM_UP_SECONDS * 1000;
  const measured = groups.filter(({ sentAtMs }) => sentAtMs >= warmUpEndMs);
  const lags = measured.map(({ sentAtMs, endOffset }) => {
    const look = seen.find(({ totalRecords }) => totalRecords >= endOffset);
    if (look === undefined) throw new Error(`${table}: ${consumer.child.lastLines()}`);
    return (look.atMs - sentAtMs) / 1000;
  });
  const elapsedSeconds = ((groups.at(-1)?.sentAtMs ?? 0) - (groups[0]?.sentAtMs ?? 0)) / 1000;
  return { lags, sentPerSecond: total / elapsedSeconds };
}

/** Sends at an even pace and waits for each group to be acknowledged. */
async function produceAt(sink: KafkaSink, rate: number): Promise<readonly Group[]> {
  const perGroup = Math.max(1, rate / GROUPS_PER_SECOND);
  const periodMs = (perGroup / rate) * 1000;
  const generator = ratingsInNoOrder(seed);
  const pool = Array.from({ length: perGroup * 20 }, (): OutgoingRecord => ({
    value: generator.next().value,
    partition: 0,
  }));
  const groups: Group[] = [];
  const startMs = performance.now();
  for (let index = 0; index < ((WARM_UP_SECONDS + seconds) * 1000) / periodMs; index++) {
    const waitMs = startMs + index * periodMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const sentAtMs = Date.now();
    const from = (index % 20) * perGroup;
    const [batch] = (await sink.send(pool.slice(from, from + perGroup))).slice(-1);
    groups.push({ sentAtMs, endOffset: (batch?.baseOffset ?? 0) + (batch?.count ?? 0) });
  }
  return groups;
}

/** What the table's newest snapshot had, whenever it had more than before. */
function watchTable(
  on: Stage,
  table: string,
  signal: AbortSignal,
): readonly { readonly atMs: number; readonly totalRecords: number }[] {
  const seen: { atMs: number; totalRecords: number }[] = [];
  void (async () => {
    while (!signal.aborted) {
      const totalRecords = (await loadSnapshots(on, table)).at(-1)?.totalRecords ?? 0;
      if (totalRecords > (seen.at(-1)?.totalRecords ?? 0))
        seen.push({ atMs: Date.now(), totalRecords });
      await sleep(POLL_EVERY_MS);
    }
  })();
  return seen;
}
