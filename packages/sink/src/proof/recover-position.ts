import { identifierToString, newSnapshotId } from "@salon/iceberg-writer";
import type { Catalog, TableIdentifier, TableMetadata } from "@salon/iceberg-writer";
import type { LogRange } from "@salon/kafka-io";
import { randomUUID } from "node:crypto";
import type { Ledger, PartitionLedger } from "../protocol/ledger.ts";
import { shutOut } from "../protocol/own-commit.ts";
import { readPosition } from "../protocol/position.ts";
import type { SourceIdentity } from "../protocol/source-identity.ts";
import { sourceKey } from "../protocol/source-record.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import { commitPosition } from "./commit-position.ts";
import { countAllDeadLetters } from "./count-dead-letters.ts";
import { TopicAccount } from "./offset-account.ts";
import type { OffsetAccount } from "./offset-account.ts";
import { describeOffsets } from "./offset-sample.ts";
import { readMissingRecords } from "./missing-records.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { loadProofTables } from "./proof-tables.ts";
import type { OpenTopic } from "./read-topic.ts";
import { findHoles, recoveredLedger } from "./recovered-ledger.ts";
import type { Holes } from "./recovered-ledger.ts";
import { countRows } from "./scan-accounts.ts";
import { askTopic, checkIdentity } from "./topic-at-hand.ts";

/** A sink that committed within this time may still run. */
const RECENT_MS = 10 * 60_000;

