import { currentSchema, identifierToString, newSnapshotId } from "@salon/iceberg-writer";
import type {
  Catalog,
  CatalogTable,
  FileIo,
  TableIdentifier,
  TableMetadata,
} from "@salon/iceberg-writer";
import { randomUUID } from "node:crypto";
import { commitPosition } from "../proof/commit-position.ts";
import { TopicAccount } from "../proof/offset-account.ts";
import { sampleOf } from "../proof/offset-sample.ts";
import type { OffsetSample } from "../proof/offset-sample.ts";
import { readMissingRecords } from "../proof/missing-records.ts";
import type { ProofOperation } from "../proof/proof-progress.ts";
import type { OpenTopic } from "../proof/read-topic.ts";
import { findHoles } from "../proof/recovered-ledger.ts";
import type { Holes } from "../proof/recovered-ledger.ts";
import { countRows } from "../proof/scan-accounts.ts";
import { ORIGIN_COLUMN_NAMES } from "../proof/scan-origins.ts";
import { askTopic, checkIdentity } from "../proof/topic-at-hand.ts";
import { shutOut } from "../protocol/own-commit.ts";
import { readPosition, settledRecord } from "../protocol/position.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import { adoptedLedger, checkBeyond, checkLogs } from "./adopted-ledger.ts";
import type { FoundRows } from "./adopted-ledger.ts";
import { judgeBatch, lastNamedBatch } from "./doubtful-batch.ts";
import type { BatchVerdict } from "./doubtful-batch.ts";
import type { PartitionOffsets } from "./metadata-log.ts";
import { readSparkCheckpoint } from "./spark-checkpoint.ts";
import type { SparkCheckpoint } from "./spark-checkpoint.ts";

/** A job that was at work within this time may still be. */
const RECENT_MS = 10 * 60_000;

