import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, listOffsets } from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import type { LogRange } from "../port/kafka-source.ts";
import { offsetFromInt64 } from "../protocol/offset.ts";
import { UNKNOWN_EPOCH } from "./epoch-history.ts";

const CONSUMER_REPLICA_ID = -1;
/** With it the latest offset is the last stable one. */
const READ_COMMITTED = 1;

/**
 * Log start and last stable offset of each partition, asked of their leaders in the cluster's
 * present metadata.
 *
 * @throws KafkaIoError as `KafkaCluster.leaderOf` and `KafkaCluster.send`; BrokerError
 */
export async function listLogRanges(
  cluster: KafkaCluster,
  partitions: readonly number[],
): Promise<Map<number, LogRange>> {
  const byLeader = Map.groupBy(partitions, (partition) => cluster.leaderOf(partition));
  const ranges = new Map<number, LogRange>();
  await Promise.all(
    [...byLeader].map(async ([nodeId, led]) => {
      const starts = await offsetsAt(cluster, nodeId, led, EARLIEST_TIMESTAMP);
      const ends = await offsetsAt(cluster, nodeId, led, LATEST_TIMESTAMP);
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

async function offsetsAt(
  cluster: KafkaCluster,
  nodeId: number,
  partitions: readonly number[],
  timestamp: bigint,
): Promise<Map<number, number>> {
  const answer = await cluster.send(nodeId, listOffsets, {
    replicaId: CONSUMER_REPLICA_ID,
    isolationLevel: READ_COMMITTED,
    topics: [
      {
        name: cluster.topic,
        partitions: partitions.map((index) => ({
          index,
          currentLeaderEpoch: cluster.leaderEpochs.get(index) ?? UNKNOWN_EPOCH,
          timestamp,
        })),
      },
    ],
  });
  const offsets = new Map<number, number>();
  for (const { index, errorCode, offset } of answer.topics.flatMap(
    ({ partitions }) => partitions,
  )) {
    throwOnErrorCode(errorCode, `offsets of ${cluster.topic}-${index}`);
    offsets.set(index, offsetFromInt64(offset));
  }
  return offsets;
}
