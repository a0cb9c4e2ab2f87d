import { recoverPosition } from "@salon/sink";
import type { OpenTopic, RecoveredPosition } from "@salon/sink";
import type { CommandOutput } from "./command-output.ts";
import { count, ledgerCells, ledgerColumns } from "./ledger-text.ts";
import type { RecoverPositionTask } from "./position-args.ts";
import type { TableReference } from "./table-reference.ts";
import { textSection, textTable } from "./text-table.ts";

/** Rebuilds the position, and records it unless it is a dry run. */
export async function recover(
  { catalog, identifier, signal, onProgress }: TableReference,
  task: RecoverPositionTask,
  openTopic: OpenTopic,
): Promise<CommandOutput> {
  const { topic, sourceId, acceptHoles, acceptMissing, force, dryRun } = task;
  const accepted = { acceptHoles, acceptMissing, force, dryRun };
  const data = await recoverPosition(
    { catalog, identifier, topic, sourceId, openTopic, ...accepted },
    { signal, onProgress },
  );
  return { data, text: recoveredText(data) };
}

/** The position for people. */
export function recoveredText(recovered: RecoveredPosition): string {
  const { sourceId, topic, cluster, partitions, snapshotId } = recovered;
  const table = textTable(
    [...ledgerColumns(), { title: "log start", align: "right" }],
    partitions.map((entry) => [...ledgerCells(entry.partition, entry), count(entry.logStart)]),
  );
  const [section] = textSection(`source ${sourceId}, topic ${topic} of cluster ${cluster}`, table);
  const end =
    snapshotId === undefined ? "nothing was written" : `recorded in snapshot ${snapshotId}`;
  return `${section ?? ""}\n\n${end}\n`;
}
