import { MEASURED_CORE } from "./cores.ts";
import { startMeasured } from "./measured-process.ts";
import { loadSnapshots } from "./table-snapshots.ts";
import type { TableSnapshot } from "./table-snapshots.ts";
import type { MeasuredProcess } from "./measured-process.ts";
import type { Stage } from "./stage.ts";

/** What draining a topic into a table took. */
export interface Drain {
  readonly table: string;
  readonly firstCommitSeconds: number;
  readonly wholeSeconds: number;
  readonly wholeCpuSeconds: number;
  readonly peakMib: number;
  /** From the first commit to the last but one: without the start and the last, short unit. */
  readonly steady: { readonly rowsPerSecond: number; readonly cpuSecondsPerMillion: number };
}

export interface DrainSettings {
  readonly topic: string;
  readonly rowCount: number;
  /** A list of cores, as `1` or `0,1`. */
  readonly cores?: string | undefined;
  /** Flags besides those that say where and what. */
  readonly flags?: readonly string[] | undefined;
  readonly nodeFlags?: readonly string[] | undefined;
}

const CONSUMER = new URL("../apps/consumer-cli/bin/salon-consume.js", import.meta.url).pathname;
let tables = 0;

/** A name that no table of this run has. */
export function nextTable(): string {
  return `ratings_${process.pid}_${++tables}`;
}

/** Starts `salon-consume`, as built, on a table of its own. */
export function startConsumer(
  stage: Stage,
  table: string,
  settings: Omit<DrainSettings, "rowCount">,
): Promise<MeasuredProcess> {
  const { topic, cores = MEASURED_CORE, flags = [], nodeFlags = [] } = settings;
  return startMeasured({
    cores,
    command: process.execPath,
    name: "salon-consume",
    env: {
      AWS_ACCESS_KEY_ID: stage.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stage.s3.secretAccessKey,
      NODE_OPTIONS: undefined,
    },
    args: [
      ...nodeFlags,
      CONSUMER,
      `--bootstrap-servers=${stage.bootstrapServers}`,
      `--topic=${topic}`,
      `--table=${table}`,
      "--catalog=rest",
      `--catalog-property=uri=${stage.restUri}`,
      `--catalog-property=s3.endpoint=${stage.s3.endpoint}`,
      "--catalog-property=s3.path-style-access=true",
      `--catalog-property=s3.region=${stage.s3.region}`,
      "--starting-offsets=earliest",
      "--log-format=json",
      ...flags,
    ],
  });
}

/** Puts all of a topic into a new table by `salon-consume`, and checks that all of it is there. */
export async function drainTopic(stage: Stage, settings: DrainSettings): Promise<Drain> {
  const table = nextTable();
  const flags = ["--trigger=available-now", ...(settings.flags ?? [])];
  await using consumer = await startConsumer(stage, table, { ...settings, flags });
  await consumer.ended();
  const endedAtMs = Date.now();
  const snapshots = await loadSnapshots(stage, table);
  const rows = snapshots.at(-1)?.totalRecords ?? 0;
  if (rows !== settings.rowCount)
    throw new Error(`${table} has ${rows} rows\n${consumer.child.lastLines()}`);
  return summarizeDrain(consumer, { table, snapshots, endedAtMs });
}

/** The figures of a drain by the table's snapshots and the use of the program that made them. */
export function summarizeDrain(
  program: MeasuredProcess,
  drained: {
    readonly table: string;
    readonly snapshots: readonly TableSnapshot[];
    readonly endedAtMs: number;
  },
): Drain {
  const withRows = drained.snapshots.filter(({ totalRecords }) => totalRecords > 0);
  const [first, last] = [withRows.at(0), withRows.at(-2)];
  if (first === undefined || last === undefined || first === last) {
    throw new RangeError(`${withRows.length} commits of ${drained.table} have no steady part`);
  }
  const rows = last.totalRecords - first.totalRecords;
  const cpuSeconds = program.cpuSecondsAt(last.atMs) - program.cpuSecondsAt(first.atMs);
  return {
    table: drained.table,
    firstCommitSeconds: (first.atMs - program.startedAtMs) / 1000,
    wholeSeconds: (drained.endedAtMs - program.startedAtMs) / 1000,
    wholeCpuSeconds: program.usage().cpuSeconds,
    peakMib: program.peakMib(),
    steady: {
      rowsPerSecond: (rows / (last.atMs - first.atMs)) * 1000,
      cpuSecondsPerMillion: (cpuSeconds / rows) * 1e6,
    },
  };
}
