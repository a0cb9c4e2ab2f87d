import { createTopics, ERROR_CODES } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";
import { isTopicName } from "../log/topics.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type NewTopic = RequestOf<typeof createTopics>["topics"][number];
type TopicAnswer = ResponseOf<typeof createTopics>["topics"][number];

const BROKER_DEFAULT = -1;
const PARTITIONS_MAX = 10_000;

/** Creates topics of one replica. */
export const createTopicsHandler: Handler = handlerOf(createTopics, {
  handle: ({ topics, validateOnly }, { broker }) => ({
    throttleTimeMs: 0,
    topics: topics.map((topic) => {
      const partitionCount = partitionsOf(topic, broker);
      const fault = faultOf(topic, partitionCount, broker);
      if (fault !== undefined) return { name: topic.name, ...fault };
      const configs = topic.configs.map(({ name, value }) => [name, value ?? ""] as const);
      if (!validateOnly) {
        broker.topics.create(topic.name, partitionCount, Object.fromEntries(configs));
      }
      return { name: topic.name, errorCode: ERROR_CODES.NONE, errorMessage: undefined };
    }),
  }),
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: undefined })),
  }),
});

function partitionsOf({ partitionCount, assignments }: NewTopic, { settings }: Broker): number {
  if (partitionCount !== BROKER_DEFAULT) return partitionCount;
  return assignments.length > 0 ? assignments.length : settings.partitions;
}

function faultOf(
  { name, replicationFactor, assignments }: NewTopic,
  partitionCount: number,
  { topics }: Broker,
): Omit<TopicAnswer, "name"> | undefined {
  if (!isTopicName(name)) {
    return fault("INVALID_TOPIC_EXCEPTION", `"${name}" is no name of a topic`);
  }
  if (topics.get(name) !== undefined) {
    return fault("TOPIC_ALREADY_EXISTS", `topic ${name} exists`);
  }
  if (!(partitionCount > 0 && partitionCount <= PARTITIONS_MAX)) {
    return fault("INVALID_PARTITIONS", `partitions must be 1 to ${PARTITIONS_MAX}`);
  }
  const replicas = assignments[0]?.brokerIds.length ?? replicationFactor;
  return replicas === BROKER_DEFAULT || replicas === 1
    ? undefined
    : fault("INVALID_REPLICATION_FACTOR", `there is one broker, so ${replicas} replicas cannot be`);
}

function fault(name: keyof typeof ERROR_CODES, errorMessage: string): Omit<TopicAnswer, "name"> {
  return { errorCode: ERROR_CODES[name], errorMessage };
}
