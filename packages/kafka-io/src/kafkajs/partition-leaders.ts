import { KafkaIoError } from "../kafka-io-error.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";

/** The partitions of a topic as last refreshed, each with its leader's node id (-1: none). */
export function partitionLeaders(cluster: KafkajsCluster, topic: string): Map<number, number> {
  const described = cluster.brokerPool.metadata?.topicMetadata.find((t) => t.topic === topic);
  const partitions = described?.partitionMetadata ?? [];
  return new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]));
}

/**
 * The leader of a partition.
 *
 * @throws KafkaIoError `TOPIC_NOT_FOUND` where the topic or partition is not known,
 * `KAFKA_REQUEST_FAILED` where it has no leader now; both retryable.
 */
export function leaderOf(
  leaders: ReadonlyMap<number, number>,
  topic: string,
  partition: number,
): number {
  const leader = leaders.get(partition);
  if (leader !== undefined && leader >= 0) return leader;
  const context = { topic, partition };
  const retryable = true;
  if (leader === undefined) {
    const message = `partition ${topic}-${partition} does not exist`;
    throw new KafkaIoError("TOPIC_NOT_FOUND", message, { context, retryable });
  }
  const message = `partition ${topic}-${partition} has no leader`;
  throw new KafkaIoError("KAFKA_REQUEST_FAILED", message, { context, retryable });
}
