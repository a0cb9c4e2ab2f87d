import { describeGroups, ERROR_CODES } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import type { Group } from "../group/group.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type GroupAnswer = ResponseOf<typeof describeGroups>["groups"][number];

const NOT_ASKED = -2147483648;

/** State, protocol and members; a group that nobody has asked for is `Dead`, as Kafka says. */
export const describeGroupsHandler: Handler = handlerOf(describeGroups, {
  handle: ({ groups }, { broker }) => ({
    throttleTimeMs: 0,
    groups: groups.map((groupId) => {
      const group = broker.groups.find(groupId);
      if (group !== undefined) return describe(groupId, group);
      const isKnown = broker.offsets.groupIds.includes(groupId);
      return { ...unknownGroup(groupId, ERROR_CODES.NONE), state: isKnown ? "Empty" : "Dead" };
    }),
  }),
  refuse: ({ groups }, errorCode) => ({
    throttleTimeMs: 0,
    groups: groups.map((groupId) => unknownGroup(groupId, errorCode)),
  }),
});

function describe(groupId: string, group: Group): GroupAnswer {
  const { state, protocolType, protocolName, members } = group;
  return {
    ...unknownGroup(groupId, ERROR_CODES.NONE),
    state,
    protocolType,
    protocolName,
    members: members.map(
      ({ memberId, groupInstanceId, clientId, clientHost, protocols, assignment }) => ({
        memberId,
        groupInstanceId,
        clientId,
        clientHost,
        metadata: protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0),
        assignment,
      }),
    ),
  };
}

function unknownGroup(groupId: string, errorCode: number): GroupAnswer {
  return {
    errorCode,
    groupId,
    state: "",
    protocolType: "",
    protocolName: "",
    members: [],
    authorizedOperations: NOT_ASKED,
  };
}
