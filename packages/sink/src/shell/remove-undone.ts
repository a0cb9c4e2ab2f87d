import { valueAt } from "@salon/columns";
import { scanTable, writePositionDeletes } from "@salon/iceberg-writer";
import type { CatalogTable, DataFile, DeletedRows, TableMetadata } from "@salon/iceberg-writer";
import { hasOneMainTable } from "../protocol/dead-letter-watermark.ts";
import type { Ledger } from "../protocol/ledger.ts";
import { decidingSnapshots } from "../protocol/deciding-snapshots.ts";

/** Which dead letters go. */
export interface UndoneDeadLetters {
  readonly topic: string;
  /** Of the position that is left: no letter beyond it was decided by what is left. */
  readonly ledger: Ledger;
  /** The main table: read after the dead letters it knows all that decided them. */
  readonly loadMain: () => Promise<TableMetadata>;
}

/**
 * Writes the deletes of a topic's dead letters that were decided by snapshots which no longer count
 * (PROTOCOL: Proof and operations); none where there are no such letters.
 */
export async function deleteUndone(
  table: CatalogTable,
  undone: UndoneDeadLetters,
): Promise<readonly DataFile[]> {
  const { topic, loadMain } = undone;
  const mayBeUndone = judge(table, undone, await loadMain());
  const letters: (Letter & { readonly dataFile: DataFile })[] = [];
  for await (const letter of lettersOf(table, topic)) {
    if (mayBeUndone(letter)) letters.push(letter);
  }
  const isUndone = judge(table, undone, await loadMain());
  const files = Map.groupBy(letters.filter(isUndone), ({ dataFile }) => dataFile);
  const deleted = [...files].map(([dataFile, rows]): DeletedRows => ({
    dataFile,
    positions: rows.map(({ position }) => position),
  }));
  return writePositionDeletes(table, deleted);
}

/** Whether a letter is undone, as the main table shows it. */
function judge(
  table: CatalogTable,
  { ledger }: UndoneDeadLetters,
  main: TableMetadata,
): (letter: Letter) => boolean {
  const counts = decidingSnapshots(main);
  const known = new Set(main.snapshots.map(({ snapshotId }) => snapshotId));
  // Where another main table has its dead letters here too, what is not known may be its own.
  const isAlone = hasOneMainTable(table.metadata, main.tableUuid);
  return ({ decidedBy, partition, offset }) => {
    if (!isAlone && !known.has(decidedBy)) return false;
    // Expiry may have left no trace of the snapshot that decided it.
    return !counts(decidedBy) || offset >= (ledger.get(partition)?.next ?? 0);
  };
}

interface Letter {
  readonly position: number;
  readonly decidedBy: bigint;
  readonly partition: number;
  readonly offset: number;
}

async function* lettersOf(
  table: CatalogTable,
  topic: string,
): AsyncGenerator<Letter & { readonly dataFile: DataFile }, void, undefined> {
  const columns = ["_kafka_topic", "decided_by", "_kafka_partition", "_kafka_offset"];
  for await (const { dataFile, batch, positions } of scanTable({ table, columns })) {
    let row = 0;
    for (const position of positions) {
      const [of, decidedBy, partition, offset] = batch.columns.map((column) =>
        valueAt(column, row),
      );
      if (of === topic && typeof decidedBy === "bigint") {
        const place = { partition: Number(partition), offset: Number(offset) };
        yield { dataFile, position, decidedBy, ...place };
      }
      row++;
    }
  }
}
