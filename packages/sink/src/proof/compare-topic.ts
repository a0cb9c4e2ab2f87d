import type { LogRange } from "@salon/kafka-io";
import { identityError } from "../protocol/source-identity.ts";
import type { PartitionLedger } from "../protocol/ledger.ts";
import type { OffsetRange, SourceRecord } from "../protocol/source-record.ts";
import { offsetsOf } from "./chunk-records.ts";
import type { ValueComparison } from "./compare-values.ts";
import { severityOf } from "./finding.ts";
import type { Finding, FindingCode, Tolerance } from "./finding.ts";
import type { OffsetAccount, TopicAccount } from "./offset-account.ts";
import { describeOffsets, OffsetSampler } from "./offset-sample.ts";
import { OffsetSet } from "./offset-set.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { readTopic } from "./read-topic.ts";
import type { OpenTopic } from "./read-topic.ts";
import type { TopicPartitionProof } from "./table-proof.ts";

/** A source whose rows and dead letters are counted, and the topic to hold them to. */
export interface TopicComparisonOptions extends Tolerance, ProofOperation {
  readonly sourceId: string;
  readonly record: SourceRecord;
  readonly account: TopicAccount;
  readonly openTopic: OpenTopic;
  /** Present: values are compared too. */
  readonly values?: ValueComparison | undefined;
}

/** What comes of it. */
export interface TopicComparison {
  readonly findings: readonly Finding[];
  /** Empty where the topic is not the one that was read. */
  readonly partitions: ReadonlyMap<number, TopicPartitionProof>;
  /** Offsets that still have a record in the topic. */
  readonly retained: ReadonlyMap<number, OffsetSet>;
}

/** What is known of one partition while the topic is read. */
interface PartitionReading {
  readonly log: LogRange;
  readonly ledger: PartitionLedger;
  readonly account: OffsetAccount;
  range: OffsetRange;
  retained: OffsetSet;
  missing: OffsetSampler;
}

/**
 * Holds a source to its topic: the same cluster and topic, a log that covers the position, and
 * every record that is still retained found in the table or the dead letters.
 */
export async function compareTopic(options: TopicComparisonOptions): Promise<TopicComparison> {
  const { sourceId, record, account, openTopic, signal, onProgress } = options;
  const numbers = [...record.ledger.keys()];
  await using source = await openTopic(record.topic, numbers);
  const findings: Finding[] = [];
  const described = await source.describeTopic(signal);
  if (described === undefined) {
    const message = `topic ${record.topic} does not exist`;
    const finding = { code: "TOPIC_ABSENT", severity: "failure", sourceId, message } as const;
    return { findings: [finding], partitions: new Map(), retained: new Map() };
  }
  const { clusterId: cluster, topic, topicId, partitionCount } = described;
  const now = { sourceId, cluster, topic, topicId, partitions: partitionCount };
  const error = identityError(record, now);
  if (error !== undefined) {
    const { message } = error;
    const code = error.code as FindingCode;
    findings.push({ code, severity: "failure", sourceId, message });
    return { findings, partitions: new Map(), retained: new Map() };
  }
  const logs = await source.listOffsets(numbers, signal);
  const readings = new Map<number, PartitionReading>();
  for (const [partition, ledger] of record.ledger) {
    const log = logs.get(partition);
    if (log === undefined) continue;
    readings.set(partition, openReading(log, ledger, account.partition(partition)));
    findings.push(
      ...judgeLog(ledger, log, options).map((finding) => ({ ...finding, sourceId, partition })),
    );
  }
  await readTopic(source, {
    ranges: new Map([...readings].map(([partition, { range }]) => [partition, range])),
    onChunk: (chunk) => {
      const reading = readings.get(chunk.partition);
      if (reading === undefined) return;
      for (const [offset] of offsetsOf(chunk)) enter(reading, offset);
      options.values?.addChunk(chunk, (offset) => isCompared(reading, offset));
    },
    onRestart: (partition, start) => {
      const reading = readings.get(partition);
      if (reading === undefined) return;
      restart(reading, start);
      options.values?.restart(partition);
    },
    signal,
    onProgress,
  });
  const partitions = new Map<number, TopicPartitionProof>();
  const retained = new Map<number, OffsetSet>();
  for (const [partition, reading] of readings) {
    partitions.set(partition, proofOf(reading));
    retained.set(partition, reading.retained);
    const skipped = judgeSkipped(reading);
    if (skipped !== undefined) findings.push({ ...skipped, sourceId, partition });
  }
  return { findings, partitions, retained };
}

function openReading(
  log: LogRange,
  ledger: PartitionLedger,
  account: OffsetAccount,
): PartitionReading {
  const start = Math.max(ledger.first, log.startOffset);
  const end = Math.max(start, Math.min(ledger.next, log.endOffset));
  const range = { start, end };
  return {
    log,
    ledger,
    account,
    range,
    retained: new OffsetSet(),
    missing: new OffsetSampler(),
  };
}

/** A chunk may reach beyond what is compared on both sides. */
function enter(reading: PartitionReading, offset: number): void {
  const { range, retained, account, missing } = reading;
  if (offset < range.start || offset >= range.end) return;
  if (retained.add(offset) && !account.found.has(offset)) missing.add(offset);
}

function isCompared({ retained, account }: PartitionReading, offset: number): boolean {
  return retained.has(offset) && account.found.has(offset);
}

function restart(reading: PartitionReading, start: number): void {
  reading.range = { start, end: reading.range.end };
  reading.retained = new OffsetSet();
  reading.missing = new OffsetSampler();
}

function proofOf({ log, ledger, range, retained, missing }: PartitionReading): TopicPartitionProof {
  return {
    logStart: log.startOffset,
    logEnd: log.endOffset,
    lag: Math.max(0, log.endOffset - ledger.next),
    compared: range,
    records: retained.size,
    missing: missing.count,
  };
}

function judgeLog(
  { next }: PartitionLedger,
  { startOffset, endOffset }: LogRange,
  { allowLost }: Tolerance,
): readonly Pick<Finding, "code" | "severity" | "message">[] {
  if (next > endOffset) {
    const message = `the log ends at offset ${endOffset}, below the recorded next one ${next}`;
    return [{ code: "LOG_TRUNCATED", severity: "failure", message }];
  }
  if (next < startOffset) {
    const message = `offsets ${next}-${startOffset - 1} were deleted before they were read`;
    return [{ code: "UNREAD_DELETED", severity: severityOf(allowLost), message }];
  }
  return [];
}

/** A record is missing that the ledger does not count as one: as a gap it was passed over. */
function judgeSkipped({
  ledger,
  account,
  missing,
}: PartitionReading): Pick<Finding, "code" | "severity" | "offsets" | "message"> | undefined {
  const missingRows = Math.max(0, ledger.rows - account.counts.row);
  const missingDead = Math.max(0, ledger.dead - account.counts.dead);
  const skipped = missing.count - missingRows - missingDead - ledger.lost - ledger.unproved;
  if (skipped <= 0) return undefined;
  const offsets = missing.sample();
  const message =
    `${skipped} records of the topic were passed over as gaps, ` +
    `among offsets ${describeOffsets(offsets)}`;
  return { code: "RECORDS_SKIPPED", severity: "failure", offsets, message };
}
