import { EXIT_DONE, EXIT_FAILED } from "@salon/command-line";
import { ratingsSchema } from "@salon/schema";
import { verifyTable } from "@salon/sink";
import type { Finding, OpenTopic, SourceProof, TableProof } from "@salon/sink";
import type { VerifyTask } from "./args.ts";
import type { CommandOutput, Emphasis } from "./command-output.ts";
import { count, ledgerCells, ledgerColumns } from "./ledger-text.ts";
import type { TableReference } from "./table-reference.ts";
import { harmlessText } from "./terminal-text.ts";
import { textSection, textTable } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** Proves the table, with its topic where one is to be opened. */
export async function verify(
  { catalog, identifier, signal, emphasis, onProgress }: TableReference,
  task: VerifyTask,
  openTopic: OpenTopic | undefined,
): Promise<CommandOutput> {
  const { sourceId, topic, timeZone, allowDeletes, allowLost } = task;
  const values = task.isDeep ? { events: ratingsSchema, timeZone } : undefined;
  const data = await verifyTable(
    { catalog, identifier, sourceId, topic, openTopic, values, allowDeletes, allowLost },
    { signal, onProgress },
  );
  return {
    data,
    text: proofText(data, emphasis),
    exitCode: data.isProved ? EXIT_DONE : EXIT_FAILED,
  };
}

/** The proof for people. */
export function proofText(proof: TableProof, emphasis: Emphasis): string {
  const { table, snapshotId, isProved, sources, otherRows, undoneDeadLetters, deleted } = proof;
  const remarks = [
    ...remark(otherRows, "rows are of no source that was looked at"),
    ...remark(undoneDeadLetters, "dead letters do not count: what decided them was rolled back"),
    ...remark(deleted.rows, "rows were deleted by snapshots in the table's history"),
    ...remark(deleted.deadLetters, "dead letters were deleted by snapshots in their history"),
  ];
  const verdict = isProved
    ? emphasis("good", "proved: every recorded offset is there exactly once")
    : emphasis("bad", "not proved");
  const where = snapshotId === undefined ? "" : ` at snapshot ${snapshotId}`;
  const sections = [
    ...sources.flatMap((source) => sourceText(source, emphasis)),
    ...(remarks.length === 0 ? [] : [remarks.join("\n")]),
    `table ${table}${where}: ${verdict}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function sourceText(source: SourceProof, emphasis: Emphasis): readonly string[] {
  const { sourceId, topic, cluster, partitions, pendingManifests, findings } = source;
  const origin = topic === undefined ? "" : `, topic ${topic} of cluster ${cluster}`;
  const waiting =
    pendingManifests === 0 ? [] : [`${count(pendingManifests)} manifests of dead letters wait`];
  const body = [
    ...(partitions.length === 0 ? [] : [partitionsText(source)]),
    ...waiting,
    ...findings.map((finding) => findingText(finding, emphasis)),
  ];
  return textSection(
    emphasis("heading", harmlessText(`source ${sourceId}${origin}`)),
    body.join("\n"),
  );
}

const LOG_COLUMNS: readonly TextColumn[] = ["log start", "log end", "lag", "compared"].map(
  (title) => ({ title, align: "right" }),
);

function partitionsText({ partitions }: SourceProof): string {
  const hasTopic = partitions.some(({ topic }) => topic !== undefined);
  const columns = [...ledgerColumns(), ...(hasTopic ? LOG_COLUMNS : []), { title: "verdict" }];
  const rows = partitions.map(({ partition, ledger, topic, verdict }) => {
    const log = topic && [topic.logStart, topic.logEnd, topic.lag, topic.records].map(count);
    const ofTopic = hasTopic ? (log ?? ["", "", "", ""]) : [];
    return [...ledgerCells(partition, ledger), ...ofTopic, verdict];
  });
  return textTable(columns, rows);
}

const SEVERITIES = {
  failure: { word: "FAILED", style: "bad" },
  accepted: { word: "accepted", style: "warning" },
  note: { word: "note", style: "warning" },
} as const;

function findingText({ severity, partition, message }: Finding, emphasis: Emphasis): string {
  const { word, style } = SEVERITIES[severity];
  const where = partition === undefined ? "" : `partition ${partition}: `;
  return `${emphasis(style, word)}: ${where}${harmlessText(message)}`;
}

function remark(number: number, what: string): readonly string[] {
  return number === 0 ? [] : [`${count(number)} ${what}`];
}
