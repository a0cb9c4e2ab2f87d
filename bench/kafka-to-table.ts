/**
 * A backlog of ratings from a real Kafka into an Iceberg table on a real MinIO, by `salon-consume`
 * from its start to its end. Run by
 * `node --conditions=@salon/source bench/kafka-to-table.ts [rows] [seed] [runs]`.
 */
import { createRatingGenerator } from "../packages/generator/src/index.ts";
import { openKafkaSink } from "../packages/kafka-io/src/index.ts";
import {
  createBucket,
  startKafka,
  startMinio,
  startNodeProgram,
} from "../packages/testkit/src/index.ts";
import { describeMachine, medianBy } from "./measured.ts";

const PARTITIONS = 8;
const BATCH_ROWS = 10_000;
const MEMORY_LIMIT_MIB = 400;
const topic = "nail_salon_ratings";

const [rowText = "1000000", seedText = "1", runText = "3"] = process.argv.slice(2);
const rowCount = Number(rowText);

await using kafka = await startKafka({ partitions: PARTITIONS, isMeasured: true });
await using minio = await startMinio();
await createBucket(minio, "warehouse");
await produce();

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

const runs: Run[] = [];
for (let index = 0; index < Number(runText); index++) runs.push(await drain(`bench_${index}`));
const median = medianBy(runs, ({ seconds }) => seconds);
console.log(describeMachine());
console.log(
  `${rowCount} rows in ${PARTITIONS} partitions, seed ${seedText}, median of ${runs.length} runs, ` +
    `process start and end included; broker and store on the same machine`,
);
console.log(
  `Kafka -> table: ${Math.round(rowCount / median.seconds).toLocaleString("en")} rows/s, ` +
    `${((median.cpuSeconds / rowCount) * 1e6).toFixed(2)} CPU-s per million rows, ` +
    `peak memory ${median.peakMib} MiB`,
);
const peakMib = Math.max(...runs.map((run) => run.peakMib));
if (peakMib > MEMORY_LIMIT_MIB) {
  console.error(`peak memory was ${peakMib} MiB, the floor is ${MEMORY_LIMIT_MIB} MiB`);
  process.exitCode = 1;
}

async function produce(): Promise<void> {
  const generator = createRatingGenerator({
    seed: Number(seedText),
    timestamps: {
      kind: "history",
      from: "2025-01-15T00:00:00",
      to: "2025-01-18T00:00:00",
      count: rowCount,
    },
  });
  await using sink = await openKafkaSink({ bootstrapServers: [kafka.bootstrapServers], topic });
  await sink.ensureTopic(PARTITIONS);
  for (let done = 0, batch = 0; done < rowCount; done += BATCH_ROWS, batch++) {
    const partition = batch % PARTITIONS;
    const count = Math.min(BATCH_ROWS, rowCount - done);
    const records = Array.from({ length: count }, () => ({ ...generator.next(), partition }));
    await sink.send(records);
  }
}

async function drain(table: string): Promise<Run> {
  const startMs = performance.now();
  await using consumer = await startNodeProgram({
    entry: new URL("../apps/consumer-cli/src/main.ts", import.meta.url),
    env: {
      AWS_ACCESS_KEY_ID: minio.accessKeyId,
      AWS_SECRET_ACCESS_KEY: minio.secretAccessKey,
      NODE_OPTIONS: `--import=${new URL("report-usage.mjs", import.meta.url).href}`,
    },
    args: [
      `--bootstrap-servers=${kafka.bootstrapServers}`,
      `--topic=${topic}`,
      `--table=${table}`,
      "--warehouse=s3a://warehouse",
      `--catalog-property=s3.endpoint=${minio.endpoint}`,
      "--catalog-property=s3.path-style-access=true",
      `--catalog-property=s3.region=${minio.region}`,
      "--starting-offsets=earliest",
      "--trigger=available-now",
      "--log-format=json",
    ],
  });
  const { code } = await consumer.exit;
  const seconds = (performance.now() - startMs) / 1000;
  const line = consumer
    .stderr()
    .trimEnd()
    .split("\n")
    .findLast((text) => text.startsWith('{"usage"'));
  if (code !== 0 || line === undefined) throw new Error(consumer.lastLines(40));
  const { usage } = JSON.parse(line) as { usage: NodeJS.ResourceUsage };
  const cpuSeconds = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { seconds, cpuSeconds, peakMib: Math.round(usage.maxRSS / 1024) };
}
