import { valueAt } from "@salon/columns";
import type { ColumnBatch } from "@salon/columns";
import { IcebergError, readManifest, scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, OperationOptions, PlannedFile } from "@salon/iceberg-writer";
import type { PendingManifest } from "../protocol/source-record.ts";
import type { Decision, TopicAccount } from "./offset-account.ts";
import { beginStep, rowTotal } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { columnOf, ORIGIN_COLUMN_NAMES, originsOf } from "./scan-origins.ts";
import type { RowOrigins } from "./scan-origins.ts";

/** The accounts of a table's topics by name. */
export type TopicAccounts = ReadonlyMap<string, TopicAccount>;

/** Enters the rows of the main table; answers how many are of none of the topics. */
export async function countRows(
  table: CatalogTable,
  accounts: TopicAccounts,
  options: ProofOperation = {},
): Promise<number> {
  let others = 0;
  const advance = beginStep(options, "rows", rowTotal(table));
  for await (const { batch } of scanTable({ table, columns: ORIGIN_COLUMN_NAMES }, options)) {
    const origins = originsOf(batch);
    for (let row = 0; row < origins.rowCount; row++) {
      const account = accountOf(origins, row, accounts);
      if (account === undefined) others += 1;
      else enter(account, origins, row, "row");
    }
    advance(batch.rowCount);
  }
  return others;
}

/** Which dead letters to count. */
export interface DeadLetterScan {
  readonly table: CatalogTable;
  /** Those of manifests that wait in the outbox; all of the table's own if absent. */
  readonly files?: readonly PlannedFile[] | undefined;
  /** Whether the main snapshot that decided a record still counts. */
  readonly counts: (decidedBy: bigint) => boolean;
  /** Told of the rows of each batch. */
  readonly advance: (count: number) => void;
}

/** Enters the dead letters that count; answers how many of the topics do not. */
export async function countDeadLetters(
  { table, files, counts, advance }: DeadLetterScan,
  accounts: TopicAccounts,
  options: OperationOptions = {},
): Promise<number> {
  let undone = 0;
  const columns = [...ORIGIN_COLUMN_NAMES, "decided_by"];
  for await (const { batch } of scanTable({ table, columns, files }, options)) {
    const origins = originsOf(batch);
    const isCounted = countedReader(batch, counts);
    for (let row = 0; row < origins.rowCount; row++) {
      const account = accountOf(origins, row, accounts);
      if (account === undefined) continue;
      if (isCounted(row)) enter(account, origins, row, "dead");
      else undone += 1;
    }
    advance(batch.rowCount);
  }
  return undone;
}

/** The data files of manifests in the outbox, and the manifests that are gone. */
export async function readPendingFiles(
  table: CatalogTable,
  pending: readonly PendingManifest[],
  options: OperationOptions = {},
): Promise<{
  readonly files: readonly PlannedFile[];
  readonly gone: readonly PendingManifest[];
}> {
  const files: PlannedFile[] = [];
  const gone: PendingManifest[] = [];
  for (const entry of pending) {
    const { manifest: manifestPath, specId: partitionSpecId } = entry;
    try {
      const manifest = { manifestPath, partitionSpecId };
      for (const { dataFile } of await readManifest(table.fileIo, manifest, options)) {
        files.push({ dataFile, sequenceNumber: 0n, deleteFiles: [] });
      }
    } catch (error) {
      if (!(error instanceof IcebergError) || error.code !== "FILE_NOT_FOUND") throw error;
      gone.push(entry);
    }
  }
  return { files, gone };
}

function accountOf(
  origins: RowOrigins,
  row: number,
  accounts: TopicAccounts,
): TopicAccount | undefined {
  const topic = origins.topicAt(row);
  return topic === undefined ? undefined : accounts.get(topic);
}

function enter(account: TopicAccount, origins: RowOrigins, row: number, decision: Decision): void {
  const partition = origins.partitionAt(row);
  const offset = origins.offsetAt(row);
  if (partition === undefined || offset === undefined) account.unplaced += 1;
  else account.partition(partition).add(decision, offset);
}

/** Whether a dead letter's row counts; ids repeat, so that each is looked up once in a row. */
export function countedReader(
  batch: ColumnBatch,
  counts: (decidedBy: bigint) => boolean,
): (row: number) => boolean {
  const column = columnOf(batch, "decided_by");
  let last: { readonly id: unknown; readonly isCounted: boolean } | undefined;
  return (row) => {
    const id = valueAt(column, row);
    if (last?.id !== id) last = { id, isCounted: typeof id === "bigint" && counts(id) };
    return last?.isCounted ?? false;
  };
}
