import {
  IcebergError,
  identifierToString,
  settleAttempt,
  stageAppend,
} from "@salon/iceberg-writer";
import type { Catalog, CatalogTable, OperationOptions } from "@salon/iceberg-writer";
import { setTimeout as sleep } from "node:timers/promises";
import { recordAdditions } from "../protocol/own-commit.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";

const STATUS_CHECKS_MAX = 5;
const STATUS_CHECK_PAUSE_MS = 1000;

/** A position, and the table on which it was worked out. */
export interface PositionCommit {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
  readonly sourceId: string;
  readonly record: SourceRecord;
  readonly snapshotId: bigint;
}

/**
 * Records a position in one empty append that asserts the table as it was read. There is one try: a
 * table that moved on has to be read again. `TABLE_IN_USE` then; `COMMIT_STATE_UNKNOWN` where
 * nothing can be learnt of an answer that was lost.
 */
export async function commitPosition(
  { catalog, table, sourceId, record, snapshotId }: PositionCommit,
  operation: OperationOptions = {},
): Promise<void> {
  const append = await stageAppend(
    {
      catalog,
      table,
      request: {
        snapshotId,
        prepare: (base) => recordAdditions(base, sourceId, record, snapshotId),
      },
    },
    operation,
  );
  const outcome = await append.attempt(table, operation);
  const name = identifierToString(table.identifier);
  if (outcome.kind === "committed") return;
  if (outcome.kind === "conflict") throw inUse(name, outcome.reason);
  for (let check = 1; check <= STATUS_CHECKS_MAX; check++) {
    await sleep(STATUS_CHECK_PAUSE_MS, undefined, operation);
    const current = await catalog.loadTable(table.identifier, operation);
    const state = settleAttempt(catalog.commitGuard, { snapshotId, base: table }, current);
    if (state === "committed") return;
    if (state === "failed" || state === "burnt") throw inUse(name, `the commit ${state}`);
  }
  throw new IcebergError(
    "COMMIT_STATE_UNKNOWN",
    `no answer tells whether the position of source ${sourceId} was recorded in table ${name}`,
    { cause: outcome.cause, context: { snapshotId } },
  );
}

function inUse(name: string, reason: string): SinkError {
  return new SinkError(
    "TABLE_IN_USE",
    `table ${name} moved on while it was read (${reason}): stop its writers and run this again`,
  );
}
