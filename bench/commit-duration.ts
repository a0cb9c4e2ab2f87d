/**
 * Row 12: how long a commit takes at the 10,000th of a table against the 100th, of small units at a
 * simulated cadence of ten seconds, with all that the sink does beside: manifests that are merged
 * and snapshots that expire. The table is in a hadoop catalog on local disk. Run by
 * `node --conditions=@salon/source bench/commit-duration.ts [--rows 10000]`, rows being commits.
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
await using directory = await createWorkDirectory("commits");
const fileIo = new CountingFileIo(createLocalFileIo());
const commits: { readonly durationMs: number; readonly bytesWritten: number }[] = [];
await runCommitSeries({
  commitCount,
  cadenceMs: CADENCE_MS,
  openCatalog: () => openCatalog({ type: "hadoop", warehouse: directory.path }, { fileIo }),
  onCommit: ({ durationMs }) => {
    commits.push({ durationMs, bytesWritten: fileIo.take().bytesWritten });
  },
});
const early = commits.slice(AROUND / 2, AROUND / 2 + AROUND);
const late = commits.slice(-AROUND);
const [earlyMs, lateMs] = [early, late].map((part) => median(part.map((c) => c.durationMs)));
const [earlyBytes, lateBytes] = [early, late].map((part) =>
  median(part.map((c) => c.bytesWritten)),
);
if (earlyMs === undefined || lateMs === undefined) throw new RangeError("too few commits");
console.log(`${describeMachine()}; medians of ${AROUND} commits`);
console.log(
  `at commit ${AROUND}: ${earlyMs.toFixed(1)} ms, ${count(earlyBytes ?? 0)} bytes written; ` +
    `at commit ${count(commitCount)}: ${lateMs.toFixed(1)} ms, ${count(lateBytes ?? 0)} bytes: ` +
    `${(lateMs / earlyMs).toFixed(2)} times as long`,
);
