/**
 * What 500 partitions of a topic cost: bytes that each snapshot keeps of their positions, those of
 * a whole metadata file, and a commit's duration, beside a topic of one partition and as many rows.
 * The table is in a SQL catalog on local disk, the cadence a simulated ten seconds, and the series
 * long enough for snapshots to expire. `--rows` are commits.
 */
import { createLocalFileIo, openCatalog } from "../packages/iceberg-writer/src/index.ts";
import { createWorkDirectory } from "../packages/testkit/src/index.ts";
import { benchArguments } from "./bench-arguments.ts";
import { runCommitSeries } from "./commit-series.ts";
import { CountingFileIo } from "./counting-file-io.ts";
import { count, describeMachine, median } from "./measured.ts";

const CADENCE_MS = 10_000;
const PARTITION_COUNT = 500;
/** The newest ones, of which the medians are. */
const LATE = 50;

const { rows: commitCount } = benchArguments({ rows: 420 });
console.log(`${describeMachine()}; medians of the last ${LATE} of ${commitCount} commits`);
const one = await measure(1);
const many = await measure(PARTITION_COUNT);
console.log(
  `${(many.durationMs / one.durationMs).toFixed(1)} times as long, ` +
    `${count(many.bytesWritten / one.bytesWritten)} times the bytes`,
);

async function measure(
  partitionCount: number,
): Promise<{ readonly durationMs: number; readonly bytesWritten: number }> {
  await using directory = await createWorkDirectory("partitions");
  const fileIo = new CountingFileIo(createLocalFileIo());
  const durationsMs: number[] = [];
  const bytesWritten: number[] = [];
  await runCommitSeries({
    commitCount,
    partitionCount,
    rowsPerCommit: PARTITION_COUNT,
    cadenceMs: CADENCE_MS,
    openCatalog: () => openCatalog({ type: "sql", warehouse: directory.path }, { fileIo }),
    onCommit: ({ durationMs }) => {
      durationsMs.push(durationMs);
      bytesWritten.push(fileIo.take().bytesWritten);
    },
  });
  const late = {
    durationMs: median(durationsMs.slice(-LATE)),
    bytesWritten: median(bytesWritten.slice(-LATE)),
  };
  console.log(
    `${partitionCount} partitions: ${late.durationMs.toFixed(1)} ms and ` +
      `${count(late.bytesWritten)} bytes written`,
  );
  return late;
}
