import {
  ERROR_CODES,
  heartbeat,
  joinGroup,
  leaveGroup,
  offsetCommit,
  type ResponseOf,
  syncGroup,
} from "@salon/kafka-protocol";
import { throwOnErrorCode } from "../broker/broker-error.ts";
import type { KafkaCluster } from "../cluster/kafka-cluster.ts";
import { ASSIGNMENT_PROTOCOL_NAME, encodeSubscription } from "./group-assignment.ts";

// The requests of the group protocol before KIP-848, each to the group's coordinator by its node
// id. All throw KafkaIoError as `KafkaCluster.send`, and BrokerError.

/** What a member tells the group of itself. */
export interface GroupMemberSettings {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** A member of a generation of a group. */
export interface GenerationMember {
  readonly groupId: string;
  readonly memberId: string;
  readonly generationId: number;
}

/** A reader outside of the group's protocol. */
export function outsider(groupId: string): GenerationMember {
  return { groupId, memberId: "", generationId: -1 };
}

/** How long leaving may take; after that the session times out by itself. */
const LEAVE_TIMEOUT_MS = 2000;
/** What a join may take beyond the time that the group gives its members to join. */
const JOIN_SLACK_MS = 5000;
const PROTOCOL_TYPE = "consumer";
const NO_STATIC_ID = { groupInstanceId: undefined } as const;

/**
 * Joins, to read the cluster's topic. A member that is new has an empty id: `isJoined` is false
 * where it is only given one, to join with (KIP-394).
 */
export async function joinAs(
  cluster: KafkaCluster,
  coordinator: number,
  settings: GroupMemberSettings,
  memberId: string,
): Promise<ResponseOf<typeof joinGroup> & { readonly isJoined: boolean }> {
  const { groupId, sessionTimeoutMs, rebalanceTimeoutMs } = settings;
  const joined = await cluster.send(
    coordinator,
    joinGroup,
    {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      ...NO_STATIC_ID,
      protocolType: PROTOCOL_TYPE,
      protocols: [
        { name: ASSIGNMENT_PROTOCOL_NAME, metadata: encodeSubscription([cluster.topic]) },
      ],
    },
    { timeoutMs: rebalanceTimeoutMs + JOIN_SLACK_MS },
  );
  const isJoined = joined.errorCode !== ERROR_CODES.MEMBER_ID_REQUIRED;
  if (isJoined) throwOnErrorCode(joined.errorCode, `join group ${groupId}`);
  return { ...joined, isJoined };
}

/** Gives the leader's shares, none by others, and takes the member's own. */
export async function syncAs(
  cluster: KafkaCluster,
  coordinator: number,
  member: GenerationMember,
  assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
): Promise<Buffer> {
  const request = { ...member, ...NO_STATIC_ID, assignments };
  const { errorCode, assignment } = await cluster.send(coordinator, syncGroup, request);
  throwOnErrorCode(errorCode, `synchronize with group ${member.groupId}`);
  return assignment;
}

/** Says that the member is alive. */
export async function heartbeatAs(
  cluster: KafkaCluster,
  coordinator: number,
  member: GenerationMember,
): Promise<void> {
  const request = { ...member, ...NO_STATIC_ID };
  const { errorCode } = await cluster.send(coordinator, heartbeat, request);
  throwOnErrorCode(errorCode, `heartbeat to group ${member.groupId}`);
}

/** Leaves; that the group knows the member no more is no error. */
export async function leaveAs(
  cluster: KafkaCluster,
  coordinator: number,
  groupId: string,
  memberId: string,
): Promise<void> {
  const request = { groupId, memberId, members: [{ memberId, ...NO_STATIC_ID }] };
  await cluster.send(coordinator, leaveGroup, request, { timeoutMs: LEAVE_TIMEOUT_MS });
}

/** Commits offsets of the cluster's topic for a group. */
export async function commitAs(
  cluster: KafkaCluster,
  coordinator: number,
  offsets: ReadonlyMap<number, number>,
  member: GenerationMember,
): Promise<void> {
  const answer = await cluster.send(coordinator, offsetCommit, {
    ...member,
    ...NO_STATIC_ID,
    retentionTimeMs: -1n,
    topics: [
      {
        name: cluster.topic,
        partitions: [...offsets].map(([index, offset]) => ({
          index,
          committedOffset: BigInt(offset),
          committedLeaderEpoch: -1,
          committedMetadata: "",
        })),
      },
    ],
  });
  for (const { index, errorCode } of answer.topics.flatMap(({ partitions }) => partitions)) {
    throwOnErrorCode(errorCode, `commit the offset of ${cluster.topic}-${index}`);
  }
}
