import { mainLineage } from "@salon/iceberg-writer";
import type { CatalogTable, Snapshot } from "@salon/iceberg-writer";
import type { CommandOutput } from "./command-output.ts";
import { count } from "./ledger-text.ts";
import type { TableReference } from "./table-reference.ts";
import { textTable } from "./text-table.ts";

/** What `snapshots` says of one; plain data. */
export interface SnapshotLine {
  readonly snapshotId: bigint;
  readonly parentSnapshotId?: bigint | undefined;
  readonly sequenceNumber: bigint;
  readonly timestamp: string;
  readonly operation?: string | undefined;
  readonly addedRecords: number;
  readonly deletedRecords: number;
  readonly totalRecords?: number | undefined;
  readonly isInMain: boolean;
  readonly refs: readonly string[];
  readonly engine?: string | undefined;
}

/** Loads the table and lists its snapshots. */
export async function listSnapshots(reference: TableReference): Promise<CommandOutput> {
  const { catalog, identifier, signal } = reference;
  const data = snapshotLines(await catalog.loadTable(identifier, { signal }));
  return { data, text: snapshotsText(data) };
}

/** The snapshots of a table, the newest first. */
function snapshotLines({ metadata }: CatalogTable): readonly SnapshotLine[] {
  const inMain = new Set(mainLineage(metadata).snapshots.map(({ snapshotId }) => snapshotId));
  const refsOf = (id: bigint): readonly string[] =>
    Object.entries(metadata.refs).flatMap(([name, ref]) => (ref.snapshotId === id ? [name] : []));
  return metadata.snapshots
    .toSorted(newestFirst)
    .map(({ snapshotId, parentSnapshotId, sequenceNumber, timestampMs, summary }) => ({
      snapshotId,
      parentSnapshotId,
      sequenceNumber,
      timestamp: new Date(timestampMs).toISOString(),
      operation: summary["operation"],
      addedRecords: Number(summary["added-records"] ?? 0),
      deletedRecords: Number(summary["deleted-records"] ?? 0),
      totalRecords:
        summary["total-records"] === undefined ? undefined : Number(summary["total-records"]),
      isInMain: inMain.has(snapshotId),
      refs: refsOf(snapshotId),
      engine: summary["engine-name"],
    }));
}

function newestFirst(left: Snapshot, right: Snapshot): number {
  const bySequence = Number(right.sequenceNumber - left.sequenceNumber);
  return bySequence === 0 ? right.timestampMs - left.timestampMs : bySequence;
}

/** The list for people. */
function snapshotsText(snapshots: readonly SnapshotLine[]): string {
  if (snapshots.length === 0) return "no snapshots\n";
  const rows = snapshots.map((snapshot) => [
    snapshot.snapshotId.toString(),
    snapshot.timestamp,
    snapshot.operation ?? "",
    count(snapshot.addedRecords),
    count(snapshot.deletedRecords),
    snapshot.totalRecords === undefined ? "" : count(snapshot.totalRecords),
    snapshot.engine ?? "",
    [...snapshot.refs, ...(snapshot.isInMain ? [] : ["not in main"])].join(", "),
  ]);
  const titles = ["snapshot", "time", "operation", "added", "deleted", "rows", "engine", "refs"];
  const numbers = new Set(["snapshot", "added", "deleted", "rows"]);
  const columns = titles.map((title) => ({
    title,
    align: numbers.has(title) ? ("right" as const) : ("left" as const),
  }));
  return `${textTable(columns, rows)}\n`;
}
