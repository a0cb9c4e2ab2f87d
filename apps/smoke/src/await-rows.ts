import { setTimeout as sleepFor } from "node:timers/promises";
import { type Catalog, type CatalogTable, IcebergError } from "@salon/iceberg-writer";
import type { OperationOptions, TableIdentifier } from "@salon/iceberg-writer";
import { readRecordedSource, sourceIdsOf } from "@salon/sink";
import { SmokeError } from "./smoke-error.ts";
import type { PlacedRating } from "./smoke-rating.ts";
import { differenceOf, findRows, type TableRow } from "./table-rows.ts";

const POLL_MS = 500;

/** The table that the pipeline writes. */
export interface SmokeTable {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
}

/** What is waited for, and whom to tell. */
export interface RowsWanted {
  readonly topic: string;
  readonly ratings: readonly PlacedRating[];
  /** The table's last sequence number before anything was sent. */
  readonly after: bigint;
  /** Told how many are there. */
  readonly onFound: (count: number) => void;
  readonly signal: AbortSignal;
}

/** The table as it is, or undefined where there is none. Errors: those of the catalog. */
export async function loadIfThere(
  { catalog, identifier }: SmokeTable,
  options: OperationOptions,
): Promise<CatalogTable | undefined> {
  try {
    return await catalog.loadTable(identifier, options);
  } catch (error) {
    if (error instanceof IcebergError && error.code === "TABLE_NOT_FOUND") return undefined;
    throw error;
  }
}

/**
 * Waits until the table has each rating once, by value; answers the rows and the snapshot that they
 * were found in. Rejects with the reason of the signal when that is aborted.
 *
 * Errors: `RATINGS_DIFFER`; those of catalog and storage that do not pass.
 */
export async function awaitRows(
  place: SmokeTable,
  { topic, ratings, after, onFound, signal }: RowsWanted,
): Promise<{ readonly rows: readonly TableRow[]; readonly snapshotId: bigint | undefined }> {
  let seen: bigint | undefined;
  for (;;) {
    const table = await unlessItPasses(loadIfThere(place, { signal }));
    const snapshotId = table?.metadata.currentSnapshotId;
    if (table !== undefined && snapshotId !== seen) {
      seen = snapshotId;
      const rows = await findRows(table, ratings, { after, signal });
      const difference = differenceOf(rows, ratings, topic);
      if (difference !== undefined) throw new SmokeError("RATINGS_DIFFER", difference);
      onFound(rows.length);
      if (rows.length === ratings.length) return { rows, snapshotId };
    }
    await sleepFor(POLL_MS, undefined, { signal });
  }
}

/** What the table says of records that are not in it, and where to look. */
export function whyNotThere(
  table: CatalogTable | undefined,
  topic: string,
  ratings: readonly PlacedRating[],
): string {
  if (table === undefined) {
    return "there is no such table: is salon-consume running, with this table and catalog?";
  }
  const { metadata } = table;
  const records = sourceIdsOf(metadata).flatMap((id) => {
    const { record } = readRecordedSource(metadata, id);
    return record?.topic === topic ? [record] : [];
  });
  const [record] = records;
  if (record === undefined) {
    return "the table has no position of the topic: salon-consume fills it from another one";
  }
  const behind = ratings.find(
    ({ partition, offset }) => (record.ledger.get(partition)?.next ?? 0) <= offset,
  );
  if (behind !== undefined) {
    const { partition, offset } = behind;
    return (
      `the table is at offset ${record.ledger.get(partition)?.next ?? 0} of partition ` +
      `${partition}, and the rating at ${offset}: look at the log of salon-consume and at its ` +
      "page at http://localhost:4040"
    );
  }
  return "the table's position is beyond them: look for them with salon-table dead-letters";
}

/** A store or catalog that is away may be back before the time is over. */
async function unlessItPasses<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof IcebergError && error.retryable) return undefined;
    throw error;
  }
}
