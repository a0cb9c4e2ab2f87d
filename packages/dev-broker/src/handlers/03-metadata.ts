import { ERROR_CODES, metadata, ZERO_UUID } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { NODE_ID } from "../broker.ts";
import type { Broker } from "../broker.ts";
import { LEADER_EPOCH } from "../log/partition-log.ts";
import { isTopicName } from "../log/topics.ts";
import type { Topic } from "../log/topics.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";
import { openTopic } from "./open-topic.ts";

type Request = RequestOf<typeof metadata>;
type Response = ResponseOf<typeof metadata>;
type TopicAnswer = Response["topics"][number];

/** In this version an empty list asks for all topics; later it asks for none. */
const VERSION_WITHOUT_NULL = 0;
const NOT_ASKED = -2147483648;

/** The cluster of one broker, and its topics; those that are missing may be created. */
export const metadataHandler: Handler = handlerOf(metadata, {
  handle(request, { broker, version }) {
    const wantsAll =
      request.topics === undefined ||
      (version === VERSION_WITHOUT_NULL && request.topics.length === 0);
    const topics = wantsAll
      ? broker.topics.all.map(describeTopic)
      : namesOf(request).map((name) => answerOf(broker, name, request.allowAutoTopicCreation));
    return clusterOf(broker, topics);
  },
  refuse: (request, errorCode) => ({
    ...NO_CLUSTER,
    topics: namesOf(request).map((name) => failed(name, errorCode)),
  }),
});

const NO_CLUSTER: Response = {
  throttleTimeMs: 0,
  brokers: [],
  clusterId: undefined,
  controllerId: -1,
  topics: [],
  clusterAuthorizedOperations: NOT_ASKED,
};

function namesOf({ topics = [] }: Request): readonly string[] {
  return topics.map(({ name }) => name ?? "");
}

function clusterOf({ address, clusterId }: Broker, topics: readonly TopicAnswer[]): Response {
  return {
    ...NO_CLUSTER,
    brokers: [{ nodeId: NODE_ID, ...address, rack: undefined }],
    clusterId,
    controllerId: NODE_ID,
    topics,
  };
}

function answerOf(broker: Broker, name: string, mayCreate: boolean): TopicAnswer {
  const topic = openTopic(broker, name, mayCreate);
  if (topic !== undefined) return describeTopic(topic);
  return failed(
    name,
    isTopicName(name)
      ? ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION
      : ERROR_CODES.INVALID_TOPIC_EXCEPTION,
  );
}

function describeTopic({ name, id, partitions }: Topic): TopicAnswer {
  return {
    ...failed(name, ERROR_CODES.NONE),
    topicId: id,
    partitions: partitions.map((_, index) => ({
      errorCode: ERROR_CODES.NONE,
      index,
      leaderId: NODE_ID,
      leaderEpoch: LEADER_EPOCH,
      replicas: [NODE_ID],
      inSyncReplicas: [NODE_ID],
      offlineReplicas: [],
    })),
  };
}

function failed(name: string, errorCode: number): TopicAnswer {
  return {
    errorCode,
    name,
    topicId: ZERO_UUID,
    isInternal: false,
    partitions: [],
    authorizedOperations: NOT_ASKED,
  };
}
