import * as protocol from "../src/index.ts";
import { messageCase } from "./message-case.ts";
import type { Case } from "./message-case.ts";

const throttleTimeMs = 0;
const key = Buffer.from("metadata");

/** Messages about groups. */
export const GROUP_CASES: readonly Case[] = [
  messageCase(protocol.offsetCommit, {
    name: "offsetCommit",
    versions: [2, 5],
    args: {
      groupId: "g",
      groupGenerationId: 4,
      memberId: "m",
      retentionTime: "-1",
      topics: [{ topic: "t", partitions: [{ partition: 1, offset: "12", metadata: "x" }] }],
    },
    request: {
      groupId: "g",
      generationId: 4,
      memberId: "m",
      topics: [
        {
          name: "t",
          partitions: [{ index: 1, committedOffset: 12n, committedMetadata: "x" }],
        },
      ],
    },
    response: {
      throttleTimeMs,
      topics: [{ name: "t", partitions: [{ index: 1, errorCode: 22 }] }],
    },
    read: { responses: [{ topic: "t", partitions: [{ partition: 1, errorCode: 22 }] }] },
  }),
  messageCase(protocol.offsetFetch, {
    name: "offsetFetch",
    versions: [1, 4],
    args: { groupId: "g", topics: [{ topic: "t", partitions: [{ partition: 1 }] }] },
    request: { groupId: "g", topics: [{ name: "t", partitions: [1] }] },
    response: {
      throttleTimeMs,
      topics: [
        {
          name: "t",
          partitions: [
            {
              index: 1,
              committedOffset: 9n,
              committedLeaderEpoch: -1,
              metadata: "x",
              errorCode: 0,
            },
          ],
        },
      ],
      errorCode: 0,
    },
    read: {
      responses: [
        { topic: "t", partitions: [{ partition: 1, offset: "9", metadata: "x", errorCode: 0 }] },
      ],
    },
  }),
  messageCase(protocol.findCoordinator, {
    name: "findCoordinator",
    versions: [0, 2],
    args: { groupId: "g", coordinatorKey: "g", coordinatorType: 0 },
    request: { key: "g", keyType: 0 },
    response: {
      throttleTimeMs,
      errorCode: 0,
      errorMessage: undefined,
      nodeId: 1,
      host: "h",
      port: 9,
    },
    read: { errorCode: 0, coordinator: { nodeId: 1, host: "h", port: 9 } },
  }),
  messageCase(protocol.joinGroup, {
    name: "joinGroup",
    versions: [0, 5],
    args: {
      groupId: "g",
      sessionTimeout: 10_000,
      rebalanceTimeout: 20_000,
      memberId: "m",
      protocolType: "consumer",
      groupProtocols: [{ name: "range", metadata: key }],
    },
    request: {
      groupId: "g",
      sessionTimeoutMs: 10_000,
      memberId: "m",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: key }],
    },
    response: {
      throttleTimeMs,
      errorCode: 0,
      generationId: 2,
      protocolType: undefined,
      protocolName: "range",
      leader: "m",
      skipAssignment: false,
      memberId: "m",
      members: [{ memberId: "m", groupInstanceId: undefined, metadata: key }],
    },
    read: {
      generationId: 2,
      groupProtocol: "range",
      leaderId: "m",
      memberId: "m",
      members: [{ memberId: "m", memberMetadata: key }],
    },
  }),
  messageCase(protocol.heartbeat, {
    name: "heartbeat",
    versions: [0, 3],
    args: { groupId: "g", groupGenerationId: 3, memberId: "m" },
    request: { groupId: "g", generationId: 3, memberId: "m" },
    response: { throttleTimeMs, errorCode: 27 },
    read: { errorCode: 27 },
  }),
  messageCase(protocol.leaveGroup, {
    name: "leaveGroup",
    versions: [0, 2],
    args: { groupId: "g", memberId: "m" },
    request: { groupId: "g", memberId: "m" },
    response: { throttleTimeMs, errorCode: 25, members: [] },
    read: { errorCode: 25 },
  }),
  messageCase(protocol.leaveGroup, {
    name: "leaveGroup",
    versions: [3, 3],
    args: { groupId: "g", members: [{ memberId: "m", groupInstanceId: "i" }] },
    request: { groupId: "g", members: [{ memberId: "m", groupInstanceId: "i" }] },
    response: {
      throttleTimeMs,
      errorCode: 0,
      members: [{ memberId: "m", groupInstanceId: "i", errorCode: 25 }],
    },
    read: { members: [{ memberId: "m", groupInstanceId: "i", errorCode: 25 }] },
  }),
  messageCase(protocol.syncGroup, {
    name: "syncGroup",
    versions: [0, 3],
    args: {
      groupId: "g",
      generationId: 3,
      memberId: "m",
      groupAssignment: [{ memberId: "m", memberAssignment: key }],
    },
    request: {
      groupId: "g",
      generationId: 3,
      memberId: "m",
      assignments: [{ memberId: "m", assignment: key }],
    },
    response: { throttleTimeMs, errorCode: 0, assignment: key },
    read: { errorCode: 0, memberAssignment: key },
  }),
  messageCase(protocol.describeGroups, {
    name: "describeGroups",
    versions: [0, 2],
    args: { groupIds: ["g"] },
    request: { groups: ["g"] },
    response: {
      throttleTimeMs,
      groups: [
        {
          errorCode: 0,
          groupId: "g",
          state: "Stable",
          protocolType: "consumer",
          protocolName: "range",
          members: [
            {
              memberId: "m",
              groupInstanceId: undefined,
              clientId: "c",
              clientHost: "/127.0.0.1",
              metadata: key,
              assignment: key,
            },
          ],
          authorizedOperations: 0,
        },
      ],
    },
    read: {
      groups: [
        {
          groupId: "g",
          state: "Stable",
          protocol: "range",
          members: [{ memberId: "m", memberMetadata: key, memberAssignment: key }],
        },
      ],
    },
  }),
  messageCase(protocol.listGroups, {
    name: "listGroups",
    versions: [0, 2],
    args: {},
    request: {},
    response: {
      throttleTimeMs,
      errorCode: 0,
      groups: [{ groupId: "g", protocolType: "consumer" }],
    },
    read: { groups: [{ groupId: "g", protocolType: "consumer" }] },
  }),
];
