import type { LogRange } from "../kafka-source.ts";
import { offsetFromInt64 } from "../protocol/offset.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";
import { leaderOf, partitionLeaders } from "./partition-leaders.ts";

/** ListOffsets, API key 2: the timestamps that stand for the ends of a log. */
const EARLIEST_TIMESTAMP = -2;
const LATEST_TIMESTAMP = -1;
const CONSUMER_REPLICA_ID = -1;
/** With it the latest offset is the last stable one. */
const READ_COMMITTED = 1;

/**
 * Log start and last stable offset of each partition, asked of their leaders in the cluster's
 * present metadata.
 *
 * @throws KafkaIoError as {@link leaderOf}, and whatever kafkajs throws.
 */
export async function listLogRanges(
  cluster: KafkajsCluster,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, LogRange>> {
  const byLeader = groupByLeader(partitionLeaders(cluster, topic), topic, partitions);
  const ranges = new Map<number, LogRange>();
  await Promise.all(
    [...byLeader].map(async ([nodeId, led]) => {
      const starts = await listOffsets(cluster, nodeId, topic, led, EARLIEST_TIMESTAMP);
      const ends = await listOffsets(cluster, nodeId, topic, led, LATEST_TIMESTAMP);
      for (const partition of led) {
        const startOffset = starts.get(partition) ?? 0;
        // The start may move between the two answers.
        const endOffset = Math.max(startOffset, ends.get(partition) ?? startOffset);
        ranges.set(partition, { startOffset, endOffset });
      }
    }),
  );
  return ranges;
}

function groupByLeader(
  leaders: ReadonlyMap<number, number>,
  topic: string,
  partitions: readonly number[],
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const partition of partitions) {
    const leader = leaderOf(leaders, topic, partition);
    groups.set(leader, [...(groups.get(leader) ?? []), partition]);
  }
  return groups;
}

async function listOffsets(
  cluster: KafkajsCluster,
  nodeId: number,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<Map<number, number>> {
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.listOffsets({
    replicaId: CONSUMER_REPLICA_ID,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
  });
  const answered = responses.flatMap((response) => response.partitions);
  return new Map(
    answered.map(({ partition, offset }) => [partition, offsetFromInt64(BigInt(offset))]),
  );
}
