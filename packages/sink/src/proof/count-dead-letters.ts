import type { CatalogTable, OperationOptions, PlannedFile } from "@salon/iceberg-writer";
import { readWatermarks, watermarkKey } from "../protocol/dead-letter-watermark.ts";
import type { PendingManifest } from "../protocol/source-record.ts";
import { decidingSnapshots } from "../protocol/deciding-snapshots.ts";
import type { Finding } from "./finding.ts";
import { beginStep, rowTotal, rowTotalOf } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";
import type { ProofTables } from "./proof-tables.ts";
import type { RecordedSource } from "./recorded-sources.ts";
import { countDeadLetters, readPendingFiles } from "./scan-accounts.ts";
import type { TopicAccounts } from "./scan-accounts.ts";
import type { DecidedTables } from "./table-records.ts";
import { waitingManifests } from "./waiting-manifests.ts";

/** The outbox of a source as the dead-letter table leaves it. */
interface Outbox {
  /** The highest sequence that the dead-letter table has; 0 for none. */
  readonly watermark: number;
  /** What waits beyond it and can be read. */
  readonly pending: readonly PendingManifest[];
}

/** What was found of the dead letters besides their offsets. */
export interface CountedDeadLetters {
  /** Dead letters that do not count. */
  readonly undone: number;
  readonly findings: readonly Finding[];
  /** By source id; empty where there is no dead-letter table. */
  readonly outboxes: ReadonlyMap<string, Outbox>;
  readonly tables: DecidedTables;
}

/**
 * Enters the dead letters of all sources: rows of their table, and of manifests that wait above its
 * watermark (PROTOCOL: Dead letters).
 */
export async function countAllDeadLetters(
  { main, deadLetters }: ProofTables,
  sources: readonly RecordedSource[],
  accounts: TopicAccounts,
  operation: ProofOperation = {},
): Promise<CountedDeadLetters> {
  const counts = decidingSnapshots(main.metadata);
  const findings: Finding[] = [];
  const outboxes = new Map<string, Outbox>();
  const pendingFiles: PlannedFile[] = [];
  const tables = { main, deadLetters, pendingFiles, counts };
  if (deadLetters === undefined) return { undone: 0, findings, outboxes, tables };
  for (const source of sources) {
    const read = await readOutbox(source, { main, deadLetters }, operation);
    outboxes.set(source.sourceId, read.outbox);
    pendingFiles.push(...read.files);
    findings.push(...read.findings);
  }
  const total = rowTotal(deadLetters) + rowTotalOf(pendingFiles);
  const advance = beginStep(operation, "dead letters", total);
  const applied = { table: deadLetters, counts, advance };
  const own = await countDeadLetters(applied, accounts, operation);
  const pending = { ...applied, files: pendingFiles };
  const waiting = await countDeadLetters(pending, accounts, operation);
  return { undone: own + waiting, findings, outboxes, tables };
}

async function readOutbox(
  { sourceId, record }: RecordedSource,
  { main, deadLetters }: { readonly main: CatalogTable; readonly deadLetters: CatalogTable },
  operation: OperationOptions,
): Promise<{
  readonly outbox: Outbox;
  readonly files: readonly PlannedFile[];
  readonly findings: readonly Finding[];
}> {
  const key = watermarkKey(main.metadata.tableUuid, sourceId);
  const watermark = readWatermarks(deadLetters.metadata)?.get(key) ?? 0;
  const waiting = waitingManifests({ main, deadLetters }, { sourceId, record });
  const { tableUuid } = deadLetters.metadata;
  const own = waiting.filter(({ table }) => table === tableUuid);
  const { files, gone } = await readPendingFiles(deadLetters, own, operation);
  const applied = record?.applied ?? 0;
  const undone = [
    ...(watermark < applied
      ? [`the dead-letter table is at sequence ${watermark}, and was at ${applied}`]
      : []),
    ...waiting
      .filter(({ table }) => table !== tableUuid)
      .map(({ table }) => `dead letters wait for table ${table}, and this is ${tableUuid}`),
    ...gone.map(({ manifest }) => `the manifest ${manifest} of dead letters is gone`),
  ];
  return {
    outbox: { watermark, pending: own.filter((entry) => !gone.includes(entry)) },
    files,
    findings: undone.map((message) => ({
      code: "DEAD_LETTERS_UNDONE",
      severity: "failure",
      sourceId,
      message,
    })),
  };
}
