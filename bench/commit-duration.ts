/**
 * Row 12: how long a commit takes at the 10,000th of a table against the 100th, of small units at a
 * simulated cadence of ten seconds, with all that the sink does beside: manifests that are merged
 * and snapshots that expire. The table is on local disk, in a SQL catalog, and in the hadoop
 * layout. `--rows` are commits.
 */
import { createLocalFileIo, openCatalog } from "../packages/iceberg-writer/src/index.ts";
import { createWorkDirectory } from "../packages/testkit/src/index.ts";
import { benchArguments } from "./bench-arguments.ts";
import { runCommitSeries } from "./commit-series.ts";
import { CountingFileIo } from "./counting-file-io.ts";
import { count, describeMachine, median } from "./measured.ts";

const CADENCE_MS = 10_000;
/** Commits around each of the two, so that each merge of manifests is in both. */
const AROUND = 100;

const { rows: commitCount } = benchArguments({ rows: 10_000 });
console.log(`${describeMachine()}; medians of ${AROUND} commits`);
await measure("sql", commitCount);
await measure("hadoop", commitCount);

async function measure(type: "hadoop" | "sql", commits: number): Promise<void> {
  await using directory = await createWorkDirectory("commits");
  const fileIo = new CountingFileIo(createLocalFileIo());
  const durationsMs: number[] = [];
  const bytesWritten: number[] = [];
  await runCommitSeries({
    commitCount: commits,
    cadenceMs: CADENCE_MS,
    openCatalog: () => openCatalog({ type, warehouse: directory.path }, { fileIo }),
    onCommit: ({ durationMs }) => {
      durationsMs.push(durationMs);
      bytesWritten.push(fileIo.take().bytesWritten);
    },
  });
  const early = (figures: readonly number[]): number =>
    median(figures.slice(AROUND / 2, AROUND / 2 + AROUND));
  const late = (figures: readonly number[]): number => median(figures.slice(-AROUND));
  console.log(
    `${type}: at commit ${AROUND} ${early(durationsMs).toFixed(1)} ms and ` +
      `${count(early(bytesWritten))} bytes written, at commit ${count(commits)} ` +
      `${late(durationsMs).toFixed(1)} ms and ${count(late(bytesWritten))} bytes: ` +
      `${(late(durationsMs) / early(durationsMs)).toFixed(2)} times as long`,
  );
}
