import { describeGroups, ERROR_CODES } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

const NOT_ASKED = -2147483648;

/** State, protocol and members; a group that does not exist is `Dead`, as Kafka says. */
export const describeGroupsHandler: Handler = handlerOf(describeGroups, {
  handle: ({ groups }, { broker }) => ({
    throttleTimeMs: 0,
    groups: groups.map((groupId) => ({
      errorCode: ERROR_CODES.NONE,
      ...broker.groups.describe(groupId),
      authorizedOperations: NOT_ASKED,
    })),
  }),
  refuse: ({ groups }, errorCode) => ({
    throttleTimeMs: 0,
    groups: groups.map((groupId) => ({
      errorCode,
      groupId,
      state: "",
      protocolType: "",
      protocolName: "",
      members: [],
      authorizedOperations: NOT_ASKED,
    })),
  }),
});
