import { valueAt } from "@salon/columns";
import { scanTable, writePositionDeletes } from "@salon/iceberg-writer";
import type { CatalogTable, DataFile, DeletedRows, TableMetadata } from "@salon/iceberg-writer";
import { hasOneMainTable } from "../protocol/dead-letter-watermark.ts";
import { decidingSnapshots } from "../protocol/deciding-snapshots.ts";

/** Which dead letters go. */
export interface UndoneDeadLetters {
  readonly topic: string;
  /** The main table, read after the dead letters, so that it knows all that decided them. */
  readonly loadMain: () => Promise<TableMetadata>;
}

/**
 * Writes the deletes of a topic's dead letters that were decided by snapshots which no longer count
 * (PROTOCOL: Proof and operations); none where there are no such letters.
 */
export async function deleteUndone(
  table: CatalogTable,
  { topic, loadMain }: UndoneDeadLetters,
): Promise<readonly DataFile[]> {
  const letters: (Letter & { readonly dataFile: DataFile })[] = [];
  for await (const letter of lettersOf(table, topic)) letters.push(letter);
  const main = await loadMain();
  const counts = decidingSnapshots(main);
  const known = new Set(main.snapshots.map(({ snapshotId }) => snapshotId));
  // Where another main table has its dead letters here too, what is not known may be its own.
  const isAlone = hasOneMainTable(table.metadata, main.tableUuid);
  const undone = letters.filter(
    ({ decidedBy }) => !counts(decidedBy) && (isAlone || known.has(decidedBy)),
  );
  const files = Map.groupBy(undone, ({ dataFile }) => dataFile);
  const deleted = [...files].map(([dataFile, rows]): DeletedRows => ({
    dataFile,
    positions: rows.map(({ position }) => position),
  }));
  return writePositionDeletes(table, deleted);
}

interface Letter {
  readonly position: number;
  readonly decidedBy: bigint;
}

async function* lettersOf(
  table: CatalogTable,
  topic: string,
): AsyncGenerator<Letter & { readonly dataFile: DataFile }, void, undefined> {
  const columns = ["_kafka_topic", "decided_by"];
  for await (const { dataFile, batch, positions } of scanTable({ table, columns })) {
    const [topics, deciders] = batch.columns;
    if (topics === undefined || deciders === undefined) return;
    let row = 0;
    for (const position of positions) {
      const decidedBy = valueAt(deciders, row);
      if (valueAt(topics, row) === topic && typeof decidedBy === "bigint") {
        yield { dataFile, position, decidedBy };
      }
      row++;
    }
  }
}
