import { valueAt } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import type { CatalogTable, PlannedFile } from "@salon/iceberg-writer";
import { DEAD_LETTER_VALUES } from "./compared-record.ts";
import type { ComparedRecord } from "./compared-record.ts";
import { beginStep, rowTotal, rowTotalOf } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { countedReader } from "./scan-accounts.ts";
import { columnOf, ORIGIN_COLUMN_NAMES, originsOf } from "./scan-origins.ts";

/** Where the records of a topic are, once they are decided. */
export interface DecidedTables {
  readonly main: CatalogTable;
  readonly deadLetters?: CatalogTable | undefined;
  /** Files of the outbox. */
  readonly pendingFiles: readonly PlannedFile[];
  readonly counts: (decidedBy: bigint) => boolean;
}

/** Takes a record; `read` is called for those that are wanted only. */
export type RecordVisitor = (partition: number, offset: number, read: () => ComparedRecord) => void;

/** Visits the rows and dead letters of a topic, in no order. */
export async function visitRecords(
  tables: DecidedTables,
  { topic, fieldNames }: { readonly topic: string; readonly fieldNames: readonly string[] },
  visit: RecordVisitor,
  options: ProofOperation = {},
): Promise<void> {
  const { main, deadLetters, pendingFiles, counts } = tables;
  const total = rowTotal(main) + rowTotal(deadLetters) + rowTotalOf(pendingFiles);
  const advance = beginStep(options, "values", total);
  const ofMain = { table: main, topic, decision: "row", names: fieldNames, advance } as const;
  await visitTable(ofMain, visit, options);
  if (deadLetters === undefined) return;
  const ofDead = {
    table: deadLetters,
    topic,
    decision: "dead",
    names: DEAD_LETTER_VALUES,
    advance,
  } as const;
  await visitTable({ ...ofDead, counts }, visit, options);
  await visitTable({ ...ofDead, counts, files: pendingFiles }, visit, options);
}

interface TableVisit {
  readonly table: CatalogTable;
  readonly topic: string;
  readonly decision: ComparedRecord["decision"];
  /** The columns that are compared. */
  readonly names: readonly string[];
  readonly files?: readonly PlannedFile[] | undefined;
  readonly counts?: DecidedTables["counts"] | undefined;
  readonly advance: (count: number) => void;
}

async function visitTable(
  { table, topic, decision, names, files, counts, advance }: TableVisit,
  visit: RecordVisitor,
  options: ProofOperation,
): Promise<void> {
  const deciding = counts === undefined ? [] : ["decided_by"];
  const columns = [...ORIGIN_COLUMN_NAMES, ...deciding, ...names];
  for await (const { batch } of scanTable({ table, columns, files }, options)) {
    const origins = originsOf(batch);
    const isCounted = counts === undefined ? () => true : countedReader(batch, counts);
    const compared = names.map((name) => columnOf(batch, name));
    for (let row = 0; row < batch.rowCount; row++) {
      if (origins.topicAt(row) !== topic || !isCounted(row)) continue;
      const partition = origins.partitionAt(row);
      const offset = origins.offsetAt(row);
      if (partition === undefined || offset === undefined) continue;
      visit(partition, offset, () => ({
        decision,
        values: compared.map((column) => valueAt(column, row)),
      }));
    }
    advance(batch.rowCount);
  }
}
