import { type metadata, type ResponseOf, ZERO_UUID } from "@salon/kafka-protocol";

type TopicMetadata = ResponseOf<typeof metadata>["topics"][number];

/** Who leads the partitions of a topic. */
export interface TopicLeaders {
  /** Undefined where the topic does not exist, or brokers are older than 2.8. */
  readonly topicId: string | undefined;
  /** The node id of each partition's leader, -1 for none, by ascending partition. */
  readonly nodeIds: ReadonlyMap<number, number>;
  /** In which epoch it leads; -1 where brokers do not say (before 2.3). */
  readonly epochs: ReadonlyMap<number, number>;
}

/** Of a topic that does not exist. */
export const NO_LEADERS: TopicLeaders = {
  topicId: undefined,
  nodeIds: new Map(),
  epochs: new Map(),
};

/**
 * What is known after a broker's answer. A broker that has not heard of the latest election yet
 * does not take back what another one said of it (KIP-320); a topic created anew begins anew.
 */
export function takeLeaders(
  known: TopicLeaders,
  { topicId, partitions }: Pick<TopicMetadata, "topicId" | "partitions">,
): TopicLeaders {
  const id = topicId === ZERO_UUID ? undefined : topicId;
  const isSame = id !== undefined && id === known.topicId;
  const nodeIds = new Map<number, number>();
  const epochs = new Map<number, number>();
  for (const { index, leaderId, leaderEpoch } of partitions.toSorted(byIndex)) {
    const knownEpoch = isSame ? known.epochs.get(index) : undefined;
    const isOld = knownEpoch !== undefined && leaderEpoch < knownEpoch;
    nodeIds.set(index, isOld ? (known.nodeIds.get(index) ?? -1) : leaderId);
    epochs.set(index, isOld ? knownEpoch : leaderEpoch);
  }
  return { topicId: id, nodeIds, epochs };
}

function byIndex(one: { readonly index: number }, other: { readonly index: number }): number {
  return one.index - other.index;
}
