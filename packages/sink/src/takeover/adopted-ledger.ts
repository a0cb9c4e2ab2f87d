import type { TopicAccount } from "../proof/offset-account.ts";
import type { TopicAtHand } from "../proof/topic-at-hand.ts";
import { openLedger } from "../protocol/ledger.ts";
import type { PartitionLedger } from "../protocol/ledger.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import type { PartitionOffsets } from "./metadata-log.ts";
import type { SparkCheckpoint } from "./spark-checkpoint.ts";

/** What the decision is made of. */
export interface FoundRows {
  readonly checkpoint: SparkCheckpoint;
  readonly account: TopicAccount;
  readonly atHand: TopicAtHand;
  readonly known: SourceRecord | undefined;
}

/**
 * `CHECKPOINT_INVALID` for rows beyond what the checkpoint planned, for it is an old one then or
 * somebody else read on, and for a table without any though batches were written.
 */
export function checkBeyond(
  { checkpoint, account }: FoundRows,
  table: string,
  acceptHoles: boolean,
): void {
  const end = checkpoint.doubtful?.end ?? checkpoint.done?.end ?? new Map<number, number>();
  for (const [partition, { found }] of account.partitions) {
    const limit = end.get(partition) ?? 0;
    if (found.span === undefined || found.span.end <= limit) continue;
    throw new SinkError(
      "CHECKPOINT_INVALID",
      `table ${table} has offset ${found.span.end - 1} of partition ${partition}, and the ` +
        `checkpoint ends at ${limit}: it is an old one, or somebody else wrote`,
    );
  }
  const isBegun = [...(checkpoint.done?.end.values() ?? [])].some((offset) => offset > 0);
  if (!isBegun || acceptHoles || account.partitions.size > 0) return;
  throw new SinkError(
    "CHECKPOINT_INVALID",
    `table ${table} has no row of the topic, and the checkpoint has ${checkpoint.done?.id ?? 0} ` +
      `batches that were written: it is that of another table`,
  );
}

/** Holds where the job ended to the topic: `LOG_TRUNCATED`, `PARTITIONS_SHRUNK`. */
export function checkLogs(end: PartitionOffsets, { identity, logs }: TopicAtHand): void {
  for (const [partition, next] of end) {
    const log = logs.get(partition);
    if (log !== undefined && next <= log.endOffset) continue;
    const where = `partition ${partition} of topic ${identity.topic}`;
    throw new SinkError(
      log === undefined ? "PARTITIONS_SHRUNK" : "LOG_TRUNCATED",
      log === undefined
        ? `the job read ${where}, which has ${identity.partitions} partitions now`
        : `${where} ends at offset ${log.endOffset}, and the job read up to ${next}: this is ` +
            `another log`,
    );
  }
}

/**
 * Opens every partition of the topic where it is taken over. `CHECKPOINT_INVALID` where an earlier
 * position is further.
 */
export function adoptedLedger(
  next: PartitionOffsets,
  { atHand, known }: FoundRows,
): ReadonlyMap<number, PartitionLedger> {
  const ledger = new Map<number, PartitionLedger>();
  for (let partition = 0; partition < atHand.identity.partitions; partition++) {
    const before = known?.ledger.get(partition);
    const adopted = next.get(partition);
    if (before !== undefined && adopted !== undefined && adopted < before.next) {
      throw new SinkError(
        "CHECKPOINT_INVALID",
        `the table's position of partition ${partition} is ${before.next}, and the job came to ` +
          `${adopted}: it is an old checkpoint`,
      );
    }
    const logStart = atHand.logs.get(partition)?.startOffset ?? 0;
    ledger.set(partition, openLedger(adopted ?? before?.next ?? logStart));
  }
  return ledger;
}