/** Whose position to recover, and how. */
export interface RecoverPositionOptions {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  readonly topic: string;
  /** Default: the topic. */
  readonly sourceId?: string | undefined;
  readonly openTopic: OpenTopic;
  /** Holes below the log's start are recorded as `unproved`. */
  readonly acceptHoles?: boolean | undefined;
  /**
   * Records that the topic still has, and neither table any more, are recorded as `lost`: the way
   * on from dead letters that were undone and cannot be brought back.
   */
  readonly acceptMissing?: boolean | undefined;
  /** Goes on though own snapshots are minutes old: the caller knows that no sink runs. */
  readonly force?: boolean | undefined;
  /** Works everything out and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
}

/** The ledger of one partition. */
export interface RecoveredPartition extends PartitionLedger {
  readonly partition: number;
  /** Records from here to `first` are taken for older than the position; nothing tells. */
  readonly logStart: number;
}

/** The position that was worked out. */
export interface RecoveredPosition {
  readonly sourceId: string;
  readonly topic: string;
  readonly cluster: string;
  readonly partitions: readonly RecoveredPartition[];
  /** Manifests of dead letters that still wait for their table. */
  readonly pendingManifests: number;
  /** The snapshot that records it; absent for a dry run. */
  readonly snapshotId?: string | undefined;
}

/**
 * Rebuilds a source's position from `_kafka_offset` in the table and the dead letters, and records
 * it in an empty append that asserts the scanned snapshot (PROTOCOL: Proof and operations).
 *
 * Of each partition of the topic, `first` is the lowest offset found, for nothing tells what was
 * before it, and `next` follows the highest one. A partition without any begins where the readable
 * record of before has it, and at the start of the log otherwise: nothing is passed over. Dead
 * letters that wait in the outbox of main's line stay there; what the dead-letter table has is
 * `applied`.
 *
 * Errors: `TABLE_IN_USE` where own snapshots are minutes old or the table moved on meanwhile;
 * `RECORDS_MISSING` where the topic still has records of a hole, without `acceptMissing`;
 * `HOLES_UNPROVED` for holes below its start without `acceptHoles`; `FOREIGN_REPLAY` for offsets
 * that are there twice; `POSITION_UNKNOWN` where there is no row to go by; `LOG_TRUNCATED`,
 * `SOURCE_CONFLICT` and those of another topic's identity; those of catalog, storage and Kafka.
 */
export async function recoverPosition(
  options: RecoverPositionOptions,
  operation: ProofOperation = {},
): Promise<RecoveredPosition> {
  const { catalog, identifier, topic, sourceId = topic, nowMs = Date.now } = options;
  const tables = await loadProofTables(catalog, identifier, operation);
  const { metadata } = tables.main;
  if (options.force !== true) checkIdle(metadata, sourceId, nowMs());
  const { identity, logs } = await askTopic({ ...options, sourceId }, operation);
  const known = trustedRecord(metadata, sourceId);
  checkIdentity(metadata, known, identity);

  // What a job left below an adopted position is not this source's.
  const firsts = known?.adopted === undefined ? undefined : known.ledger;
  const account = new TopicAccount((partition) => {
    return { start: firsts?.get(partition)?.first ?? 0, end: Number.MAX_SAFE_INTEGER };
  });
  const accounts = new Map([[topic, account]]);
  await countRows(tables.main, accounts, operation);
  const source = { sourceId, record: known, findings: [] };
  const dead = await countAllDeadLetters(tables, [source], accounts, operation);
  checkFound(account, identity, identifierToString(identifier));

  const ledger = new Map<number, PartitionLedger>();
  const holes = await proveHoles({ account, firsts, logs, options, operation });
  for (let partition = 0; partition < identity.partitions; partition++) {
    const start = known?.ledger.get(partition)?.first ?? logs.get(partition)?.startOffset ?? 0;
    const found = account.partition(partition);
    const ofPartition = holes.get(partition) ?? { ...findHoles(found, 0), lost: 0 };
    const first = firsts?.get(partition)?.first;
    ledger.set(partition, recoveredLedger(found, ofPartition, { start, first }));
  }
  const outbox = dead.outboxes.get(sourceId);
  const record: SourceRecord = {
    cluster: identity.cluster,
    topic,
    ...(identity.topicId === undefined ? {} : { topicId: identity.topicId }),
    partitions: identity.partitions,
    ledger,
    unit: new Map(),
    pending: outbox?.pending ?? [],
    applied: outbox?.watermark ?? 0,
    undone: shutOut(metadata),
    ...(known?.adopted !== undefined && { adopted: known.adopted }),
  };
  const snapshotId = newSnapshotId(randomUUID);
  if (options.dryRun !== true) {
    await commitPosition({ catalog, table: tables.main, sourceId, record, snapshotId }, operation);
  }
  return {
    sourceId,
    topic,
    cluster: identity.cluster,
    partitions: [...ledger].map(([partition, entry]) => ({
      partition,
      ...entry,
      logStart: logs.get(partition)?.startOffset ?? 0,
    })),
    pendingManifests: record.pending.length,
    snapshotId: options.dryRun === true ? undefined : snapshotId.toString(),
  };
}

function checkIdle(metadata: TableMetadata, sourceId: string, nowMs: number): void {
  const key = sourceKey(sourceId);
  const own = metadata.snapshots.filter(({ summary }) => summary[key] !== undefined);
  const ageMs = nowMs - Math.max(...own.map(({ timestampMs }) => timestampMs));
  if (ageMs >= RECENT_MS) return;
  throw new SinkError(
    "TABLE_IN_USE",
    `source ${sourceId} was committed ${Math.max(0, Math.round(ageMs / 1000))} s ago: ` +
      `stop its sinks, and then wait or use --force`,
  );
}

/**
 * A record of main's line, or the copy of one that is expired for certain; else nothing is known.
 */
function trustedRecord(metadata: TableMetadata, sourceId: string): SourceRecord | undefined {
  try {
    const reading = readPosition(metadata, sourceId);
    return "record" in reading ? reading.record : undefined;
  } catch (error) {
    // What nobody can read is what is being recovered.
    if (!(error instanceof SinkError)) throw error;
    return undefined;
  }
}

function checkFound({ partitions }: TopicAccount, identity: SourceIdentity, table: string): void {
  const { topic } = identity;
  if (![...partitions.values()].some(({ found }) => found.size > 0)) {
    throw new SinkError("POSITION_UNKNOWN", `table ${table} holds no row of topic ${topic}`);
  }
  for (const [partition, { repeated }] of partitions) {
    const where = `of partition ${partition} of topic ${topic}`;
    if (partition >= identity.partitions) {
      throw new SinkError(
        "PARTITIONS_SHRUNK",
        `table ${table} holds rows ${where}, which has ${identity.partitions} partitions now`,
      );
    }
    if (repeated.count > 0) {
      throw new SinkError(
        "FOREIGN_REPLAY",
        `offsets ${describeOffsets(repeated.sample())} ${where} are in table ${table} more than ` +
          `once: remove the second rows first`,
      );
    }
  }
}

interface ProvedHoles extends Holes {
  /** Records among those that are retained. */
  readonly lost: number;
}

interface HoleSearch {
  readonly account: TopicAccount;
  /** Where the search begins, if it does not at the lowest offset that was found. */
  readonly firsts: Ledger | undefined;
  readonly logs: ReadonlyMap<number, LogRange>;
  readonly options: RecoverPositionOptions;
  readonly operation: ProofOperation;
}

/** The holes of each partition, and how many of them are records that the topic still has. */
async function proveHoles({
  account,
  firsts,
  logs,
  options,
  operation,
}: HoleSearch): Promise<ReadonlyMap<number, ProvedHoles>> {
  const { topic, openTopic, acceptHoles, acceptMissing } = options;
  const holes = new Map<number, ProvedHoles>();
  const search = (partition: number, logStart: number): Holes => {
    const found = account.partition(partition);
    const { span } = found.found;
    if (span === undefined) return findHoles(found, logStart);
    return findHoles(found, logStart, {
      start: firsts?.get(partition)?.first ?? span.start,
      end: span.end,
    });
  };
  for (const [partition, found] of account.partitions) {
    const log = logs.get(partition) ?? { startOffset: 0, endOffset: 0 };
    checkLog({ topic, partition, found, log });
    holes.set(partition, { ...search(partition, log.startOffset), lost: 0 });
  }
  const missing = await readMissingRecords({ topic, openTopic, account, holes, ...operation });
  for (const [partition, { offsets, start }] of missing) {
    const where = `of partition ${partition} of topic ${topic}`;
    if (offsets.count > 0 && acceptMissing !== true) {
      throw new SinkError(
        "RECORDS_MISSING",
        `${offsets.count} records ${where} are in neither table, and the topic still has them: ` +
          `offsets ${describeOffsets(offsets)}; --accept-missing records them as lost`,
        { context: { partition, offsets } },
      );
    }
    // Retention may have moved on while they were read.
    holes.set(partition, { ...search(partition, start), lost: offsets.count });
  }
  for (const [partition, { unproved }] of holes) {
    if (unproved.count === 0 || acceptHoles === true) continue;
    throw new SinkError(
      "HOLES_UNPROVED",
      `offsets ${describeOffsets(unproved)} of partition ${partition} of topic ${topic} are in ` +
        `neither table, and the topic no longer has them: --accept-holes records them as unproved`,
      { context: { partition, offsets: unproved } },
    );
  }
  return holes;
}

function checkLog({
  topic,
  partition,
  found,
  log,
}: {
  readonly topic: string;
  readonly partition: number;
  readonly found: OffsetAccount;
  readonly log: LogRange;
}): void {
  const next = found.found.span?.end ?? 0;
  if (next <= log.endOffset) return;
  throw new SinkError(
    "LOG_TRUNCATED",
    `partition ${partition} of topic ${topic} ends at offset ${log.endOffset}, and the table has ` +
      `rows up to ${next - 1}: this is another log`,
  );
}
