import { Api } from "./api.ts";
import { array, nullable, nullableArray, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, nullableString, string, uuid } from "./primitive-field.ts";

const topicPartitions = struct({ topicId: uuid, partitions: array(int32) });

/**
 * ConsumerGroupHeartbeat: joins, is alive, gives back and leaves, all in one (KIP-848). Versions 0
 * and 1, flexible; what is undefined is as it was said last. From version 1 on members make their
 * ids themselves.
 */
export const consumerGroupHeartbeat = new Api({
  key: 68,
  name: "ConsumerGroupHeartbeat",
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  request: struct({
    groupId: string,
    memberId: string,
    /** 0 joins, -1 leaves, -2 leaves the place of a static member to whoever comes back to it. */
    memberEpoch: int32,
    instanceId: nullableString,
    rackId: nullableString,
    /** -1 is as it was said last. */
    rebalanceTimeoutMs: int32,
    subscribedTopicNames: nullableArray(string),
    subscribedTopicRegex: since(1, nullableString, undefined),
    serverAssignor: nullableString,
    /** What the member has. */
    topicPartitions: nullableArray(topicPartitions),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    memberId: nullableString,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    /** What the member is to have, where that has changed. */
    assignment: nullable(struct({ topicPartitions: array(topicPartitions) })),
  }),
});
