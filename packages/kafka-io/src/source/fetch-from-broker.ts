import { fetch, type ResponseOf, ZERO_UUID } from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import type { AbortedTransaction } from "../protocol/aborted-transactions.ts";
import { offsetFromInt64 } from "../protocol/offset.ts";

type PartitionAnswer = ResponseOf<typeof fetch>["topics"][number]["partitions"][number];

const CONSUMER_REPLICA_ID = -1;
const READ_COMMITTED = 1;
const NO_SESSION = { sessionId: 0, sessionEpoch: -1, forgotten: [] } as const;
const UNKNOWN_LOG_START = -1n;
/** The last version in which topics are named. */
const NAMED_VERSION_MAX = 12;
const NO_RECORDS: Buffer = Buffer.alloc(0);

/** Where to read on in one partition; epochs that are not known are -1. */
interface AskedPartition {
  readonly partition: number;
  readonly fetchOffset: number;
  /** A broker that knows of another refuses the fetch (KIP-320). */
  readonly leaderEpoch: number;
  /** That of the record before `fetchOffset`: from version 12 on truncation is told by it. */
  readonly fetchedEpoch: number;
}

/** What to ask one broker for. */
export interface FetchRequest {
  /**
   * Present: the topic is asked for by its id where the broker can, so that one of the same name
   * that was created anew is another (KIP-516).
   */
  readonly topicId?: string | undefined;
  /** Where the reader is, for a leader that refers to nearer replicas; empty: none is wanted. */
  readonly rackId: string;
  /** The broker fills the response in this order. */
  readonly partitions: readonly AskedPartition[];
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** How long the answer may take beyond `maxWaitMs`. */
  readonly requestTimeoutMs: number;
}

/** One partition of a fetch response. */
export interface FetchedPartition {
  readonly partition: number;
  /** 0 is success (Kafka protocol: Error Codes). */
  readonly errorCode: number;
  /** Last stable offset; absent where the answer has none. */
  readonly logEnd?: number | undefined;
  readonly logStart: number;
  /** What was fetched before is gone from the log from here on: it was truncated. */
  readonly divergedAt?: number | undefined;
  /** The replica to read from now on: without it the leader would have sent records. */
  readonly preferredReplica?: number | undefined;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches as they lie in the log; the last one may be cut off. */
  readonly records: Buffer;
}

/**
 * Fetches from a broker; the answer by partition.
 *
 * @throws KafkaIoError as `KafkaCluster.send`; BrokerError
 */
export async function fetchFromBroker(
  cluster: Pick<KafkaCluster, "topic" | "send">,
  nodeId: number,
  request: FetchRequest,
): Promise<Map<number, FetchedPartition>> {
  const { topicId, partitions, maxBytesPerPartition, maxWaitMs, minBytes, maxBytes } = request;
  const answer = await cluster.send(
    nodeId,
    fetch,
    {
      replicaId: CONSUMER_REPLICA_ID,
      maxWaitMs,
      minBytes,
      maxBytes,
      isolationLevel: READ_COMMITTED,
      ...NO_SESSION,
      rackId: request.rackId,
      topics: [
        {
          name: cluster.topic,
          topicId: topicId ?? ZERO_UUID,
          partitions: partitions.map((asked) => ({
            index: asked.partition,
            currentLeaderEpoch: asked.leaderEpoch,
            fetchOffset: BigInt(asked.fetchOffset),
            lastFetchedEpoch: asked.fetchedEpoch,
            logStartOffset: UNKNOWN_LOG_START,
            maxBytes: maxBytesPerPartition,
          })),
        },
      ],
    },
    {
      timeoutMs: request.requestTimeoutMs + maxWaitMs,
      maxVersion: topicId === undefined ? NAMED_VERSION_MAX : undefined,
    },
  );
  throwOnErrorCode(answer.errorCode, "fetch");
  const fetched = answer.topics.flatMap((topic) => topic.partitions);
  return new Map(fetched.map((part) => [part.index, partitionOf(part)]));
}

function partitionOf(part: PartitionAnswer): FetchedPartition {
  const { index, errorCode, abortedTransactions = [], records = NO_RECORDS } = part;
  const { divergingEpoch, preferredReadReplica } = part;
  // Brokers before version 4 of the answer know no transactions.
  const logEnd = part.lastStableOffset < 0n ? part.highWatermark : part.lastStableOffset;
  return {
    partition: index,
    errorCode,
    logEnd: logEnd < 0n ? undefined : offsetFromInt64(logEnd),
    logStart: offsetFromInt64(part.logStartOffset < 0n ? 0n : part.logStartOffset),
    divergedAt: divergingEpoch && offsetFromInt64(divergingEpoch.endOffset),
    preferredReplica: preferredReadReplica < 0 ? undefined : preferredReadReplica,
    abortedTransactions: abortedTransactions.map(({ producerId, firstOffset }) => ({
      producerId,
      firstOffset: offsetFromInt64(firstOffset),
    })),
    records,
  };
}
