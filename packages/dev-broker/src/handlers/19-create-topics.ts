import { createTopics, ERROR_CODES } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { type Broker, isOnNode, NODE_ID } from "../broker.ts";
import { isPartitionCount, isTopicName, PARTITIONS_MAX } from "../log/topics.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type NewTopic = RequestOf<typeof createTopics>["topics"][number];
type TopicAnswer = ResponseOf<typeof createTopics>["topics"][number];

const BROKER_DEFAULT = -1;

/** Creates topics of one replica. */
export const createTopicsHandler: Handler = handlerOf(createTopics, {
  handle({ topics, validateOnly }, { broker }) {
    const twice = namedTwice(topics);
    const answers = topics.map((topic) => {
      const partitionCount = partitionsOf(topic, broker);
      const refusal = twice.has(topic.name)
        ? fault("INVALID_REQUEST", `topic ${topic.name} is named twice`)
        : faultOf(topic, partitionCount, broker);
      if (refusal !== undefined) return { name: topic.name, ...refusal };
      const configs = topic.configs.map(({ name, value }) => [name, value ?? ""] as const);
      if (!validateOnly) {
        broker.topics.create(topic.name, partitionCount, Object.fromEntries(configs));
      }
      return { name: topic.name, errorCode: ERROR_CODES.NONE, errorMessage: undefined };
    });
    return { throttleTimeMs: 0, topics: answers };
  },
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: undefined })),
  }),
});

function namedTwice(topics: readonly NewTopic[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of topics) (seen.has(name) ? twice : seen).add(name);
  return twice;
}

function partitionsOf({ partitionCount, assignments }: NewTopic, { settings }: Broker): number {
  if (partitionCount !== BROKER_DEFAULT) return partitionCount;
  return assignments.length > 0 ? assignments.length : settings.partitions;
}

function faultOf(
  topic: NewTopic,
  partitionCount: number,
  { topics }: Broker,
): Omit<TopicAnswer, "name"> | undefined {
  const { name, replicationFactor, assignments, configs } = topic;
  if (!isTopicName(name)) {
    return fault("INVALID_TOPIC_EXCEPTION", `"${name}" is no name of a topic`);
  }
  if (topics.get(name) !== undefined) {
    return fault("TOPIC_ALREADY_EXISTS", `topic ${name} exists`);
  }
  if (!isPartitionCount(partitionCount)) {
    return fault("INVALID_PARTITIONS", `partitions must be 1 to ${PARTITIONS_MAX}`);
  }
  const limit = configs.find((config) => config.name === "max.message.bytes");
  if (limit !== undefined && !/^\d{1,10}$/.test(limit.value ?? "")) {
    return fault("INVALID_CONFIG", `max.message.bytes is no number of bytes: ${limit.value}`);
  }
  if (assignments.length > 0) return assignmentFault(topic);
  return replicationFactor === BROKER_DEFAULT || replicationFactor === 1
    ? undefined
    : fault(
        "INVALID_REPLICATION_FACTOR",
        `there is one broker, so ${replicationFactor} replicas cannot be`,
      );
}

/** Partitions are numbered without a gap, and all stand on the one broker. */
function assignmentFault({
  partitionCount,
  replicationFactor,
  assignments,
}: NewTopic): Omit<TopicAnswer, "name"> | undefined {
  if (partitionCount !== BROKER_DEFAULT || replicationFactor !== BROKER_DEFAULT) {
    return fault("INVALID_REQUEST", "partitions are either counted or assigned");
  }
  const numbers = new Set(assignments.map(({ partition }) => partition));
  const isWhole = assignments.every((_, partition) => numbers.has(partition));
  return isWhole && assignments.every(({ brokerIds }) => isOnNode(brokerIds))
    ? undefined
    : fault("INVALID_REPLICA_ASSIGNMENT", `every partition is to be on broker ${NODE_ID} alone`);
}

function fault(name: keyof typeof ERROR_CODES, errorMessage: string): Omit<TopicAnswer, "name"> {
  return { errorCode: ERROR_CODES[name], errorMessage };
}
