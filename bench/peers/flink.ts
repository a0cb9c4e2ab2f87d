import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openCatalog } from "../../packages/iceberg-writer/src/index.ts";
import { ratingsSchema } from "../../packages/schema/src/index.ts";
import { bronzeLayout } from "../../packages/sink/src/index.ts";
import { installJarsOf } from "../../packages/testkit/src/index.ts";
import { MEASURED_CORE } from "../cores.ts";
import { nextTable, summarizeDrain } from "../drain.ts";
import type { Drain } from "../drain.ts";
import { startMeasured } from "../measured-process.ts";
import type { Stage } from "../stage.ts";
import { loadSnapshots } from "../table-snapshots.ts";
import type { TableSnapshot } from "../table-snapshots.ts";

/** As often as `salon-consume` commits by default. */
const CHECKPOINT_INTERVAL_MS = 10_000;
const POLL_EVERY_MS = 200;
const DRAIN_MAX_MS = 15 * 60_000;

/** What Flink opens by reflection, as its own start script has it. */
const OPENED = [
  "java.io",
  "java.lang",
  "java.lang.reflect",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

const JVM = ["-Xms256m", "-Xmx2g", "-XX:+UseG1GC", ...OPENED];
/** Compiled as it is started, which is before anything is measured. */
const JOB = join(import.meta.dirname, "KafkaToIceberg.java");

/** Puts all of a topic into a new table by a Flink job in one process on one core. */
export async function drainByFlink(
  stage: Stage,
  { topic, rowCount }: { readonly topic: string; readonly rowCount: number },
): Promise<Drain> {
  const jars = await installJarsOf(join(import.meta.dirname, "flink.xml"));
  const table = nextTable();
  await createTable(stage, table);
  const job = [stage.bootstrapServers, topic, stage.restUri, stage.s3.endpoint, table];
  await using flink = await startMeasured({
    cores: MEASURED_CORE,
    command: "java",
    name: "Flink",
    env: {
      AWS_ACCESS_KEY_ID: stage.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stage.s3.secretAccessKey,
      AWS_REGION: stage.s3.region,
    },
    args: [...JVM, "-cp", join(jars, "*"), JOB, ...job, String(CHECKPOINT_INTERVAL_MS)],
  });
  const deadlineMs = performance.now() + DRAIN_MAX_MS;
  let snapshots: readonly TableSnapshot[] = [];
  while ((snapshots.at(-1)?.totalRecords ?? 0) < rowCount) {
    if (performance.now() > deadlineMs) throw new Error(`Flink: ${flink.child.lastLines(40)}`);
    await sleep(POLL_EVERY_MS);
    snapshots = await loadSnapshots(stage, table);
  }
  return summarizeDrain(flink, { table, snapshots, endedAtMs: Date.now() });
}

/** With the columns and partitions of a table that `salon-consume` makes. */
async function createTable(stage: Stage, table: string): Promise<void> {
  const { s3, restUri: uri } = stage;
  await using catalog = await openCatalog({
    type: "rest",
    uri,
    "s3.endpoint": s3.endpoint,
    "s3.path-style-access": "true",
    "s3.region": s3.region,
    "s3.access-key-id": s3.accessKeyId,
    "s3.secret-access-key": s3.secretAccessKey,
  });
  const identifier = { namespace: ["default"], name: table };
  await catalog.ensureNamespace(identifier.namespace);
  await catalog.createTable(identifier, bronzeLayout(ratingsSchema, "timestamp"));
}
