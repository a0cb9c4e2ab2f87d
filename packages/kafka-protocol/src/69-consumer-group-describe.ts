import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bool, int16, int32, int8, nullableString, string, uuid } from "./primitive-field.ts";

/** The type of a member where the broker does not say it. */
const UNKNOWN_MEMBER_TYPE = -1;

const assignment = struct({
  topicPartitions: array(struct({ topicId: uuid, topicName: string, partitions: array(int32) })),
});

/**
 * ConsumerGroupDescribe: state and members of groups by the protocol of KIP-848, also where some
 * members are still of the classic one. Versions 0 and 1, flexible.
 */
export const consumerGroupDescribe = new Api({
  key: 69,
  name: "ConsumerGroupDescribe",
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 0,
  request: struct({
    groupIds: array(string),
    includeAuthorizedOperations: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        groupId: string,
        groupState: string,
        groupEpoch: int32,
        assignmentEpoch: int32,
        assignorName: string,
        members: array(
          struct({
            memberId: string,
            instanceId: nullableString,
            rackId: nullableString,
            memberEpoch: int32,
            clientId: string,
            clientHost: string,
            subscribedTopicNames: array(string),
            subscribedTopicRegex: nullableString,
            /** What the member has. */
            assignment,
            /** What it is to have. */
            targetAssignment: assignment,
            /** 0 of the classic protocol, 1 of this one. */
            memberType: since(1, int8, UNKNOWN_MEMBER_TYPE),
          }),
        ),
        authorizedOperations: int32,
      }),
    ),
  }),
});
