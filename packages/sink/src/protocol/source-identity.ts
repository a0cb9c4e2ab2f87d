import { SinkError } from "../sink-error.ts";
import type { SourceRecord } from "./source-record.ts";

/** A topic of a cluster as it is now. */
export interface SourceIdentity {
  readonly sourceId: string;
  readonly cluster: string;
  readonly topic: string;
  readonly topicId?: string | undefined;
  readonly partitions: number;
}

/**
 * The error of a recorded position that belongs to another topic than the one at hand, if it does.
 */
export function identityError(record: SourceRecord, now: SourceIdentity): SinkError | undefined {
  const where = `source ${now.sourceId}`;
  if (record.cluster !== now.cluster) {
    return new SinkError(
      "CLUSTER_CHANGED",
      `${where} was read from cluster ${record.cluster}, this is cluster ${now.cluster}: ` +
        `its offsets mean other records; use another --table for it`,
    );
  }
  if (record.topic !== now.topic) {
    return new SinkError(
      "SOURCE_CONFLICT",
      `${where} was read from topic ${record.topic}, not ${now.topic}: use another source id`,
    );
  }
  if (isOtherTopic(record, now.topicId)) return topicRecreated(record, now.topicId);
  if (record.partitions > now.partitions) {
    return new SinkError(
      "PARTITIONS_SHRUNK",
      `topic ${now.topic} has ${now.partitions} partitions, ${record.partitions} were read: ` +
        `it was created anew; use another --table for the new topic`,
    );
  }
  return undefined;
}

/** Whether both ids are known, and are not the same. */
export function isOtherTopic(
  { topicId: before }: Pick<SourceIdentity, "topicId">,
  topicId: string | undefined,
): boolean {
  return before !== undefined && topicId !== undefined && before !== topicId;
}

/** The error of a topic that has another id than before. */
export function topicRecreated(
  { topic, topicId: before }: Pick<SourceIdentity, "topic" | "topicId">,
  topicId: string | undefined,
): SinkError {
  return new SinkError(
    "TOPIC_RECREATED",
    `topic ${topic} was deleted and created anew (id ${before}, now ${topicId}): its offsets begin ` +
      `again; use another --table for the new topic`,
  );
}

/** The identity with the partitions that another member saw first and gave a position. */
export function grownIdentity(now: SourceIdentity, record: SourceRecord): SourceIdentity {
  return record.partitions > now.partitions ? { ...now, partitions: record.partitions } : now;
}

/**
 * The error of another source id that already feeds the table from the same topic, if there is one.
 */
export function sourceConflict(
  others: ReadonlyMap<string, SourceRecord>,
  now: SourceIdentity,
): SinkError | undefined {
  for (const [sourceId, record] of others) {
    if (record.cluster === now.cluster && record.topic === now.topic) {
      return new SinkError(
        "SOURCE_CONFLICT",
        `topic ${now.topic} feeds this table under source id ${sourceId} already, ` +
          `and would be there twice under ${now.sourceId}: use --source-id ${sourceId}`,
      );
    }
  }
  return undefined;
}
