import { createPartitions, ERROR_CODES } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { type Broker, isOnNode, NODE_ID } from "../broker.ts";
import { isPartitionCount, PARTITIONS_MAX } from "../log/topics.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type GrowingTopic = RequestOf<typeof createPartitions>["topics"][number];
type TopicAnswer = ResponseOf<typeof createPartitions>["results"][number];

/** Adds partitions to topics; they never have fewer. */
export const createPartitionsHandler: Handler = handlerOf(createPartitions, {
  handle: ({ topics, validateOnly }, { broker }) => ({
    throttleTimeMs: 0,
    results: topics.map((topic) => grow(broker, topic, validateOnly)),
  }),
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name }) => answer(name, errorCode)),
  }),
});

function grow(
  { topics }: Broker,
  { name, count, assignments }: GrowingTopic,
  validateOnly: boolean,
): TopicAnswer {
  const topic = topics.get(name);
  if (topic === undefined) return answer(name, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
  const current = topic.partitions.length;
  if (count <= current) {
    return answer(name, ERROR_CODES.INVALID_PARTITIONS, `topic ${name} has ${current} already`);
  }
  if (!isPartitionCount(count)) {
    const message = `partitions must be 1 to ${PARTITIONS_MAX}`;
    return answer(name, ERROR_CODES.INVALID_PARTITIONS, message);
  }
  const isPlaced = assignments?.every(({ brokerIds }) => isOnNode(brokerIds)) ?? true;
  if (!isPlaced || (assignments && assignments.length !== count - current)) {
    const message = `${count - current} partitions are to be assigned, to broker ${NODE_ID} alone`;
    return answer(name, ERROR_CODES.INVALID_REPLICA_ASSIGNMENT, message);
  }
  if (!validateOnly) topics.grow(topic, count);
  return answer(name, ERROR_CODES.NONE);
}

function answer(name: string, errorCode: number, errorMessage?: string): TopicAnswer {
  return { name, errorCode, errorMessage };
}
