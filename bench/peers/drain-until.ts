import { setTimeout as sleep } from "node:timers/promises";
import { openCatalog } from "../../packages/iceberg-writer/src/index.ts";
import { ratingsSchema } from "../../packages/schema/src/index.ts";
import { bronzeLayout } from "../../packages/sink/src/index.ts";
import { nextTable, summarizeDrain } from "../drain.ts";
import type { Drain } from "../drain.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import type { Stage } from "../stage.ts";
import { loadSnapshots } from "../table-snapshots.ts";
import type { TableSnapshot } from "../table-snapshots.ts";

/** As often as `salon-consume` commits by default. */
export const COMMIT_INTERVAL_MS = 10_000;

const POLL_EVERY_MS = 200;
const DRAIN_MAX_MS = 15 * 60_000;

/**
 * Has a program fill a new table, with the columns and partitions of one that `salon-consume`
 * makes, and ends it when all rows are in it.
 */
export async function drainUntil(
  stage: Stage,
  rowCount: number,
  start: (table: string) => Promise<MeasuredProcess>,
): Promise<Drain> {
  const table = nextTable();
  await createTable(stage, table);
  await using program = await start(table);
  const deadlineMs = performance.now() + DRAIN_MAX_MS;
  const life = { hasEnded: false };
  void program.child.exit.then(() => (life.hasEnded = true));
  let snapshots: readonly TableSnapshot[] = [];
  while ((snapshots.at(-1)?.totalRecords ?? 0) < rowCount) {
    if (life.hasEnded || performance.now() > deadlineMs) {
      const rows = snapshots.at(-1)?.totalRecords ?? 0;
      const { name } = program.child;
      throw new Error(`${name} wrote ${rows} rows:\n${program.child.lastLines(40)}`);
    }
    await sleep(POLL_EVERY_MS);
    snapshots = await loadSnapshots(stage, table);
  }
  return summarizeDrain(program, { table, snapshots, endedAtMs: Date.now() });
}

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
