import { currentSnapshot } from "@salon/iceberg-writer";
import type { CatalogTable, OperationOptions, PlannedFile } from "@salon/iceberg-writer";

/** What is read; `values` are all rows and dead letters once more. Also words for people. */
export type ProofStep = "rows" | "dead letters" | "topic" | "values";

/** How far one step of a proof is. A step may come again, as for another source. */
export interface ProofProgress {
  readonly step: ProofStep;
  /** Rows, or offsets of the topic, that were passed. */
  readonly done: number;
  /** As far as the table and the log told before; 0 where they tell nothing. */
  readonly total: number;
}

/** What every reading of whole tables and topics takes. */
export interface ProofOperation extends OperationOptions {
  /** Told at the start of each step, and after each piece of it. */
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
}

/** Begins a step; what it answers is told how much more is done. */
export function beginStep(
  { onProgress }: Pick<ProofOperation, "onProgress">,
  step: ProofStep,
  total: number,
): (count: number) => void {
  let done = 0;
  onProgress?.({ step, done, total });
  return (count) => {
    done += count;
    onProgress?.({ step, done, total });
  };
}

/** Live rows of a table by the summary of its snapshot (spec: Optional Snapshot Summary Fields). */
export function rowTotal(table: CatalogTable | undefined): number {
  const summary = table === undefined ? undefined : currentSnapshot(table.metadata)?.summary;
  const count = (name: string): number => Number(summary?.[name] ?? 0);
  const total = count("total-records") - count("total-position-deletes");
  return Number.isSafeInteger(total) ? Math.max(0, total) : 0;
}

/** Rows of files of which no snapshot is made yet. */
export function rowTotalOf(files: readonly PlannedFile[]): number {
  return files.reduce((sum, { dataFile }) => sum + dataFile.recordCount, 0);
}
