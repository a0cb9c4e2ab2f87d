/**
 * Row 12: how long a commit takes at the 10,000th of a table against the 100th, of small units at a
 * simulated cadence of ten seconds, with all that the sink does beside: manifests that are merged
 * and snapshots that expire. The table is on local disk, in a SQL catalog, in the hadoop layout,
 * and in the reference REST catalog, a process of its own, which writes the metadata files: its
 * time counts, and its bytes do not. `--rows` are commits.
 */
import { createLocalFileIo, openCatalog } from "../packages/iceberg-writer/src/index.ts";
import type { Catalog, FileIo } from "../packages/iceberg-writer/src/index.ts";
import { createWorkDirectory, startRestCatalog } from "../packages/testkit/src/index.ts";
import { benchArguments } from "./bench-arguments.ts";
import { runCommitSeries } from "./commit-series.ts";
import { CountingFileIo } from "./counting-file-io.ts";
import { count, describeMachine, median } from "./measured.ts";

const CADENCE_MS = 10_000;
/** Commits around each of the two, so that each merge of manifests is in both. */
const AROUND = 100;

/**
 * Of the REST catalog, which knows only the true time: the snapshots that an hour of the cadence
 * has stay by their number, and old metadata files go.
 */
const REST_TABLE = {
  "history.expire.max-snapshot-age-ms": "1",
  "history.expire.min-snapshots-to-keep": "360",
  "write.metadata.delete-after-commit.enabled": "true",
};

const { rows: commitCount } = benchArguments({ rows: 10_000 });
console.log(`${describeMachine()}; medians of ${AROUND} commits`);
for (const type of ["sql", "hadoop"] as const) {
  await using directory = await createWorkDirectory("commits");
  await measure(type, {
    openCatalog: (fileIo) => openCatalog({ type, warehouse: directory.path }, { fileIo }),
  });
}
await using server = await startRestCatalog();
await measure("rest", {
  openCatalog: (fileIo) => openCatalog({ type: "rest", uri: server.uri }, { fileIo }),
  keepsCalendar: true,
  tableProperties: REST_TABLE,
});

async function measure(
  name: string,
  series: {
    readonly openCatalog: (fileIo: FileIo) => Promise<Catalog>;
    readonly keepsCalendar?: boolean;
    readonly tableProperties?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const fileIo = new CountingFileIo(createLocalFileIo());
  const durationsMs: number[] = [];
  const bytesWritten: number[] = [];
  await runCommitSeries({
    ...series,
    commitCount,
    cadenceMs: CADENCE_MS,
    openCatalog: () => series.openCatalog(fileIo),
    onCommit: ({ durationMs }) => {
      durationsMs.push(durationMs);
      bytesWritten.push(fileIo.take().bytesWritten);
    },
  });
  const early = (figures: readonly number[]): number =>
    median(figures.slice(AROUND / 2, AROUND / 2 + AROUND));
  const late = (figures: readonly number[]): number => median(figures.slice(-AROUND));
  console.log(
    `${name}: at commit ${AROUND} ${early(durationsMs).toFixed(1)} ms and ` +
      `${count(early(bytesWritten))} bytes written, at commit ${count(commitCount)} ` +
      `${late(durationsMs).toFixed(1)} ms and ${count(late(bytesWritten))} bytes: ` +
      `${(late(durationsMs) / early(durationsMs)).toFixed(2)} times as long`,
  );
}
