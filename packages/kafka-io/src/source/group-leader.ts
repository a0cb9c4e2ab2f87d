import { metadata, ZERO_UUID } from "@salon/kafka-protocol";
import { BrokerError } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import type { TopicPartitions } from "./group-assignment.ts";

/** How many partitions each topic had that a leader has shared out. */
export type SharedCounts = ReadonlyMap<string, number>;

/**
 * The partitions of topics that members of a group want, those of the cluster's own topic as last
 * refreshed. A topic that is absent, or that the leader may not see, has none: `onTrouble` is told,
 * and the others are shared out all the same.
 *
 * @throws KafkaIoError as `KafkaCluster.sendToAny`.
 */
export async function partitionsOfTopics(
  cluster: KafkaCluster,
  topics: readonly string[],
  onTrouble: (error: unknown) => void,
): Promise<TopicPartitions> {
  const partitions = new Map<string, readonly number[]>();
  if (topics.includes(cluster.topic)) partitions.set(cluster.topic, [...cluster.leaders.keys()]);
  const others = topics.filter((topic) => topic !== cluster.topic);
  if (others.length === 0) return partitions;
  const answer = await cluster.sendToAny(metadata, {
    topics: others.map((name) => ({ topicId: ZERO_UUID, name })),
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  });
  for (const { name = "", errorCode, partitions: described } of answer.topics) {
    const indices = described.map(({ index }) => index).sort((a, b) => a - b);
    partitions.set(name, errorCode === 0 ? indices : []);
    if (errorCode !== 0) onTrouble(new BrokerError(errorCode, `share out topic ${name}`));
  }
  return partitions;
}

/** What is remembered of what was shared out, to see when it is another number. */
export function countsOf(partitions: TopicPartitions): SharedCounts {
  return new Map([...partitions].map(([topic, all]) => [topic, all.length]));
}

/** False where a topic has another number of partitions than were shared out. */
export function areAllShared(partitions: TopicPartitions, shared: SharedCounts): boolean {
  return [...partitions].every(([topic, all]) => (shared.get(topic) ?? 0) === all.length);
}
