import { resolve } from "node:path";
import { openFileIo } from "@salon/iceberg-writer";
import { adoptPosition, describeOffsets } from "@salon/sink";
import type { AdoptedPosition, OpenTopic } from "@salon/sink";
import type { CommandOutput } from "./command-output.ts";
import { count } from "./ledger-text.ts";
import type { AdoptTask } from "./position-args.ts";
import type { TableReference } from "./table-reference.ts";
import { textSection, textTable } from "./text-table.ts";

/** Takes over from a job, and records where it came to unless it is a dry run. */
export async function adopt(
  { catalog, identifier, signal, onProgress }: TableReference,
  task: AdoptTask,
  {
    openTopic,
    properties,
  }: { readonly openTopic: OpenTopic; readonly properties: Readonly<Record<string, string>> },
): Promise<CommandOutput> {
  const { topic, sourceId, acceptHoles, force, dryRun, sparkCheckpoint } = task;
  const location = locationOf(sparkCheckpoint);
  await using fileIo = await openFileIo(location, properties);
  const checkpoint = { fileIo, location };
  const data = await adoptPosition(
    { catalog, identifier, topic, sourceId, openTopic, checkpoint, acceptHoles, force, dryRun },
    { signal, onProgress },
  );
  return { data, text: adoptedText(data) };
}

/** A path is one of this process's directory, as that of a warehouse is. */
function locationOf(path: string): string {
  return /^[a-z][a-z\d+.-]+:/iu.test(path) ? path : resolve(path);
}

/** The position for people. */
export function adoptedText(adopted: AdoptedPosition): string {
  const { sourceId, topic, cluster, queryId, partitions } = adopted;
  const table = textTable(
    [
      { title: "partition", align: "right" },
      { title: "next", align: "right" },
      { title: "rows", align: "right" },
      { title: "twice", align: "right" },
      { title: "log start", align: "right" },
      { title: "log end", align: "right" },
    ],
    partitions.map((entry) => [
      String(entry.partition),
      count(entry.next),
      count(entry.rows),
      count(entry.repeated.count),
      count(entry.logStart),
      count(entry.logEnd),
    ]),
  );
  const [section] = textSection(`source ${sourceId}, topic ${topic} of cluster ${cluster}`, table);
  return [
    section ?? "",
    "",
    `query ${queryId}: ${batchText(adopted)}`,
    ...partitions.flatMap(problemsOf),
    endText(adopted),
    "",
  ].join("\n");
}

function batchText({ batchId, doubtful }: AdoptedPosition): string {
  const last = batchId === undefined ? "no batch is in the table" : `batch ${batchId} is the last`;
  if (doubtful === undefined) return last;
  const by = doubtful.knownBy === "summary" ? "the snapshots' summaries" : "the rows";
  return `${last}; batch ${doubtful.batchId} was in doubt and is ${doubtful.isThere ? "" : "not "}there, by ${by}`;
}

function problemsOf({
  partition,
  next,
  logStart,
  repeated,
}: AdoptedPosition["partitions"][number]): readonly string[] {
  const where = `of partition ${partition}`;
  return [
    ...(repeated.count === 0
      ? []
      : [`offsets ${describeOffsets(repeated)} ${where} are there more than once already`]),
    ...(next < logStart
      ? [`offsets ${next}-${logStart - 1} ${where} were deleted before anybody read them`]
      : []),
  ];
}

function endText({ wasAdopted, snapshotId }: AdoptedPosition): string {
  if (wasAdopted) return "it was taken over before; nothing was written";
  return snapshotId === undefined ? "nothing was written" : `recorded in snapshot ${snapshotId}`;
}
