import type { OperationOptions, TableMetadata } from "@salon/iceberg-writer";
import type { LogRange, TopicDescription } from "@salon/kafka-io";
import { identityError, sourceConflict } from "../protocol/source-identity.ts";
import type { SourceIdentity } from "../protocol/source-identity.ts";
import type { SourceRecord } from "../protocol/source-record.ts";
import { SinkError } from "../sink-error.ts";
import type { OpenTopic } from "./read-topic.ts";
import { readRecordedSource, sourceIdsOf } from "./recorded-sources.ts";

/** A topic as it is now, with where the log of each partition begins and ends. */
export interface TopicAtHand {
  readonly identity: SourceIdentity;
  readonly logs: ReadonlyMap<number, LogRange>;
}

/** Asks Kafka about a topic; `POSITION_UNKNOWN` where it is not there. */
export async function askTopic(
  {
    topic,
    sourceId,
    openTopic,
  }: {
    readonly topic: string;
    readonly sourceId: string;
    readonly openTopic: OpenTopic;
  },
  { signal }: OperationOptions,
): Promise<TopicAtHand> {
  await using source = await openTopic(topic, []);
  const described: TopicDescription | undefined = await source.describeTopic(signal);
  if (described === undefined) {
    throw new SinkError("POSITION_UNKNOWN", `topic ${topic} does not exist: nothing can be proved`);
  }
  const { clusterId: cluster, topicId, partitionCount: partitions } = described;
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const logs = await source.listOffsets(numbers, signal);
  return { identity: { sourceId, cluster, topic, topicId, partitions }, logs };
}

/**
 * Throws where what is recorded is of another topic or cluster, or another source id feeds the
 * table from this one.
 */
export function checkIdentity(
  metadata: TableMetadata,
  known: SourceRecord | undefined,
  now: SourceIdentity,
): void {
  const others = new Map<string, SourceRecord>();
  for (const sourceId of sourceIdsOf(metadata)) {
    if (sourceId === now.sourceId) continue;
    const { record } = readRecordedSource(metadata, sourceId);
    if (record !== undefined) others.set(sourceId, record);
  }
  const error =
    (known === undefined ? undefined : identityError(known, now)) ?? sourceConflict(others, now);
  if (error !== undefined) throw error;
}
