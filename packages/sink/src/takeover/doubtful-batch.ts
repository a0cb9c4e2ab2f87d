import { mainLineage } from "@salon/iceberg-writer";
import type { TableMetadata } from "@salon/iceberg-writer";
import { describeOffsets } from "../proof/offset-sample.ts";
import type { OffsetSample } from "../proof/offset-sample.ts";
import { SinkError } from "../sink-error.ts";
import type { DoubtfulBatch, SparkCheckpoint } from "./spark-checkpoint.ts";

/** Whether a batch is in the table, and by what that is known. */
export interface BatchVerdict {
  readonly isThere: boolean;
  /** `summary`: Iceberg's own streaming sink names the batch in its snapshot. */
  readonly knownBy: "summary" | "rows";
}

/** What the table and the topic say of a batch. */
export interface BatchEvidence {
  /** The last batch of the query that a snapshot of main's line names. */
  readonly lastNamed: number | undefined;
  /** Offsets of the batch that are in the table. */
  readonly found: number;
  /** By partition, records of the batch that the topic still has and the table does not. */
  readonly missing: ReadonlyMap<number, OffsetSample>;
}

/**
 * Decides whether the batch in doubt was written. A batch is one commit where the job appends once:
 * all of its rows are there, or none.
 *
 * Errors: `BATCH_TORN` where a part is there, unless the caller knows that the job drops records
 * (`acceptHoles`).
 */
export function judgeBatch(
  batch: DoubtfulBatch,
  { lastNamed, found, missing }: BatchEvidence,
  acceptHoles: boolean,
): BatchVerdict {
  if (lastNamed !== undefined) {
    const isThere = lastNamed >= batch.id;
    if (!isThere && found > 0) {
      throw torn(batch, `${found} of its offsets are there, and no snapshot names it`);
    }
    return { isThere, knownBy: "summary" };
  }
  if (found === 0) return { isThere: isEmpty(batch), knownBy: "rows" };
  const absent = [...missing].filter(([, { count }]) => count > 0);
  if (absent.length === 0 || acceptHoles) return { isThere: true, knownBy: "rows" };
  const where = absent.map(
    ([partition, offsets]) => `offsets ${describeOffsets(offsets)} of partition ${partition}`,
  );
  throw torn(batch, `${found} of its offsets are there, and not ${where.join(", ")}`);
}

/**
 * The last batch of a query that main's line names, as Iceberg's streaming sink does; a job that
 * writes by `foreachBatch` names none.
 */
export function lastNamedBatch(
  metadata: TableMetadata,
  { queryId }: SparkCheckpoint,
): number | undefined {
  for (const { summary } of mainLineage(metadata).snapshots) {
    if (summary["spark.sql.streaming.queryId"] !== queryId) continue;
    const batchId = Number(summary["spark.sql.streaming.epochId"] ?? "none");
    if (Number.isSafeInteger(batchId)) return batchId;
  }
  return undefined;
}

function isEmpty({ start, end }: DoubtfulBatch): boolean {
  return [...end].every(([partition, offset]) => offset === (start.get(partition) ?? 0));
}

function torn({ id }: DoubtfulBatch, what: string): SinkError {
  return new SinkError(
    "BATCH_TORN",
    `batch ${id} is in the table in part: ${what}; let the job finish it, or delete its rows; ` +
      `--accept-holes if the job drops records`,
    { context: { batchId: id } },
  );
}