/** Which job to take over, and for which table. */
export interface AdoptPositionOptions {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  readonly topic: string;
  /** Default: the topic. */
  readonly sourceId?: string | undefined;
  readonly openTopic: OpenTopic;
  /** The checkpoint directory of the Spark Structured Streaming query, and what reads it. */
  readonly checkpoint: { readonly fileIo: FileIo; readonly location: string };
  /** The job drops records: a batch of which any row is there is there whole. */
  readonly acceptHoles?: boolean | undefined;
  /** Goes on though job or table were at work minutes ago: the caller knows that both stand. */
  readonly force?: boolean | undefined;
  /** Works everything out and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
}

/** Where one partition is taken over. */
export interface AdoptedPartition {
  readonly partition: number;
  /** The first offset that is left to read. */
  readonly next: number;
  /** Rows that the table has below it. */
  readonly rows: number;
  /** Offsets that are there more than once already. */
  readonly repeated: OffsetSample;
  readonly logStart: number;
  readonly logEnd: number;
}

/** The position that was worked out. */
export interface AdoptedPosition {
  readonly sourceId: string;
  readonly topic: string;
  readonly cluster: string;
  readonly queryId: string;
  /** The last batch that is in the table; absent where none is. */
  readonly batchId?: number | undefined;
  /** What became of the batch that the checkpoint leaves in doubt, if it leaves one. */
  readonly doubtful?: (BatchVerdict & { readonly batchId: number }) | undefined;
  readonly partitions: readonly AdoptedPartition[];
  /** This very state of the job was taken over before, and nothing was written now. */
  readonly wasAdopted: boolean;
  /** The snapshot that records it; absent for a dry run. */
  readonly snapshotId?: string | undefined;
}

/**
 * Takes over from a Spark Structured Streaming job: the offset behind the last batch of its
 * checkpoint that is in the table becomes the source's position, in an empty append that asserts
 * the scanned snapshot (PROTOCOL: Proof and operations). Rows below it are the job's, and no ledger
 * counts them. Partitions that the job does not know are read from the start of their log.
 *
 * Errors: `CHECKPOINT_INVALID` where it cannot be read, or is not that of this table and topic;
 * `BATCH_TORN` where the last batch is there in part; `TABLE_IN_USE` where job or table were at
 * work minutes ago, or the table moves on meanwhile; `TABLE_INCOMPATIBLE` without columns of
 * origin; `LOG_TRUNCATED`, `SOURCE_CONFLICT` and those of another topic's identity;
 * `POSITION_UNCERTAIN` where an earlier position cannot be told; those of catalog, storage and
 * Kafka.
 */
export async function adoptPosition(
  options: AdoptPositionOptions,
  operation: ProofOperation = {},
): Promise<AdoptedPosition> {
  const { catalog, identifier, topic, sourceId = topic, openTopic } = options;
  const checkpoint = await readSparkCheckpoint({ ...options.checkpoint, topic }, operation);
  const table = await catalog.loadTable(identifier, operation);
  checkColumns(table);
  if (options.force !== true) checkIdle(table.metadata, checkpoint, options.nowMs ?? Date.now);
  const known = earlierRecord(table.metadata, sourceId);
  const atHand = await askTopic({ topic, sourceId, openTopic }, operation);
  checkIdentity(table.metadata, known, atHand.identity);

  const account = new TopicAccount(() => ({ start: 0, end: Number.MAX_SAFE_INTEGER }));
  await countRows(table, new Map([[topic, account]]), operation);
  const found: FoundRows = { checkpoint, account, atHand, known };
  const report = (
    batch: Pick<AdoptedPosition, "batchId" | "doubtful">,
    next: PartitionOffsets,
  ): Omit<AdoptedPosition, "wasAdopted"> => ({
    sourceId,
    topic,
    cluster: atHand.identity.cluster,
    queryId: checkpoint.queryId,
    ...batch,
    partitions: partitionsOf(next, found),
  });
  if (known !== undefined && isAdopted(known, checkpoint)) {
    const next = new Map([...known.ledger].map(([partition, entry]) => [partition, entry.next]));
    return { ...report({ batchId: known.adopted?.batchId }, next), wasAdopted: true };
  }
  checkBeyond(found, identifierToString(identifier), options.acceptHoles === true);
  const verdict = await judge(found, table.metadata, options, operation);
  const { doubtful, done } = checkpoint;
  const taken = verdict?.isThere === true ? doubtful : done;
  checkLogs(taken?.end ?? new Map(), atHand);
  const ledger = adoptedLedger(taken?.end ?? doubtful?.start ?? new Map(), found);
  const record: SourceRecord = {
    cluster: atHand.identity.cluster,
    topic,
    ...(atHand.identity.topicId !== undefined && { topicId: atHand.identity.topicId }),
    partitions: ledger.size,
    ledger,
    unit: new Map(),
    pending: known?.pending ?? [],
    applied: known?.applied ?? 0,
    undone: known === undefined ? shutOut(table.metadata) : known.undone,
    adopted: {
      queryId: checkpoint.queryId,
      ...(taken !== undefined && { batchId: taken.id }),
    },
  };
  const snapshotId = newSnapshotId(randomUUID);
  if (options.dryRun !== true) {
    await commitPosition({ catalog, table, sourceId, record, snapshotId }, operation);
  }
  const next = new Map([...ledger].map(([partition, entry]) => [partition, entry.next]));
  const batch = {
    batchId: taken?.id,
    doubtful: verdict && doubtful && { ...verdict, batchId: doubtful.id },
  };
  return {
    ...report(batch, next),
    wasAdopted: false,
    snapshotId: options.dryRun === true ? undefined : snapshotId.toString(),
  };
}

function checkColumns({ metadata, identifier }: CatalogTable): void {
  const names = new Set(currentSchema(metadata).fields.map(({ name }) => name));
  const absent = ORIGIN_COLUMN_NAMES.filter((name) => !names.has(name));
  if (absent.length === 0) return;
  throw new SinkError(
    "TABLE_INCOMPATIBLE",
    `table ${identifierToString(identifier)} has no column ${absent.join(", ")}: its rows do not ` +
      `say which records they are`,
  );
}

function checkIdle(
  metadata: TableMetadata,
  { plannedMs }: SparkCheckpoint,
  nowMs: () => number,
): void {
  // Compaction and deletes are nobody's sign of life who reads the topic.
  const added = metadata.snapshots.filter(({ summary }) => summary["operation"] === "append");
  const lastMs = Math.max(plannedMs, ...added.map(({ timestampMs }) => timestampMs));
  const ageMs = nowMs() - lastMs;
  if (ageMs >= RECENT_MS) return;
  throw new SinkError(
    "TABLE_IN_USE",
    `the job or the table was at work ${Math.max(0, Math.round(ageMs / 1000))} s ago: stop the ` +
      `job and every sink, and then wait or use --force`,
  );
}

/** The position that a sink left before the job began; it is replaced. */
function earlierRecord(metadata: TableMetadata, sourceId: string): SourceRecord | undefined {
  const reading = readPosition(metadata, sourceId);
  const record = settledRecord(reading);
  if (record !== undefined || reading.kind === "absent") return record;
  throw new SinkError(
    "POSITION_UNCERTAIN",
    `source ${sourceId} has a position already that cannot be told (${reading.kind}): see ` +
      `salon-table verify`,
  );
}

function isAdopted({ adopted }: SourceRecord, checkpoint: SparkCheckpoint): boolean {
  if (adopted?.queryId !== checkpoint.queryId) return false;
  const { done, doubtful } = checkpoint;
  return adopted.batchId === done?.id || adopted.batchId === doubtful?.id;
}

async function judge(
  { checkpoint, account, atHand }: FoundRows,
  metadata: TableMetadata,
  options: AdoptPositionOptions,
  operation: ProofOperation,
): Promise<BatchVerdict | undefined> {
  const { doubtful } = checkpoint;
  if (doubtful === undefined) return undefined;
  const holes = new Map<number, Holes>();
  let found = 0;
  for (const [partition, end] of doubtful.end) {
    const range = { start: doubtful.start.get(partition) ?? 0, end };
    const there = account.partition(partition);
    found += end - range.start - sampleOf(there.found.absentIn(range)).count;
    holes.set(partition, findHoles(there, atHand.logs.get(partition)?.startOffset ?? 0, range));
  }
  const { topic, openTopic, acceptHoles } = options;
  const missing =
    found === 0
      ? new Map<number, never>()
      : await readMissingRecords({ topic, openTopic, account, holes, ...operation });
  return judgeBatch(
    doubtful,
    {
      found,
      lastNamed: lastNamedBatch(metadata, checkpoint),
      missing: new Map([...missing].map(([partition, { offsets }]) => [partition, offsets])),
    },
    acceptHoles === true,
  );
}

function partitionsOf(
  next: PartitionOffsets,
  { account, atHand }: FoundRows,
): readonly AdoptedPartition[] {
  return [...next].map(([partition, offset]) => {
    const found = account.partition(partition);
    const log = atHand.logs.get(partition);
    return {
      partition,
      next: offset,
      rows: found.counts.row,
      repeated: found.repeated.sample(),
      logStart: log?.startOffset ?? 0,
      logEnd: log?.endOffset ?? 0,
    };
  });
}
